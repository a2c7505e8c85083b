"""A demo station: invented, lawful, the same for the same seed, and only where it may be."""

import hashlib
from collections import Counter
from datetime import date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from households.models import Assignment, Campaign, Home, HouseholdHead, Nomination, Resident, Sighting, Training, Visit
from households.selectors import campaigns as progress
from patrols import moves as patrol_moves
from patrols import selectors as patrols
from patrols.models import Attendance, Finding, Patrol, Shift, SignUp, VettingStep, Volunteer
from points.models import Deed, EvaluationPeriod, Redemption, ScoreLine, Shop, Transfer, Wallet
from posts.models import Alarm, AlarmPoint, AlarmStep, Camera, Device, Installation, MemberUnit, SecurityPost
from posts.moves import MOVES as ALARM_MOVES
from posts.moves import Status as AlarmStatus
from shengkang.attachments.models import Attachment
from shengkang.cases.agreements import missing_signatures
from shengkang.cases.models import (
    Agreement,
    Application,
    Call,
    CaseStep,
    DisputeCase,
    Escalation,
    FollowUp,
    HandOver,
    Inquiry,
    MediationSession,
    Obligation,
    Party,
    Pause,
    Referral,
    Report,
    RiskAssessment,
    Signature,
)
from shengkang.cases.moves import MOVES, Status
from shengkang.hazards import moves as hazard_moves
from shengkang.hazards.models import Hazard, HazardStep
from shengkang.notices.models import Notice
from shengkang.organization import sealed
from shengkang.organization.demo import SMALL, Plan, names
from shengkang.organization.demo.accounts import SHOWN
from shengkang.organization.management.commands import demo
from shengkang.organization.management.commands.demo import PASSWORD
from shengkang.organization.models import Person, Station, Unit, User
from shengkang.organization.services import name_key
from shengkang.reports.models import Briefing, DayFigure
from tests import station
from tests.conftest import _point_at

TODAY = date(2026, 3, 11)


def furnish(**options):
    told = StringIO()
    call_command("demo", small=True, today=TODAY, stdout=told, **options)
    return told.getvalue()


@pytest.fixture(scope="module")
def furnished(django_db_setup, django_db_blocker, worker_database):
    """The small demo station in a database of its own, for all tests of this file. Yields the database's name."""
    name = f"{worker_database}_demo"
    station.clone(name)
    with django_db_blocker.unblock():
        _point_at(name)
        furnish()
        yield name
        _point_at(worker_database)
    station.drop(name)


def fingerprint() -> str:
    """Who lives there, what happened and what was paid, as one text."""
    told = [
        *Person.objects.order_by("id").values_list("id", "name", "birth_year", "phone"),
        *DisputeCase.objects.order_by("id").values_list("no", "status", "story", "opened_at"),
        *HazardStep.objects.order_by("id").values_list("hazard_id", "no", "move", "at"),
        *Attachment.objects.order_by("sha256").values_list("owner_label", "sha256"),
        *CaseStep.objects.order_by("id").values_list("case_id", "no", "move", "at"),
        *Visit.objects.order_by("id").values_list("home_id", "note", "at"),
        *ScoreLine.objects.order_by("period_id", "person_id", "rule_id", "done_on", "id").values_list("person_id", "points"),
        *Transfer.objects.order_by("id").values_list("amount", "kind", "from_wallet_id", "to_wallet_id", "at"),
        *Redemption.objects.order_by("id").values_list("shop_id", "points", "status"),
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def test_a_real_station_gets_no_demo(settings):
    settings.DEMO = settings.TESTING = False
    for asked in ({}, {"small": True}, {"print_logins": True}):
        with pytest.raises(CommandError, match="refused"):
            call_command("demo", **asked)


def test_accounts_are_not_printed_before_they_are_there(db):
    with pytest.raises(CommandError, match="no demo station yet"):
        call_command("demo", print_logins=True)


def test_the_small_station_has_what_its_size_says(furnished):
    assert Station.objects.get().name == "盛康派出所"
    assert Unit.objects.filter(level=Unit.Level.VILLAGE).count() == SMALL.villages
    assert HouseholdHead.objects.active().count() == SMALL.heads
    assert Home.objects.count() == Assignment.objects.count() == SMALL.heads * SMALL.homes_per_head
    assert Resident.objects.count() == Person.objects.count()
    assert Shop.objects.count() == SMALL.shops
    assert Wallet.objects.filter(kind=Wallet.Kind.PERSON).count() == SMALL.participants
    assert DisputeCase.objects.count() == SMALL.disputes
    assert Hazard.objects.filter(address=None).count() == SMALL.hazards
    assert Volunteer.objects.enrolled().count() == SMALL.volunteers
    assert SMALL.shifts - 3 <= Shift.objects.count() <= SMALL.shifts
    assert Deed.objects.count() == SMALL.deeds_per_month * 13
    statuses = Counter(EvaluationPeriod.objects.values_list("status", flat=True))
    assert statuses == {"closed": 12, "open": 1}
    assert Briefing.objects.count() == SMALL.frozen_months
    assert DayFigure.objects.exists()
    assert SecurityPost.objects.count() == SMALL.posts
    assert AlarmPoint.objects.count() == SMALL.fixed_points + SMALL.mobile_points
    assert Installation.objects.in_force().count() == AlarmPoint.objects.count() < Installation.objects.count()
    assert (MemberUnit.objects.count(), Camera.objects.count()) == (SMALL.member_units, SMALL.cameras)
    assert Alarm.objects.count() == SMALL.alarms


def test_heads_were_chosen_taught_and_go_through_their_homes(furnished):
    assert Training.objects.count() == SMALL.trainings
    assert set(Nomination.objects.values_list("decision", flat=True)) == set(Nomination.Decision.values)
    assert Campaign.objects.running(TODAY).count() == 1
    whole = progress.whole(progress.progress_by_village(Campaign.objects.running(TODAY).get()))
    assert 20 < whole["percent"] < 95
    told = Sighting.objects.exclude(kind="quarrel")
    assert 0 < told.filter(answers__isnull=False).count() <= told.count()
    assert not HouseholdHead.objects.active().filter(term_ends_on=None).exists()


def test_some_checks_of_homes_found_a_hazard_which_is_put_right(furnished):
    running = Campaign.objects.running(TODAY).get()
    found = Hazard.objects.filter(channel="campaign", address__isnull=False)
    told = running.checks.filter(result="problem", home__address__in=found.values("address"))
    assert found.count() == told.count() >= 2
    assert not Hazard.objects.filter(found_at__gt=Plan(seed=0, today=TODAY, size=SMALL, password="").now).exists()


def test_what_came_on_paper_has_its_picture(furnished):
    assert Nomination.objects.exclude(spoken_by="").exists()
    assert VettingStep.objects.exclude(spoken_by="").exists()
    papers = (Nomination.objects.exclude(spoken_by=""), VettingStep.objects.exclude(spoken_by=""), Training.objects.all())
    for owners in papers:
        for owner in owners:
            assert Attachment.objects.of(owner).count() == 1, owner


def test_a_second_call_changes_nothing(furnished):
    before = fingerprint()
    assert "nothing was changed" in furnish()
    assert fingerprint() == before


def test_the_same_seed_tells_the_same_year(furnished):
    first = fingerprint()
    _point_at(furnished)
    station.clone(furnished)
    furnish(seed=7)
    assert fingerprint() != first
    _point_at(furnished)
    station.clone(furnished)
    furnish()
    assert fingerprint() == first


def test_every_state_of_a_dispute_is_there(furnished):
    assert set(DisputeCase.objects.values_list("status", flat=True)) == set(Status.values)
    assert DisputeCase.objects.filter(restricted=True).exists()
    assert CaseStep.objects.filter(move="reopen").exists()
    morning = Plan(seed=0, today=TODAY, size=SMALL, password="").now
    assert DisputeCase.objects.overdue(morning).exists()
    assert FollowUp.objects.filter(done_at=None).exists()


def test_a_dispute_that_was_registered_twice_is_one_case(furnished):
    for double in DisputeCase.objects.filter(status="merged").select_related("merged_into"):
        step = double.steps.get(move="merge")
        assert step.note == double.merged_into.no
        assert double.merged_into.steps.filter(move="join", at=step.at, note=double.no).exists()
        assert double.merged_into.reports.filter(by__in=double.reports.values("by")).exists()


def test_clocks_stand_still_and_late_cases_climbed_the_ladder(furnished):
    standing = DisputeCase.objects.paused()
    assert standing.exists()
    assert set(standing) == {pause.case for pause in Pause.objects.filter(ended_at=None).select_related("case")}
    for case in DisputeCase.objects.open():
        assert case.state_due_at is not None, case
    assert {"officer", "chief", "township"} >= set(Escalation.objects.values_list("desk", flat=True)) >= {"chief"}
    assert not Escalation.objects.filter(case__in=standing, since__gt=F("case__paused_at")).exists()


def test_cases_go_through_hands_and_to_other_offices(furnished):
    assert HandOver.objects.filter(taken=None).exists()
    referred = DisputeCase.objects.filter(status="referred")
    assert referred.count() == Referral.objects.filter(case__in=referred).values("case").distinct().count()
    for referral in Referral.objects.exclude(received_on=None).select_related("case"):
        assert referral.case.steps.filter(move="answer", at__date__gte=referral.at.date()).exists()


def test_a_written_agreement_that_settled_a_case_was_signed_by_all(furnished):
    settled = DisputeCase.objects.filter(status__in=["settled", "archived"], ledger_no="")
    agreements = Agreement.objects.filter(case__in=settled, oral=False)
    assert agreements.exists()
    for agreement in agreements:
        assert missing_signatures(agreement) == [], agreement
    assert Attachment.objects.filter(owner_label="cases.signature").exists()
    assert Application.objects.exclude(party=None).exists()
    assert not MediationSession.objects.filter(parties=None).exists()


def test_what_was_performed_is_a_step_and_three_instalments_make_the_whole(furnished):
    performed = Obligation.objects.exclude(performed_on=None)
    assert performed.count() == CaseStep.objects.filter(move="perform").count() > 0
    parts = Obligation.objects.filter(what__startswith="支付约定款项")
    assert parts.exists()
    for agreement in {part.agreement for part in parts}:
        assert agreement.obligations.count() == 3
        assert f"{sum(part.amount for part in agreement.obligations.all()):.0f}元" in agreement.terms


def test_visits_after_seven_thirty_and_ninety_days_stand_on_somebodys_list(furnished):
    assert not FollowUp.objects.filter(assignee=None).exists()
    assert (
        FollowUp.objects.filter(kind="admonition").exists() or not DisputeCase.objects.filter(admonitions__isnull=False).exists()
    )
    waiting = FollowUp.objects.filter(done_at=None)
    assert waiting.exists()
    assert not waiting.filter(case__status__in=["reported", "mediating", "merged"]).exists()


def test_a_judgement_shows_its_signals_and_why_it_departs_from_them(furnished):
    for judged in RiskAssessment.objects.all():
        assert judged.points == sum(judged.signals.values())
        assert judged.suggested == judged.risk or judged.reason


def test_calls_came_in_for_thirteen_months_and_each_told_to_110_is_one(furnished):
    assert Call.objects.count() == SMALL.calls
    by_phone = DisputeCase.objects.filter(channel="call_110")
    assert {call.case_id for call in Call.objects.exclude(case=None)} == {case.pk for case in by_phone}
    assert not Call.objects.filter(case__restricted=True).exclude(police_class="07").exists()


def test_every_state_of_a_hazard_is_there(furnished):
    assert set(Hazard.objects.values_list("status", flat=True)) == set(hazard_moves.Status.values)
    assert Hazard.objects.overdue(Plan(seed=0, today=TODAY, size=SMALL, password="").now).exists()
    steps = HazardStep.objects.values_list("pk", flat=True)
    photos = Attachment.objects.filter(owner_label="hazards.hazardstep")
    assert photos.exists()
    assert set(photos.values_list("owner_id", flat=True)) <= set(steps)
    assert not [each for each in Hazard.objects.all() if "{" in each.place + each.text + each.answers_for_it]


@pytest.mark.parametrize(
    ("things", "moves"), [(DisputeCase, MOVES), (Hazard, hazard_moves.MOVES), (Volunteer, patrol_moves.MOVES)]
)
def test_every_life_keeps_to_the_table_of_moves(furnished, things, moves):
    for thing in things.objects.prefetch_related("steps"):
        steps = sorted(thing.steps.all(), key=lambda step: step.no)
        assert [step.no for step in steps] == list(range(1, thing.steps_taken + 1))
        status, at = "", steps[0].at
        for step in steps:
            origins, target = moves[step.move].origins, moves[step.move].target
            assert step.from_status == status
            assert status in origins or (step.no == 1 and not origins)
            assert step.to_status == (target or status)
            assert step.at >= at
            status, at = step.to_status, step.at
        assert status == thing.status


def test_every_alarm_keeps_to_its_table_and_rang_from_where_its_device_hung(furnished):
    for alarm in Alarm.objects.prefetch_related("steps"):
        steps = sorted(alarm.steps.all(), key=lambda step: step.no)
        status, at = "", steps[0].at
        for step in steps:
            assert step.from_status == status
            assert status in ALARM_MOVES[step.move].origins or step.no == 1
            assert step.at >= at
            status, at = step.to_status, step.at
        assert (status, len(steps)) == (alarm.status, alarm.steps_taken)
        if alarm.device_id:
            hung = alarm.device.installations.get(point=alarm.point)
            day = timezone.localdate(alarm.received_at)
            assert hung.active_from <= day
            assert hung.active_to is None or day < hung.active_to
    assert Alarm.objects.open().exists()
    assert not Alarm.objects.filter(status=AlarmStatus.RAISED).exists()


def test_posts_settle_small_disputes_on_the_spot(furnished):
    by_posts = DisputeCase.objects.filter(channel=DisputeCase.Channel.POST)
    assert by_posts.filter(steps__move="settle_on_the_spot", mediator__memberships__role="post_liaison").exists()


def test_nobody_mediates_between_himself_and_a_neighbour(furnished):
    for case in DisputeCase.objects.filter(mediator__person__isnull=False).select_related("mediator"):
        assert not case.parties.filter(person_id=case.mediator.person_id).exists()


def test_a_protected_case_was_never_mediated(furnished):
    assert not CaseStep.objects.filter(case__restricted=True, move__in=["mediate", "session", "agree", "settle"]).exists()
    assert not Deed.objects.filter(case__restricted=True).exists()


def test_each_quarrel_a_head_told_of_is_a_sighting(furnished):
    by_heads = DisputeCase.objects.filter(channel=DisputeCase.Channel.HEAD)
    assert set(Sighting.objects.filter(kind="quarrel").values_list("case_id", flat=True)) == set(
        by_heads.values_list("pk", flat=True)
    )


def test_no_child_is_left_at_home_alone(furnished):
    for home in Home.objects.prefetch_related("residents__person"):
        there = [each.person.birth_year for each in home.residents.all() if not each.works_away]
        assert there
        assert min(there) <= TODAY.year - 18, home


def test_reporters_were_told_what_became_of_it(furnished):
    told = Notice.objects.filter(kind="case.outcome")
    assert told.exists()
    assert not told.filter(delivered_at=None).exists()


def test_nobody_records_or_confirms_a_deed_of_his_own(furnished):
    for deed in Deed.objects.select_related("by", "confirmed_by"):
        assert deed.person_id not in (deed.by.person_id, deed.confirmed_by and deed.confirmed_by.person_id)


def test_nothing_is_told_of_the_future(furnished):
    morning = Plan(seed=0, today=TODAY, size=SMALL, password="").now
    for rows in (
        CaseStep,
        Signature,
        RiskAssessment,
        Inquiry,
        Escalation,
        HazardStep,
        AlarmStep,
        VettingStep,
        SignUp,
        Attendance,
        Finding,
        Report,
        Visit,
        Sighting,
        Deed,
        Transfer,
        Redemption,
    ):
        assert not rows.objects.filter(at__gt=morning).exists(), rows.__name__


def test_the_ledger_is_sound(furnished):
    told = StringIO()
    call_command("verify_ledger", stdout=told)
    assert "0 rows do not fit" in told.getvalue()
    assert Transfer.objects.filter(kind=Transfer.Kind.REVERSAL).exists()


def test_no_two_stories_are_the_same(furnished):
    stories = list(DisputeCase.objects.values_list("story", flat=True))
    assert len(set(stories)) == len(stories)
    assert not [story for story in stories if "{" in story or "}" in story]


def test_no_real_person_of_the_reports_appears(furnished):
    kept_out = names.kept_out()
    assert len(kept_out) >= 7
    people = {
        *Person.objects.values_list("name", flat=True),
        *User.objects.values_list("name", flat=True),
        *Party.objects.values_list("name", flat=True),
        *Home.objects.values_list("householder", flat=True),
    }
    assert {name for name in people if names.digest(name) in kept_out} == set()
    stories = DisputeCase.objects.values_list("story", flat=True)
    pieces = {story[at : at + long] for story in stories for at in range(len(story)) for long in (2, 3)}
    assert {piece for piece in pieces if names.digest(piece) in kept_out} == set()


def test_a_name_that_is_kept_out_is_not_drawn(monkeypatch):
    def draw():
        drawn = names.Names(Plan(seed=1, today=TODAY, size=SMALL, password="").chance("names"))
        return [drawn.full(drawn.surname(), man=True, born=1960) for _each in range(50)]

    refused = draw()[0]
    monkeypatch.setattr(names, "kept_out", lambda: frozenset({names.digest(refused)}))
    assert refused not in draw()


def test_the_quick_sort_key_is_the_sort_key(furnished):
    for person in Person.objects.all():
        assert person.name_key == name_key(person.name)


def test_telephones_are_numbers_that_no_network_gives_out(furnished):
    phones = [*Person.objects.exclude(phone="").values_list("phone", flat=True), *User.objects.values_list("phone", flat=True)]
    assert not [phone for phone in phones if len(phone) != 11 or not phone.startswith(("10000", "128", "129"))]


def test_the_accounts_shown_may_log_in_and_are_printed(furnished):
    for phone, (role, _page) in SHOWN.items():
        user = User.objects.get(phone=phone)
        assert user.roles == {role}
        assert user.check_password(PASSWORD)
    told = StringIO()
    call_command("demo", print_logins=True, stdout=told)
    lines = told.getvalue().splitlines()
    assert [line.split()[-3] for line in lines[: len(SHOWN)]] == list(SHOWN)
    device, secret, where = lines[-1].split()
    assert sealed.open_sealed(Device.objects.get(serial=device).secret_sealed) == secret
    assert where == "/hooks/alarms/"


def test_the_accounts_shown_have_something_to_show(furnished):
    head = User.objects.get(phone="10000000004")
    assert Home.objects.looked_after_by(head).count() >= 3
    assert DisputeCase.objects.visible_to(head).filter(status__in=["settled", "archived"]).exists()
    volunteer, keeper = User.objects.get(phone="10000000006"), User.objects.get(phone="10000000005")
    # Enough for a bag of rice at the shop of the keeper shown.
    assert volunteer.person.wallet.balance >= 25
    shop = keeper.shops.get()
    assert shop.lots.filter(item__name__startswith="大米", left__gt=0, expires_on__gt=TODAY).exists()
    assert shop.village_id == volunteer.person.village_id


def test_the_volunteers_shown_have_shifts_to_come_and_their_head_somebody_waiting(furnished):
    at = Plan(seed=0, today=TODAY, size=SMALL, password="").now
    volunteer, head, cadre = (User.objects.get(phone=phone) for phone in ("10000000006", "10000000004", "10000000010"))
    assert patrols.shifts_to_come(volunteer, at).filter(mine=True).exists()
    assert patrols.waiting_for(head).exists()
    assert patrols.waiting_for(cadre).exists()
    assert set(Volunteer.objects.values_list("status", flat=True)) == set(patrol_moves.Status.values)
    # One under way this morning, one that nobody ended last night.
    assert Patrol.objects.under_way().count() == 2
    assert patrols.forgotten(User.objects.get(phone="10000000001"), at).count() == 1
    assert not Attendance.objects.filter(by__person=F("volunteer__person")).exists()


def test_the_default_day_is_never_ahead(monkeypatch):
    for hour, day in ((3, date(2026, 3, 10)), (9, date(2026, 3, 11))):
        at = timezone.make_aware(datetime(2026, 3, 11, hour))
        monkeypatch.setattr(demo.timezone, "localtime", lambda at=at: at)
        assert demo._last_morning() == day
