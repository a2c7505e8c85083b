"""What must never be, proved at the database itself: no service stands in between. And who sees what."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.db.utils import ProgrammingError

from shengkang.attachments.models import Attachment
from shengkang.cases import services
from shengkang.cases.models import CaseStep, DisputeCase, FollowUp, Obligation, Party, Report
from tests.cases.conftest import told
from tests.world import NOW, make_world

GRADED = {"risk": "red", "grade": "simple", "due_at": NOW}


def refused_by(constraint):
    return pytest.raises(IntegrityError, match=constraint)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"status": "settled", "procedure": "people"}, "case_settled_means_when_and_by_whom"),
        ({"status": "settled", "settled_at": NOW, "procedure": "people"}, "case_settled_means_when_and_by_whom"),
        ({"settled_at": NOW}, "case_settled_means_when_and_by_whom"),
        ({"archived_at": NOW}, "case_archived_means_when"),
        ({"status": "accepted"}, "case_in_work_is_graded"),
        ({"status": "accepted", "risk": "red", "grade": "simple"}, "case_in_work_is_graded"),
        ({"status": "agreed", "procedure": "people", "restricted": True, **GRADED}, "case_protected_is_never_mediated"),
        ({"status": "agreed", **GRADED}, "case_mediated_means_by_which_procedure"),
        ({"status": "mediating", "procedure": "people", **GRADED}, "mediated_after_the_gate"),
        ({"paused_at": NOW}, "case_paused_only_in_work"),
        ({"status": "merged"}, "case_merged_means_into_which"),
        ({"latitude": 32.1}, "case_point_is_on_earth"),
    ],
)
def test_the_database_refuses_a_state_without_what_it_means(life, changes, constraint):
    case = life.reported()
    with refused_by(constraint):
        DisputeCase.objects.filter(pk=case.pk).update(**changes)


def test_an_archived_case_says_when(life):
    case = life.settled()
    with refused_by("case_archived_means_when"):
        DisputeCase.objects.filter(pk=case.pk).update(status="archived")


def test_two_cases_never_bear_the_same_number(life):
    first, second = life.reported(), life.reported()
    with pytest.raises(IntegrityError):
        DisputeCase.objects.filter(pk=second.pk).update(no=first.no)


def test_a_party_has_a_name(life):
    with refused_by("party_has_a_name"):
        Party.objects.create(case=life.reported(), side="first", name="")


def test_one_reporter_is_written_once_in_a_case(life, here):
    case = life.reported()
    with refused_by("report_once_per_reporter"):
        Report.objects.create(case=case, by=here.household_head, at=NOW)


def test_one_case_owes_one_visit_a_day(life):
    visit = life.settled().follow_ups.first()
    with refused_by("follow_up_once_a_day"):
        FollowUp.objects.create(case=visit.case, due_on=visit.due_on)


def test_a_visit_that_was_made_says_by_whom_and_what_was_found(life):
    with refused_by("follow_up_done_means_when_whom_what"):
        FollowUp.objects.filter(case=life.settled()).update(done_at=NOW)


@pytest.mark.parametrize(("move", "no"), [("open", 2), ("accept", 1)])
def test_the_first_step_opens_and_no_other_does(life, here, move, no):
    case = life.reported()
    with pytest.raises(IntegrityError):
        CaseStep.objects.create(case=case, no=no, move=move, to_status="reported", at=NOW, by=here.officer)


@pytest.mark.parametrize(
    "words", ["UPDATE cases_casestep SET note = 'x'", "DELETE FROM cases_casestep", "TRUNCATE cases_casestep CASCADE"]
)
def test_the_application_may_not_alter_steps(life, words):
    life.reported()
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(words)


def test_not_even_the_owner_of_the_tables_alters_a_fact(committed):
    """Rows the owner sees must be committed, so this test has a database of its own."""
    world = make_world()
    services.open_case(**told(world.here, world.category))
    with connections["owner"].cursor() as cursor:
        for words in ("UPDATE cases_casestep SET note = 'x'", "DELETE FROM cases_report", "TRUNCATE cases_casestep CASCADE"):
            with pytest.raises(DatabaseError, match=r"Cannot update or delete|facts are not emptied"):
                cursor.execute(words)


# -- who sees what --


@pytest.fixture
def seeing(life, here, world):
    """Who sees an ordinary case told by the head, in the officer's charge, and a protected one of the same kind."""
    ordinary, protected = life.accepted(), life.protected()
    protected.officer = here.officer
    protected.save(update_fields=["officer"])
    people = {
        "chief": here.station_chief,
        "officer in charge": here.officer,
        "another officer": here.colleague,
        "auxiliary": here.aux_police,
        "reporting head": here.household_head,
        "liaison": here.post_liaison,
        "keeper": here.shop_keeper,
        "leader": here.township_leader,
        "chief of the other station": world.there.station_chief,
    }

    def of(queryset):
        return {name for name, user in people.items() if queryset.visible_to(user).exists()}

    return ordinary, protected, of


def test_an_ordinary_case_is_seen_by_the_station_and_those_involved(seeing):
    ordinary, _protected, of = seeing
    everyone = {"chief", "officer in charge", "another officer", "reporting head"}
    assert of(DisputeCase.objects.filter(pk=ordinary.pk)) == everyone
    assert of(Party.objects.filter(case=ordinary)) == everyone
    assert of(CaseStep.objects.filter(case=ordinary)) == everyone


def test_a_protected_case_is_seen_by_the_chief_and_the_officer_involved_alone(seeing):
    _ordinary, protected, of = seeing
    few = {"chief", "officer in charge"}
    assert of(DisputeCase.objects.filter(pk=protected.pk)) == few
    assert of(Party.objects.filter(case=protected)) == few
    assert of(CaseStep.objects.filter(case=protected)) == few


def test_who_told_of_a_protected_case_sees_the_own_report_and_no_more(seeing, here):
    _ordinary, protected, of = seeing
    assert of(Report.objects.filter(case=protected)) == {"chief", "officer in charge", "reporting head"}


def test_files_obligations_and_visits_follow_the_case(life, here, world):
    case = life.settled(obligations=[("装檐沟", NOW.date())])
    for queryset, count in ((Obligation.objects.all(), 1), (FollowUp.objects.filter(case=case), 3)):
        assert queryset.visible_to(here.colleague).count() == count
        assert queryset.visible_to(world.there.officer).count() == 0
    for signature in case.agreements.get().signatures.all():
        picture = Attachment.objects.of(signature).get()
        assert Attachment.objects.visible_to(here.colleague).filter(pk=picture.pk).exists()
        assert not Attachment.objects.visible_to(world.there.officer).filter(pk=picture.pk).exists()


def test_what_is_late_is_computed(life):
    case = life.accepted()
    for limit in (case.state_due_at, case.due_at):  # the step's first, then the whole case's
        assert DisputeCase.objects.overdue(limit).count() == (limit == case.due_at)
        assert DisputeCase.objects.overdue(limit + timedelta(seconds=1)).get() == case
