from datetime import date, timedelta

import pytest
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patrols.models import Attendance
from points import scoring
from points.models import ScoreLine
from points.services import evaluation
from shengkang.cases.models import CaseStep, DisputeCase, Party
from shengkang.hazards.models import Hazard
from shengkang.organization.models import Consent
from tests.points.facts import (
    APRIL,
    MARCH,
    came_back,
    care_visit,
    closed,
    deed,
    found_hazard,
    looked_at,
    needs_care,
    on,
    patrolled,
    period_of,
    published,
    reopened,
    scored,
    settled_again,
    settled_case,
    take_part,
    with_tariff,
)
from tests.world import NOW, make_world


@pytest.fixture
def here(world):
    return with_tariff(world.here)


@pytest.fixture
def head(here):
    return here.household_head.person


def test_without_consent_nothing_is_owed_not_even_the_base_score(here, head):
    Consent.objects.filter(person=head).update(withdrawn_at=on(3, 5))
    settled_case(here, "A1", on(3, 4))
    period = period_of(here)
    assert scored(period) == []
    assert not ScoreLine.objects.filter(period=period, person=head).exists()


def test_a_consent_given_after_the_period_scores_nothing_in_it(here):
    late = here.post_liaison.person
    take_part(late, at=on(4, 2))
    period = period_of(here)
    evaluation.score_period(period=period, at=on(4, 3))
    assert not ScoreLine.objects.filter(period=period, person=late).exists()


def test_a_protected_case_thanks_nobody(here):
    settled_case(here, "A1", on(3, 4), restricted=True)
    assert scored(period_of(here)) == []


def test_nobody_is_thanked_for_his_own_quarrel(here, head):
    settled_case(here, "A1", on(3, 4), party=head)
    assert scored(period_of(here)) == []


def test_a_report_that_was_not_accepted_is_not_paid(here):
    settled_case(here, "A1", on(3, 4))
    DisputeCase.objects.update(status="reported", settled_at=None)
    before = DisputeCase.objects.create(
        station=here.station, village=here.villages[0], no="A2", status="reported", category_id="02", channel="head",
        story="争吵", opened_at=NOW,
    )  # fmt: skip
    before.reports.create(by=here.household_head, person=here.household_head.person, at=NOW)
    before.steps.create(no=1, move="open", to_status="reported", at=NOW, by=here.household_head)
    lines = scored(period_of(here))
    assert [no for _name, no, _points in lines] == [47]


def test_only_the_first_reporter_is_paid(here, head):
    case = settled_case(here, "A1", on(3, 4))
    case.reports.create(by=here.volunteer, person=here.volunteer.person, at=on(3, 5))
    assert scored(period_of(here)) == [(head.name, 47, 2), (head.name, 48, 2)]


def test_a_visit_pays_only_where_somebody_needs_it(here, head):
    needs_care(here.homes[0])
    care_visit(here, here.homes[1], on(3, 3))
    care_visit(here, here.homes[0], on(3, 4), kind="check")
    assert scored(period_of(here)) == []
    care_visit(here, here.homes[0], on(3, 5))
    assert scored(period_of(here)) == [(head.name, 45, 1)]


def test_two_visits_at_one_home_on_one_day_are_one(here, head):
    needs_care(here.homes[0])
    care_visit(here, here.homes[0], on(3, 5, 9))
    care_visit(here, here.homes[0], on(3, 5, 18))
    assert scored(period_of(here)) == [(head.name, 45, 1)]


def test_a_visit_at_ones_own_home_is_not_paid(here):
    needs_care(here.homes[0])
    resident, user = here.residents[0], here.resident
    user.person = None
    user.save()
    user.person = resident
    user.save()
    care_visit(here, here.homes[0], on(3, 5), by=user)
    assert scored(period_of(here)) == []


def test_a_deed_waits_for_its_confirmation_and_counts_on_its_day(here):
    neighbour = here.residents[0]
    deed(here, neighbour, 16, date(2026, 3, 2), confirmed=False)
    deed(here, neighbour, 16, date(2026, 2, 28))
    assert scored(period_of(here)) == []
    deed(here, neighbour, 16, date(2026, 3, 31))
    assert scored(period_of(here)) == [(neighbour.name, 16, 5)]


def test_everyone_who_takes_part_gets_the_base_score_once(here):
    period = period_of(here)
    evaluation.score_period(period=period, at=NOW)
    lines = ScoreLine.objects.filter(period=period)
    assert {(line.person_id, line.points, line.rule.part) for line in lines} == {
        (person.pk, 60, "base") for person in [here.household_head.person, here.volunteer.person, *here.residents]
    }
    assert lines.count() == 4


def test_scoring_twice_changes_nothing_not_even_the_rows(here):
    needs_care(here.homes[0])
    settled_case(here, "A1", on(3, 4))
    care_visit(here, here.homes[0], on(3, 5))
    deed(here, here.residents[0], 16, date(2026, 3, 2))
    period = period_of(here)
    evaluation.score_period(period=period, at=NOW)
    once = list(ScoreLine.objects.order_by("id").values())
    assert evaluation.score_period(period=period, at=NOW + timedelta(days=1)) == scoring.Rewritten(struck=0, written=0)
    assert list(ScoreLine.objects.order_by("id").values()) == once
    assert len(once) == 4 + 4


def test_a_late_fact_is_added_beside_the_lines_that_were_there(here):
    settled_case(here, "A1", on(3, 4))
    period = period_of(here)
    scored(period)
    ids = set(ScoreLine.objects.values_list("id", flat=True))
    deed(here, here.residents[0], 16, date(2026, 3, 2))
    assert evaluation.score_period(period=period, at=on(4, 1)) == scoring.Rewritten(struck=0, written=1)
    assert ids < set(ScoreLine.objects.values_list("id", flat=True))


def test_a_rule_that_changes_its_worth_changes_the_line_in_place(here):
    neighbour = here.residents[0]
    deed(here, neighbour, 16, date(2026, 3, 2))
    period = period_of(here)
    scored(period)
    line = ScoreLine.objects.get(person=neighbour, rule__no=16)
    here.tariff.rules.filter(no=16).update(points=7)
    assert scored(period) == [(neighbour.name, 16, 7)]
    assert ScoreLine.objects.get(person=neighbour, rule__no=16).pk == line.pk


def test_a_reopened_case_no_longer_scores(here, head):
    case = settled_case(here, "A1", on(3, 4))
    period = period_of(here)
    assert scored(period) == [(head.name, 47, 2), (head.name, 48, 2)]
    reopened(case, on(3, 8), here.officer)
    assert scored(period) == [(head.name, 47, 2)]


def test_a_case_reopened_during_publication_is_struck_before_the_close(here, head):
    case = settled_case(here, "A1", on(3, 4))
    period = published(here, period_of(here))
    reopened(case, on(4, 3), here.officer)
    evaluation.close_period(period=period, by=here.station_chief, at=on(4, 10))
    assert list(period.lines.filter(rule__part="bonus").values_list("rule__no", flat=True)) == [47]


def test_a_case_settled_again_counts_in_the_month_of_its_last_settlement(here, head):
    case = settled_case(here, "A1", on(3, 4))
    reopened(case, on(3, 20), here.officer)
    settled_again(case, on(4, 2), here.officer, head)
    assert scored(period_of(here)) == [(head.name, 47, 2)]
    assert scored(period_of(here, APRIL), at=on(4, 5)) == [(head.name, 44, 3)]


def test_a_case_paid_in_a_closed_period_is_not_paid_again(here, head):
    case = settled_case(here, "A1", on(3, 4))
    closed(here, period_of(here))
    reopened(case, on(4, 12), here.officer)
    settled_again(case, on(4, 20), here.officer, head)
    assert scored(period_of(here, APRIL), at=on(4, 25)) == []


def test_a_hazard_pays_nobody_before_a_second_person_has_looked(here, head):
    hazard = found_hazard(here, on(3, 4))
    assert scored(period_of(here)) == []
    looked_at(here, hazard, on(3, 9))
    assert scored(period_of(here)) == [(head.name, 43, 2)]


def test_a_hazard_that_came_back_no_longer_scores_and_is_paid_once(here, head):
    hazard = looked_at(here, found_hazard(here, on(3, 4)), on(3, 9))
    closed(here, period_of(here))
    looked_at(here, came_back(here, hazard, on(4, 11)), on(4, 12))
    assert scored(period_of(here, APRIL), at=on(4, 25)) == []


def test_who_looks_at_his_own_finding_earns_nothing(here):
    looked_at(here, found_hazard(here, on(3, 4), by=here.volunteer), on(3, 9), by=here.volunteer)
    assert scored(period_of(here)) == []


def test_a_patrol_pays_whom_its_leader_saw_for_half_an_hour(here):
    helper = here.volunteer.person
    patrolled(here, helper, on(3, 4, 20), minutes=29)
    assert scored(period_of(here)) == []
    patrolled(here, helper, on(3, 6, 20), minutes=30)
    assert scored(period_of(here)) == [(helper.name, 1, 1)]


def test_a_patrol_under_way_is_not_paid_yet(here):
    patrolled(here, here.volunteer.person, on(3, 4, 20), minutes=90, ended=False)
    assert scored(period_of(here)) == []


@pytest.mark.parametrize(("found", "words"), [("hazard", "村口"), ("patrol", "夜间巡逻")])
def test_a_hazard_and_a_patrol_are_explained_in_words(here, found, words):
    if found == "hazard":
        looked_at(here, found_hazard(here, on(3, 4)), on(3, 9))
    else:
        patrolled(here, here.volunteer.person, on(3, 4, 20))
    period = period_of(here)
    scored(period)
    line = scoring.with_facts(ScoreLine.objects.filter(rule__part="bonus")).get()
    why = scoring.explain(line)
    assert words in why.fact
    assert why.link.startswith(f"/admin/{found}s/{found}/")


def test_a_ceiling_pays_the_earliest_facts_of_the_period(here):
    needs_care(here.homes[0])
    visits = [care_visit(here, here.homes[0], on(3, day)) for day in (9, 2, 7, 1, 5, 3)]
    period = period_of(here)
    evaluation.score_period(period=period, at=NOW)
    paid = ScoreLine.objects.filter(period=period, visit__isnull=False).order_by("done_on").values_list("visit", flat=True)
    assert list(paid) == [visits[3].pk, visits[1].pk, visits[5].pk, visits[4].pk]


def test_a_ceiling_for_the_quarter_runs_over_its_months(here):
    neighbour = here.residents[0]
    february = period_of(here, {"starts_on": date(2026, 2, 1), "ends_on": date(2026, 2, 28)})
    for day in range(1, 4):
        deed(here, neighbour, 5, date(2026, 2, day))
        deed(here, neighbour, 5, date(2026, 3, day))
    assert len(scored(february)) == 3
    assert len(scored(period_of(here))) == 1
    for day in range(1, 4):
        deed(here, neighbour, 5, date(2026, 4, day))
    assert len(scored(period_of(here, APRIL), at=on(4, 5))) == 3


def test_local_midnight_decides_the_month(here, head):
    settled_case(here, "A1", on(4, 1, 0))
    assert scored(period_of(here)) == []
    assert scored(period_of(here, APRIL), at=on(4, 5)) == [(head.name, 47, 2), (head.name, 48, 2)]


def test_a_new_tariff_pays_from_its_day(here):
    neighbour = here.residents[0]
    deed(here, neighbour, 16, date(2026, 3, 2))
    type(here.tariff).objects.filter(pk=here.tariff.pk).update(active_to=date(2026, 3, 10))
    new = type(here.tariff).objects.create(station=here.station, name="新", active_from=date(2026, 3, 10))
    here.rules[16] = new.rules.create(no=16, name="好人好事突出", points=8)
    deed(here, neighbour, 16, date(2026, 3, 12))
    assert scored(period_of(here)) == [(neighbour.name, 16, 5), (neighbour.name, 16, 8)]


def test_two_stations_do_not_mix(world):
    here, there = with_tariff(world.here), with_tariff(world.there)
    settled_case(there, "B1", on(3, 4))
    period = period_of(here)
    assert scored(period) == []
    assert set(period.lines.values_list("person__station", flat=True)) == {here.station.pk}
    assert len(scored(period_of(there))) == 2


def test_a_line_explains_its_rule_and_its_fact(here, head):
    case = settled_case(here, "A1", on(3, 4))
    period = period_of(here)
    scored(period)
    line = scoring.with_facts(ScoreLine.objects.all()).get(case=case, rule__no=48)
    why = scoring.explain(line)
    assert why.rule == here.rules[48].name
    assert case.no in why.fact
    assert why.link == f"/admin/cases/disputecase/{case.pk}/change/"


def test_a_confidential_line_tells_neither_rule_nor_fact(here):
    told = deed(here, here.residents[0], 4, date(2026, 3, 2))
    period = period_of(here)
    scored(period)
    line = scoring.with_facts(ScoreLine.objects.all()).get(deed=told)
    veiled = scoring.explain(line)
    assert told.text not in (veiled.rule, veiled.fact)
    assert here.rules[4].name != veiled.rule
    assert veiled.link == ""
    assert scoring.explain(line, unveiled=True).fact == told.text


def test_a_preview_writes_nothing_and_says_what_the_next_run_would_do(here):
    period = period_of(here)
    scored(period)
    deed(here, here.residents[0], 16, date(2026, 3, 2))
    settled_case(here, "A1", on(3, 4), restricted=True)
    assert scoring.unwritten(period, NOW) == (1, 0)
    assert not period.lines.filter(points=5).exists()


def about(**fact):
    """The keys of a line, of which at most one is filled."""
    return tuple(getattr(fact.get(key.removesuffix("_id")), "pk", None) for key in scoring.FACT_KEYS)


def naively_owed(place, period):
    """The rules once more, slowly: one fact after the other, in Python."""
    people = {c.person_id for c in Consent.objects.filter(withdrawn_at=None) if c.person.station_id == place.station.pk}
    days = (period.starts_on, period.ends_on)
    facts = [(person, 0, period.ends_on, period.ends_on, *about()) for person in people]
    for case in DisputeCase.objects.filter(station=place.station, restricted=False):
        parties = set(Party.objects.filter(case=case).values_list("person", flat=True))
        settlements = [s for s in CaseStep.objects.filter(case=case).order_by("no") if s.move.startswith("settle")]
        if case.status == "settled" and settlements and settlements[-1].credited_id not in parties:
            at = settlements[-1].at.astimezone(NOW.tzinfo)
            no = 44 if settlements[-1].move == "settle" else 48
            facts.append((settlements[-1].credited_id, no, at.date(), at, *about(case=case)))
        first = case.reports.order_by("at", "id").first()
        if first.person_id not in parties:
            at = first.at.astimezone(NOW.tzinfo)
            facts.append((first.person_id, 47, at.date(), at, *about(case=case)))
    seen = set()
    for visit in place.household_head.station.visit_set.order_by("at"):
        at, person = visit.at.astimezone(NOW.tzinfo), visit.by.person_id
        needy = visit.home.residents.exclude(need="").exists() and not visit.home.residents.filter(person=person).exists()
        if visit.kind == "care" and needy and (person, visit.home_id, at.date()) not in seen:
            seen.add((person, visit.home_id, at.date()))
            facts.append((person, 45, at.date(), at, *about(visit=visit)))
    for each in place.station.deed_set.exclude(confirmed_at=None).order_by("at", "id"):
        facts.append((each.person_id, each.rule.no, each.done_on, each.at, *about(deed=each)))
    for hazard in Hazard.objects.filter(station=place.station, status="closed").exclude(closed_by=F("found_by")):
        at = hazard.steps.filter(move="look_again").latest("no").at.astimezone(NOW.tzinfo)
        facts.append((hazard.found_by.person_id, 43, at.date(), at, *about(hazard=hazard)))
    for each in Attendance.objects.filter(patrol__station=place.station, minutes__gte=30, patrol__ended_at__isnull=False):
        at = each.patrol.started_at.astimezone(NOW.tzinfo)
        facts.append((each.volunteer.person_id, 1, at.date(), at, *about(attendance=each)))
    counted, owed = {}, set()
    for person, no, day, _at, *fact in sorted(facts, key=lambda f: (f[2], str(f[3]), [x or 0 for x in f[4:]])):
        if person not in people or not days[0] <= day <= days[1]:
            continue
        counted[person, no] = counted.get((person, no), 0) + 1
        rule = place.rules[no]
        if rule.ceiling is None or counted[person, no] <= rule.ceiling:
            owed.add((person, rule.pk, rule.points, day, *fact))
    return owed


FACTS = st.lists(
    st.tuples(
        st.sampled_from(["case", "party", "protected", "reopened", "visit", "deed", "capped", "unconfirmed", "hazard", "patrol"]),
        st.integers(1, 40),
        st.integers(0, 1),
        st.integers(0, 1),
    ),
    max_size=14,
)


@pytest.mark.django_db
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=FACTS)
def test_the_set_owes_what_a_slow_reading_of_the_rules_owes(db, facts):
    from django.db import transaction

    with transaction.atomic():
        here = with_tariff(make_world().here)
        take_part(here.aux_police.person)
        needs_care(here.homes[0])
        helpers, period = [here.household_head, here.volunteer], period_of(here, MARCH)
        for number, (kind, day, who, other) in enumerate(facts):
            at, helper, helped = on(2, 24) + timedelta(days=day), helpers[who], here.residents[other]
            if kind == "visit":
                care_visit(here, here.homes[other], at, by=helper)
            elif kind in ("deed", "capped", "unconfirmed"):
                deed(here, helped, 5 if kind == "capped" else 16, at.date(), confirmed=kind != "unconfirmed")
            elif kind == "hazard":
                looked_at(here, found_hazard(here, at, by=helper), at, by=helpers[other] if day % 2 else here.officer)
            elif kind == "patrol":
                patrolled(here, helper.person, at, minutes=25 + day, ended=bool(day % 5))
            else:
                party = helper.person if kind == "party" else helped
                case = settled_case(
                    here, f"H{number}", at, mediator=helper, reporter=helpers[other], party=party, restricted=kind == "protected"
                )
                if kind == "reopened":
                    reopened(case, at + timedelta(hours=1), here.officer)
        expected = naively_owed(here, period)
        scoring.rewrite(period, on(4, 5))
        written = {tuple(vars(scoring.as_owed(line)).values()) for line in period.lines.all()}
        again = {tuple(vars(line).values()) for line in scoring.owed(period, on(4, 5))}
        transaction.set_rollback(True)
    assert written == expected
    assert again == expected
