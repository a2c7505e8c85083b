"""What is counted about settlements that last, and about calls: rule by rule."""

from datetime import date, timedelta

import pytest

from shengkang.cases.indicators import calls, lasting
from shengkang.cases.models import Agreement, Call, DisputeCase, Obligation, Party
from shengkang.organization.models import Membership
from shengkang.reports.nails import Part
from tests.reports import facts
from tests.reports.facts import on
from tests.world import SHANGHAI

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)
ALL = [part for module in (lasting,) for part in vars(module).values() if isinstance(part, Part)]


def rows(world, part, month=FEBRUARY, at=None):
    until = (month.replace(day=28) + timedelta(days=5)).replace(day=1)
    return list(part.between(world.here.station, month, until, at or world.now))


def settled(world, at, **given):
    return facts.a_case(world.here, at - timedelta(days=1), settled_at=at, **given)


def agreed(world, case, at, oral=False, owed=()):
    agreement = Agreement.objects.create(
        case=case, facts="x", terms="x", oral=oral, effective_on=at.date(), by=world.here.officer, at=at
    )
    return [Obligation.objects.create(agreement=agreement, what="x", due_on=due, performed_on=done) for due, done in owed]


def between(world, case, *phones):
    for side, phone in zip(Party.Side, phones, strict=False):
        Party.objects.create(case=case, side=side, name="x", phone=phone)


@pytest.mark.parametrize("part", ALL, ids=lambda part: part.key)
def test_a_protected_case_is_in_no_figure_of_what_lasts(world, part):
    case = settled(world, on(2026, 2, 4))
    agreed(world, case, on(2026, 2, 4), owed=[(date(2026, 2, 9), date(2026, 2, 9))])
    facts.step(case, "refer", "referred", on(2026, 2, 20), world.here.officer)
    for each in (case, settled(world, on(2026, 2, 5))):
        Party.objects.create(case=each, side="first", name="x", home=world.here.homes[0].address)
    DisputeCase.objects.update(restricted=True)
    for month in (FEBRUARY, MARCH):
        assert rows(world, part, month) == []


def test_a_merged_case_and_one_that_nobody_took_on_are_not_handled(world):
    handled = settled(world, on(2026, 2, 4))
    waiting = facts.a_case(world.here, on(2026, 2, 5))
    DisputeCase.objects.filter(pk=facts.a_case(world.here, on(2026, 2, 6)).pk).update(status="merged", merged_into=waiting)
    assert rows(world, lasting.handled) == [handled]
    assert set(rows(world, lasting.found)) == {handled, waiting}


def test_only_what_was_written_counts_as_written(world):
    spoken, written = settled(world, on(2026, 2, 4)), settled(world, on(2026, 2, 5))
    agreed(world, spoken, on(2026, 2, 4), oral=True)
    agreed(world, written, on(2026, 2, 5))
    assert [step.case for step in rows(world, lasting.in_writing)] == [written]


def test_an_agreement_in_writing_that_a_spoken_one_replaced_is_not_in_writing(world):
    case = settled(world, on(2026, 2, 5))
    agreed(world, case, on(2026, 2, 3))
    agreed(world, case, on(2026, 2, 5), oral=True)
    assert rows(world, lasting.in_writing) == []


def test_a_day_late_is_not_in_time_and_what_was_never_done_is_owed(world):
    case = settled(world, on(2026, 2, 4))
    due = date(2026, 2, 9)
    in_time, late, never = agreed(world, case, on(2026, 2, 4), owed=[(due, due), (due, due + timedelta(days=1)), (due, None)])
    assert set(rows(world, lasting.owed)) == {in_time, late, never}
    assert rows(world, lasting.performed) == [in_time]


def test_what_falls_due_after_the_case_was_reopened_is_not_owed_and_what_fell_due_before_is(world):
    case = settled(world, on(2026, 2, 4))
    before, _after = agreed(world, case, on(2026, 2, 4), owed=[(date(2026, 2, 9), None), (date(2026, 2, 20), None)])
    facts.reopen(case, world.here, on(2026, 2, 12))
    assert rows(world, lasting.owed) == [before]


def test_a_case_settled_ninety_days_before_is_looked_at_and_one_settled_since_is_not(world):
    old = settled(world, on(2025, 11, 20))
    settled(world, on(2026, 1, 20))
    assert [step.case for step in rows(world, lasting.cohort)] == [old]
    assert rows(world, lasting.came_again) == []


@pytest.mark.parametrize(("days", "again"), [(90, True), (91, False)])
def test_a_case_reopened_within_ninety_days_broke_out_again(world, days, again):
    case = settled(world, on(2025, 11, 20))
    facts.reopen(case, world.here, on(2025, 11, 20) + timedelta(days=days))
    assert bool(rows(world, lasting.came_again)) is again


@pytest.mark.parametrize(("phones", "again"), [(("1", "2"), True), (("2", "1"), True), (("1", "3"), False), (("", ""), False)])
def test_another_dispute_between_both_sides_is_the_same_quarrel_again(world, phones, again):
    first = settled(world, on(2025, 11, 20))
    between(world, first, "1", "2")
    between(world, facts.a_case(world.here, on(2026, 1, 5)), *phones)
    assert bool(rows(world, lasting.came_again)) is again


def test_who_of_the_village_settled_it_decides_whether_it_was_settled_there(world):
    near, far = settled(world, on(2026, 2, 4)), settled(world, on(2026, 2, 5))
    DisputeCase.objects.filter(pk=near.pk).update(mediator=world.here.household_head)
    assert Membership.objects.filter(user=far.mediator).exists()
    assert [step.case for step in rows(world, lasting.nearby)] == [near]


def test_each_time_a_case_is_referred_counts(world):
    case = facts.a_case(world.here, on(2026, 2, 3))
    facts.step(case, "refer", "referred", on(2026, 2, 20), world.here.officer)
    assert [step.case for step in rows(world, lasting.referred)] == [case]


def test_a_home_with_two_disputes_in_twelve_months_is_counted_once(world):
    homes = [home.address for home in world.here.homes]
    for day, home in (((2025, 4, 3), 0), ((2026, 2, 3), 0), ((2026, 2, 4), 0), ((2026, 2, 5), 1), ((2025, 1, 5), 1)):
        case = facts.a_case(world.here, on(*day))
        for side in ("first", "second"):
            Party.objects.create(case=case, side=side, name="x", home=homes[home])
    assert rows(world, lasting.uneasy_homes) == [homes[0]]
    said = lasting.uneasy_homes.describe(homes[0])
    assert str(homes[0].pk) in str(said["title"])
    assert str(homes[0]) not in str(said["title"])


# Calls


def a_call(there, day, police_class="11", **given):
    return Call.objects.create(
        station=there.station,
        no=str(Call.objects.count()),
        received_at=day,
        police_class_id=police_class,
        text="两家吵架",
        **given,
    )


def test_calls_are_counted_by_class_and_day(world):
    quarrel, crash = a_call(world.here, on(2026, 2, 3)), a_call(world.here, on(2026, 2, 4), "03")
    a_call(world.here, on(2026, 1, 31))
    a_call(world.there, on(2026, 2, 3))
    assert set(rows(world, calls.received)) == {quarrel, crash}
    assert rows(world, calls.quarrels) == [quarrel]
    assert calls.received.kinds()["11"] == "邻里纠纷"


def test_a_call_that_became_a_case_is_taken_up(world):
    a_call(world.here, on(2026, 2, 3))
    taken = a_call(world.here, on(2026, 2, 3), case=facts.a_case(world.here, on(2026, 2, 3)))
    assert rows(world, calls.taken_up) == [taken]


def test_calls_about_protected_matters_are_in_no_figure_but_their_own(world):
    at_home = a_call(world.here, on(2026, 2, 3), "07")
    harm = a_call(world.here, on(2026, 2, 3), case=facts.a_case(world.here, on(2026, 2, 3), restricted=True))
    for part in (calls.received, calls.quarrels, calls.taken_up):
        assert rows(world, part) == []
    assert set(rows(world, calls.protected)) == {at_home, harm}
    assert calls.protected.hidden


def test_a_call_is_described_without_its_words(world):
    said = calls.received.describe(a_call(world.here, on(2026, 2, 3), place="塘边"))
    assert "吵架" not in str(said)
    assert "塘边" not in str(said)
    assert said["day"] == on(2026, 2, 3).astimezone(SHANGHAI).date()
