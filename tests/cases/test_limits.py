"""Limits in working days over real years: 国庆 and 春节 with their swapped days, counted by hand from the State Council's notices.

2025: off 28 January – 4 February and 1–8 October; worked Sundays 26 January and 28 September, Saturdays 8 February and 11 October.
2026: off 15–23 February; worked Saturdays 14 and 28 February.
"""

from datetime import date, datetime, timedelta

import pytest

from shengkang.cases import services
from shengkang.cases.models import Limit
from shengkang.cases.services import limits
from shengkang.organization.models import Holiday
from shengkang.organization.selectors import day_of
from tests.cases.conftest import told
from tests.world import NOW, SHANGHAI, no_at_the_gate


def on(day: str, hour=10) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00").replace(tzinfo=SHANGHAI)


def days(case) -> tuple[str, str]:
    """Until when the whole case, and until when its step."""
    case.refresh_from_db()
    return tuple(limit and day_of(limit).isoformat() for limit in (case.due_at, case.state_due_at))


def accepted_on(here, world, day, grade):
    case = services.open_case(**told(here, world.category, at=on(day)))
    return services.accept_case(case=case, risk="green", grade=grade, officer=here.officer, by=here.officer, at=on(day))


@pytest.mark.parametrize(
    ("day", "grade", "due", "step_due"),
    [
        # Friday before 国庆 2025: Sun 28.9. is worked (1), 29 (2), 30 (3), then Thu 9.10. (4), 10 (5), Sat 11 is worked (6), 13 (7).
        ("2025-09-26", "ordinary", "2025-10-13", "2025-09-29"),
        ("2025-09-30", "simple", "2025-10-09", "2025-10-09"),
        ("2025-10-03", "simple", "2025-10-09", "2025-10-09"),  # in the middle of the holidays
        ("2025-09-26", "complex", "2025-10-30", "2025-09-30"),
        # Friday before 春节 2025: Sun 26.1. is worked (1), 27 (2), then Wed 5.2. (3), 6 (4), 7 (5), Sat 8 is worked (6), 10 (7).
        ("2025-01-24", "ordinary", "2025-02-10", "2025-01-27"),
        # Friday before 春节 2026: Sat 14.2. is worked (1), then Tue 24 (2), 25, 26, 27 (5), Sat 28 is worked (6), Mon 2.3. (7).
        ("2026-02-13", "ordinary", "2026-03-02", "2026-02-24"),
        ("2026-02-14", "simple", "2026-02-24", "2026-02-24"),
    ],
)
def test_a_limit_jumps_the_holidays_and_counts_the_swapped_days(here, world, day, grade, due, step_due):
    assert days(accepted_on(here, world, day, grade)) == (due, step_due)


def test_one_told_before_the_holidays_is_looked_at_on_the_first_day_after_them(here, world):
    case = services.open_case(**told(here, world.category, at=on("2025-09-30", 22)))
    assert days(case) == (None, "2025-10-09")


def test_a_limit_ends_with_the_last_second_of_its_day(here, world):
    case = accepted_on(here, world, "2025-09-30", "simple")
    assert case.due_at == datetime(2025, 10, 9, 23, 59, 59, tzinfo=SHANGHAI)


def test_the_stations_own_table_goes_before_the_library(here, world):
    Holiday.objects.create(day=date(2025, 10, 9), name="洪水", works=False)
    assert days(accepted_on(here, world, "2025-09-30", "simple"))[0] == "2025-10-10"


def test_a_reckoning_asks_the_database_the_same_for_a_day_and_for_a_month(here, django_assert_num_queries):
    for grade in ("simple", "complex"):
        with django_assert_num_queries(2):
            limits.due_at(grade, date(2025, 9, 26))


# -- the limit of the step --


def test_each_state_has_its_own_limit_and_an_end_has_none(here, world):
    """Ordinary: 2 days accepted, 5 in mediation, 3 agreed; Wednesday 11 March 2026 and a week without holidays."""
    case = services.open_case(**told(here, world.category))
    assert days(case) == (None, "2026-03-12")
    services.accept_case(case=case, risk="yellow", grade="ordinary", officer=here.officer, by=here.officer, at=NOW)
    assert days(case) == ("2026-03-20", "2026-03-13")
    services.check_gate(case=case, answers=no_at_the_gate(), by=here.officer, at=NOW)
    later = NOW + timedelta(days=1)
    services.begin_mediation(case=case, mediator=here.household_head, by=here.officer, at=later)
    assert days(case) == ("2026-03-20", "2026-03-19")
    services.terminate_case(case=case, reason="拒绝", by=here.officer, at=later)
    assert days(case) == ("2026-03-20", None)


def test_what_is_told_again_or_assigned_keeps_its_limit(life, here):
    case = life.accepted()
    services.assign_case(case=case, officer=here.colleague, by=here.officer, at=NOW + timedelta(days=1))
    assert days(case) == ("2026-03-20", "2026-03-13")


def test_the_chief_edits_the_table_and_the_next_case_goes_by_it(here, world):
    Limit.objects.filter(grade="ordinary", status="").update(working_days=3)
    Limit.objects.filter(grade="ordinary", status="accepted").delete()
    assert days(accepted_on(here, world, "2026-03-11", "ordinary")) == ("2026-03-16", None)


def test_without_a_row_for_the_grade_nothing_is_taken_on(life, here):
    Limit.objects.filter(grade="simple", status="").delete()
    with pytest.raises(services.LimitMissing):
        services.accept_case(case=life.reported(), risk="red", grade="simple", by=here.officer, at=NOW)


def test_a_corrected_grade_moves_both_limits(life, here):
    case = life.accepted()
    services.correct_case(case=case, grade="complex", reason="牵涉多户", by=here.officer, at=NOW + timedelta(days=1))
    assert days(case) == ("2026-04-09", "2026-03-16")  # 20 days without Qingming, 3 days without the weekend
