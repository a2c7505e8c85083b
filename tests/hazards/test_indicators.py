"""What is counted about hazards, rule by rule."""

from datetime import date, datetime, timedelta

import pytest

from shengkang.hazards import indicators, services
from shengkang.reports import nails
from shengkang.reports import services as reports
from shengkang.reports.models import DayFigure
from tests.hazards.conftest import photo, seen
from tests.world import NOW, SHANGHAI

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)
ALL = [part for part in vars(indicators).values() if isinstance(part, nails.Part)]


def on(month, day, hour=10):
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def rows(here, part, first=FEBRUARY, until=MARCH):
    return part.between(here.station, first, until, NOW)


def lived(here, found, done=None, looked=None, **kwargs):
    """A hazard found at a moment, put right and looked at again at later ones."""
    hazard = services.find_hazard(**seen(here, at=found, **kwargs))
    if done:
        services.put_right(hazard=hazard, note="", photos=[photo()], by=here.aux_police, at=done)
    if looked:
        services.look_again(hazard=hazard, fine=True, by=here.officer, at=looked)
    return hazard


@pytest.mark.parametrize("part", ALL, ids=lambda part: part.key)
def test_nothing_of_another_station_is_counted(world, here, part):
    hazard = lived(here, on(2, 3), on(2, 4), on(2, 5))
    services.reopen_hazard(hazard=hazard, reason="又坏了", by=here.officer, at=on(2, 6))
    lived(here, on(1, 3), level="same_day")
    assert rows(here, part).exists()
    assert not rows(world.there, part).exists()


def test_a_hazard_is_described_without_its_place_its_finder_or_its_story(here):
    hazard = lived(here, on(2, 3), on(2, 4), on(2, 5))
    for part, row in ((indicators.found, hazard), (indicators.closed, hazard.steps.get(move="look_again"))):
        said = " ".join(str(value) for name, value in part.describe(row).items() if name != "page")
        assert not [word for word in (hazard.place, hazard.text, here.household_head.name) if word in said]


def test_each_event_counts_in_the_month_in_which_it_happens(here):
    hazard = lived(here, on(2, 27), on(3, 2), on(3, 3))
    assert list(rows(here, indicators.found)) == [hazard]
    assert [rows(here, part).count() for part in (indicators.put_right, indicators.closed)] == [0, 0]
    march = [rows(here, part, MARCH, APRIL).count() for part in (indicators.found, indicators.put_right, indicators.closed)]
    assert march == [0, 1, 1]


def test_what_was_sent_back_is_put_right_twice_and_closed_once(here):
    hazard = lived(here, on(2, 3), on(2, 4))
    services.look_again(hazard=hazard, fine=False, note="没好", by=here.officer, at=on(2, 5))
    services.put_right(hazard=hazard, note="", photos=[photo("red")], by=here.aux_police, at=on(2, 6))
    services.look_again(hazard=hazard, fine=True, by=here.officer, at=on(2, 7))
    assert [rows(here, part).count() for part in (indicators.put_right, indicators.closed)] == [2, 1]


def test_found_to_be_none_is_an_end_but_no_closing(here):
    hazard = lived(here, on(2, 3))
    services.dismiss_hazard(hazard=hazard, reason="没有", by=here.officer, at=on(2, 4))
    assert [rows(here, part).count() for part in (indicators.ended, indicators.closed, indicators.still_open)] == [1, 0, 0]


def test_what_stood_open_at_a_moment_is_read_from_the_steps(here):
    hazard = lived(here, on(1, 20), on(2, 3), on(2, 4))
    assert list(rows(here, indicators.open_at_start)) == [hazard]
    assert list(rows(here, indicators.still_open)) == []
    services.reopen_hazard(hazard=hazard, reason="又坏了", by=here.officer, at=on(2, 20))
    assert list(rows(here, indicators.came_back)) == [hazard.steps.get(move="reopen")]
    assert list(rows(here, indicators.still_open)) == [hazard]


def test_overdue_is_what_is_not_put_right_past_its_limit(here):
    late = lived(here, on(3, 2), level="same_day")
    lived(here, on(3, 2), on(3, 4), level="same_day")  # put right late, but put right
    lived(here, NOW - timedelta(hours=1), level="same_day")
    assert list(rows(here, indicators.overdue, MARCH, APRIL)) == [late]


def test_the_days_to_put_right_are_those_until_it_was_put_right_and_not_until_somebody_looked(here):
    lived(here, on(2, 2), on(2, 4), on(2, 20))
    (step,) = rows(here, indicators.days_to_put_right)
    assert step.tenths_of_days == 20


def test_what_came_back_is_timed_from_its_coming_back(here):
    hazard = lived(here, on(1, 2), on(1, 3), on(1, 4))
    services.reopen_hazard(hazard=hazard, reason="又坏了", by=here.officer, at=on(2, 10))
    services.put_right(hazard=hazard, note="", photos=[photo("red")], by=here.aux_police, at=on(2, 13))
    services.look_again(hazard=hazard, fine=True, by=here.officer, at=on(2, 14))
    (step,) = rows(here, indicators.days_to_put_right)
    assert step.tenths_of_days == 30


@pytest.mark.parametrize("part", [part for part in ALL if part.span is nails.Span.DAY], ids=lambda part: part.key)
def test_every_figure_of_a_day_equals_its_rows(here, part):
    hazard = lived(here, on(2, 3), on(2, 3, 12), on(2, 3, 15))
    services.reopen_hazard(hazard=hazard, reason="又坏了", by=here.officer, at=on(2, 3, 18))
    lived(here, on(2, 9), village=here.villages[1])
    reports.recount_everything_open(station=here.station, at=NOW)
    figures = DayFigure.objects.filter(station=here.station, part=part.key, day__gte=FEBRUARY, day__lt=MARCH)
    assert sum(figures.values_list("value", flat=True)) == rows(here, part).count() > 0


def test_advice_names_who_shall_do_what_and_is_silent_when_all_is_well(here):
    assert [indicators._advise_overdue(0), indicators._advise_rate(95)] == ["", ""]
    assert "3" in str(indicators._advise_overdue(3))
    assert str(indicators._advise_rate(60)) != ""
