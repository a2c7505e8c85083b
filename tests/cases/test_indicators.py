"""What is counted about disputes, rule by rule."""

from datetime import date, timedelta

import pytest

from shengkang.cases.indicators import disputes as indicators
from shengkang.cases.models import DisputeCase
from tests.reports import facts
from tests.reports.facts import on

FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)


def rows(world, part, month=FEBRUARY):
    until = MARCH if month == FEBRUARY else date(2026, 4, 1)
    return part.between(world.here.station, month, until, world.now)


ALL = [part for part in vars(indicators).values() if isinstance(part, indicators.Part) and not part.hidden]


@pytest.mark.parametrize("part", ALL, ids=lambda part: part.key)
def test_a_protected_case_is_in_no_ordinary_figure(world, part):
    case = facts.a_case(world.here, on(2026, 2, 3), settled_at=on(2026, 2, 4), due_at=on(2026, 2, 9))
    reopened = facts.a_case(world.here, on(2026, 2, 3), settled_at=on(2026, 2, 4), due_at=on(2026, 2, 9))
    facts.reopen(reopened, world.here, on(2026, 2, 5))
    DisputeCase.objects.update(restricted=True)
    assert not rows(world, part).exists()
    assert not rows(world, part, MARCH).exists()
    assert list(rows(world, indicators.protected)) != []
    assert case.pk in {each.pk for each in indicators.protected.rows(world.here.station, on(2026, 1, 1), world.now)}


def test_a_case_settled_and_reopened_is_open_at_the_end_and_was_settled_once(world):
    case = facts.a_case(world.here, on(2026, 2, 3), settled_at=on(2026, 2, 4))
    facts.reopen(case, world.here, on(2026, 2, 20))
    assert [step.case for step in rows(world, indicators.settled)] == [case]
    assert [step.case for step in rows(world, indicators.came_back)] == [case]
    assert list(rows(world, indicators.still_open)) == [case]
    assert list(rows(world, indicators.open_at_start, MARCH)) == [case]


def test_what_stood_open_at_a_moment_is_read_from_the_steps(world):
    case = facts.a_case(world.here, on(2026, 1, 20), settled_at=on(2026, 2, 4))
    assert list(rows(world, indicators.open_at_start)) == [case]
    assert list(rows(world, indicators.still_open)) == []


def test_a_reopened_case_counts_against_the_settled_of_those_due(world):
    case = facts.a_case(world.here, on(2026, 2, 3), settled_at=on(2026, 2, 4))
    assert list(rows(world, indicators.due)) == list(rows(world, indicators.due_settled)) == [case]
    facts.reopen(case, world.here, on(2026, 2, 10))
    assert list(rows(world, indicators.due)) == [case]
    assert list(rows(world, indicators.due_settled)) == []


def test_settled_on_the_deadline_is_in_time_and_a_minute_later_is_not(world):
    for minutes in (0, 1):
        case = facts.a_case(world.here, on(2026, 2, 3), due_at=on(2026, 2, 9))
        facts.settle(case, world.here, on(2026, 2, 9) + timedelta(minutes=minutes))
    assert rows(world, indicators.settled).count() == 2
    assert rows(world, indicators.settled_in_time).count() == 1


def test_a_deadline_that_lies_ahead_is_not_overdue(world):
    facts.a_case(world.here, on(2026, 3, 2), due_at=on(2026, 3, 20))
    late = facts.a_case(world.here, on(2026, 3, 2), due_at=on(2026, 3, 9))
    assert list(rows(world, indicators.overdue, MARCH)) == [late]


def test_a_follow_up_that_lies_ahead_is_not_yet_due(world):
    facts.a_case(world.here, on(2026, 3, 2), settled_at=on(2026, 3, 10))  # visit due on the 17th, today is the 11th
    due = facts.a_case(world.here, on(2026, 3, 2), settled_at=on(2026, 3, 4))
    assert [visit.case for visit in rows(world, indicators.visits_due, MARCH)] == [due]


def test_a_visit_for_a_reopened_case_is_no_longer_owed(world):
    case = facts.a_case(world.here, on(2026, 2, 3), settled_at=on(2026, 2, 4))
    facts.reopen(case, world.here, on(2026, 2, 6))
    assert not rows(world, indicators.visits_due).exists()


def test_a_reporter_is_told_when_the_message_names_his_case(world):
    graded = {"due_at": on(2026, 2, 9), "settled_at": on(2026, 2, 4)}
    told = facts.a_case(world.here, on(2026, 2, 3), **graded)
    untold = facts.a_case(world.here, on(2026, 2, 3), **graded)
    facts.a_case(world.here, on(2026, 2, 3), settled_at=on(2026, 2, 4))  # on the spot: the reporter was there
    world.here.household_head.notices.filter(key__startswith=f"case:{untold.pk}:").delete()
    assert {report.case for report in rows(world, indicators.reports_ended)} == {told, untold}
    assert [report.case for report in rows(world, indicators.reports_told)] == [told]


@pytest.mark.parametrize(("advise", "quiet"), [("_advise_overdue", 0), ("_advise_visits", 100), ("_advise_told", 100)])
def test_nothing_is_suggested_where_nothing_is_wanting(advise, quiet):
    assert getattr(indicators, advise)(quiet) == ""
    assert getattr(indicators, advise)(50)
