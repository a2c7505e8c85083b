"""Working days as the State Council announces them."""

from datetime import date, timedelta

import pytest

from shengkang.organization.models import Holiday
from shengkang.organization.selectors import Workdays, add_working_days, is_working_day, people_matching


@pytest.mark.parametrize(
    ("day", "works"),
    [
        # 国庆 2025, joined with 中秋: 1–8 October off; Sunday 28 September and Saturday 11 October worked.
        (date(2025, 9, 28), True),
        (date(2025, 10, 1), False),
        (date(2025, 10, 8), False),
        (date(2025, 10, 9), True),
        (date(2025, 10, 11), True),
        (date(2025, 10, 12), False),
        # 国庆 2026: 1–7 October off; Sunday 20 September and Saturday 10 October worked.
        (date(2026, 9, 20), True),
        (date(2026, 9, 26), False),
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
    ],
)
def test_swapped_days_around_the_national_day(db, day, works):
    assert is_working_day(day) is works


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        (date(2025, 9, 30), 1, date(2025, 10, 9)),
        (date(2025, 9, 30), 3, date(2025, 10, 11)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 30), 7, date(2026, 10, 15)),
        (date(2026, 3, 11), 20, date(2026, 4, 9)),
    ],
)
def test_a_limit_in_working_days_jumps_the_holidays(db, day, count, due):
    assert add_working_days(day, count) == due


@pytest.mark.parametrize("year", [2025, 2026])
def test_a_year_has_as_many_working_days_as_its_notice_leaves(db, year):
    """365 days, 104 of them weekend days, and 13 days of festivals: what is swapped is neither won nor lost."""
    assert Workdays().between(date(year - 1, 12, 31), date(year, 12, 31)) == 365 - 104 - 13


@pytest.mark.parametrize("year", [2025, 2026])
def test_through_a_whole_year_counting_there_and_back_agree(db, year):
    calendar = Workdays()
    for step in range(340):
        day = date(year, 1, 1) + timedelta(days=step)
        due = calendar.after(day, 5)
        assert calendar.works(due)
        assert (calendar.between(day, due), calendar.between(due, day)) == (5, -5), day
        first = calendar.back(due, 5)
        assert calendar.after(day, 1) == first


def test_a_span_of_days_asks_the_database_once(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        Workdays().between(date(2025, 1, 1), date(2025, 12, 31))


def test_the_own_table_goes_before_the_library_and_fills_years_it_does_not_know(db):
    assert is_working_day(date(2040, 10, 1))  # a Monday nobody has announced yet
    Holiday.objects.create(day=date(2040, 10, 1), works=False, name="国庆节")
    Holiday.objects.create(day=date(2025, 10, 1), works=True, name="改")
    assert not is_working_day(date(2040, 10, 1))
    assert is_working_day(date(2025, 10, 1))


def test_people_are_found_by_name_pinyin_and_the_end_of_the_number(world):
    officer, person = world.here.officer, world.here.residents[0]
    for text in (person.name, "ju min 11", person.phone[-6:]):
        assert list(people_matching(officer, text)) == [person], text
    assert list(people_matching(world.there.officer, person.phone)) == []
