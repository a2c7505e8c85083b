"""Counting days, closing months."""

import threading
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from shengkang.audit.models import AuditEntry
from shengkang.organization.models import Station
from shengkang.reports import nails, selectors, services
from shengkang.reports.models import Briefing, ClosedMonth, DayFigure, ReportLine
from tests.reports import facts
from tests.reports.facts import on
from tests.world import make_world

FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)


def value(there, key, month=FEBRUARY, **more):
    part = nails.parts()[key]
    return selectors.figures(there.station, {month}, [part], **more).of(part, month)


def stored(model, station):
    fields = ("part", "day" if model is DayFigure else "month", "village_id", "kind", "value")
    return sorted(model.objects.filter(station=station).values_list(*fields), key=str)


def test_a_running_month_cannot_be_closed(world):
    with pytest.raises(services.MonthNotOver):
        services.freeze_month(station=world.here.station, month=MARCH, at=world.now)
    assert not ClosedMonth.objects.exists()


def test_a_month_is_over_at_midnight_in_shanghai(world):
    with pytest.raises(services.MonthNotOver):
        services.freeze_month(station=world.here.station, month=FEBRUARY, at=on(2026, 2, 28, 23, 59))
    services.freeze_month(station=world.here.station, month=FEBRUARY, at=on(2026, 3, 1, 0, 0))


@pytest.mark.parametrize("model", [ReportLine, ClosedMonth])
@pytest.mark.parametrize("deed", ["update", "delete"])
def test_what_is_frozen_cannot_be_edited(february, model, deed):
    services.freeze_month(station=february.here.station, month=FEBRUARY, at=february.now)
    rows = model.objects.filter(station=february.here.station)
    assert rows.exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(frozen_at=february.now) if deed == "update" else rows.delete()


def test_counting_twice_changes_nothing_and_writes_nothing(february):
    before = stored(DayFigure, february.here.station)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM reports_dayfigure")
        newest = cursor.fetchone()[0]
    services.recount_everything_open(station=february.here.station, at=february.now)
    assert stored(DayFigure, february.here.station) == before
    assert not DayFigure.objects.filter(pk__gt=newest).exists()


def test_what_vanished_is_taken_out(february):
    case = facts.a_case(february.here, on(2026, 3, 10))
    services.recount_lately(station=february.here.station, at=february.now)
    assert value(february.here, "disputes.found", MARCH) == 1
    case.restricted = True
    case.save()
    services.recount_lately(station=february.here.station, at=february.now)
    assert value(february.here, "disputes.found", MARCH) == 0


def test_the_first_count_of_a_station_goes_back_to_last_year(world):
    facts.a_case(world.here, on(2025, 3, 10))
    services.recount_lately(station=world.here.station, at=world.now)
    assert value(world.here, "disputes.found", date(2025, 3, 1)) == 1


def test_the_pool_of_open_cases_adds_up(february):
    here = {key: value(february.here, f"disputes.{key}") for key in ("open_at_start", "found", "came_back", "settled", "open")}
    assert here == {"open_at_start": 2, "found": 9, "came_back": 1, "settled": 9, "open": 3}
    assert here["open_at_start"] + here["found"] + here["came_back"] - here["settled"] == here["open"]


def test_figures_of_a_month(february):
    counted = {key: value(february.here, key) for key in nails.parts() if not nails.parts()[key].hidden}
    expected = {
        "disputes.found": 9,
        "disputes.settled": 9,
        "disputes.handled": 9,
        "disputes.came_back": 1,
        "disputes.open_at_start": 2,
        "disputes.open": 3,
        "disputes.open_by_risk": 3,
        "disputes.overdue": 3,
        "disputes.due": 11,
        "disputes.due_settled": 8,
        "disputes.settled_in_time": 8,
        "disputes.days_to_settle": 1,
        "follow_ups.due": 8,
        "follow_ups.done": 4,
        "reports.ended": 2,
        "reports.told": 2,
        "visits.made": 3,
        "visits.homes": 2,
        "points.awarded": 42,
        "points.redeemed": 8,
        "points.outstanding": 34,
        "points.people": 2,
    }
    # What stands at the heads' side of the small world, and wings that had nothing to count in this month.
    expected |= {"heads.serving": 1, "homes.without_head": 1}
    assert {key: count for key, count in counted.items() if count or key in expected} == expected


def test_another_station_is_never_counted(world):
    services.recount_everything_open(station=world.here.station, at=world.now)
    before = stored(DayFigure, world.here.station)
    facts.a_busy_month(world.there)
    services.recount_everything_open(station=world.here.station, at=world.now)
    assert stored(DayFigure, world.here.station) == before
    assert not DayFigure.objects.filter(station=world.there.station).exists()


def test_a_moment_before_midnight_belongs_to_the_month_that_ends(world):
    facts.a_case(world.here, on(2026, 2, 28, 23, 59))
    facts.a_case(world.here, on(2026, 3, 1, 0, 0))
    services.recount_everything_open(station=world.here.station, at=world.now)
    assert (value(world.here, "disputes.found"), value(world.here, "disputes.found", MARCH)) == (1, 1)


def test_freezing_twice_changes_nothing(february):
    station = february.here.station
    first = services.freeze_month(station=station, month=FEBRUARY, at=february.now)
    lines, file = stored(ReportLine, station), first.file.name
    facts.a_case(february.here, on(2026, 2, 20))
    again = services.freeze_month(station=station, month=FEBRUARY, at=on(2026, 3, 12))
    assert again == first
    assert (stored(ReportLine, station), again.file.name) == (lines, file)
    assert Briefing.objects.filter(station=station).count() == 1
    assert AuditEntry.objects.filter(verb="freeze_month").count() == 1


def test_frozen_lines_count_what_the_days_counted(february):
    station = february.here.station
    parts = [part for part in nails.parts().values() if not part.hidden]
    moving = selectors.figures(station, {FEBRUARY}, parts, split=("village_id", "kind"))
    services.freeze_month(station=station, month=FEBRUARY, at=february.now)
    frozen = selectors.figures(station, {FEBRUARY}, parts, split=("village_id", "kind"))
    assert frozen.values == moving.values != {}
    for line in ReportLine.objects.filter(station=station):
        if nails.parts()[line.part].gather is nails.Gather.COUNT:
            assert len(line.ids) == line.value


def test_a_case_reopened_later_changes_the_month_of_its_reopening_and_no_other(february):
    station = february.here.station
    case = facts.a_case(february.here, on(2026, 2, 12), settled_at=on(2026, 2, 13))
    services.freeze_month(station=station, month=FEBRUARY, at=on(2026, 3, 1, 3))
    frozen = stored(ReportLine, station)
    settled = value(february.here, "disputes.settled")
    facts.reopen(case, february.here, on(2026, 3, 5))
    services.recount_everything_open(station=station, at=february.now)
    services.freeze_month(station=station, month=FEBRUARY, at=february.now)
    assert stored(ReportLine, station) == frozen
    assert value(february.here, "disputes.settled") == settled
    assert value(february.here, "disputes.came_back", MARCH) == 1
    assert value(february.here, "disputes.open", MARCH) == value(february.here, "disputes.open") + 1


def test_a_month_a_silent_clock_missed_is_closed_with_the_next(february):
    station = february.here.station
    services.freeze_month(station=station, month=date(2025, 11, 1), at=february.now)
    services.freeze_due_months(station=station, at=february.now)
    closed = sorted(selectors.closed_months(station))
    assert closed == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), FEBRUARY]


def test_protected_cases_are_in_no_line_but_the_quarters(february):
    station = february.here.station
    before = stored(DayFigure, station)
    secret = facts.a_case(february.here, on(2026, 2, 14), settled_at=on(2026, 2, 14), restricted=True)
    services.recount_everything_open(station=station, at=february.now)
    changed = set(stored(DayFigure, station)) ^ set(before)
    assert {row[0] for row in changed} == {"disputes.protected"}
    assert {row[2] for row in changed} == {None}
    for month in (FEBRUARY, MARCH):
        services.freeze_month(station=station, month=month, at=on(2026, 4, 1, 3))
    line = ReportLine.objects.get(station=station, part="disputes.protected")
    assert (line.month, line.value, line.ids, line.village_id) == (MARCH, 1, [], None)
    others = ReportLine.objects.filter(station=station, part__in=["disputes.found", "disputes.open", "disputes.due"])
    assert not any(secret.pk in line.ids for line in others)


def test_a_protected_figure_below_five_is_never_told(february):
    def shown():
        services.recount_everything_open(station=february.here.station, at=february.now)
        figures = selectors.protected_figures(february.here.station, FEBRUARY)
        return [shown for part, _quarter, shown in figures if part.key == "disputes.protected"]

    assert shown() == ["<5"]
    for day in range(1, 5):
        facts.a_case(february.here, on(2026, 2, day), restricted=True)
    assert shown() == ["<5"]
    facts.a_case(february.here, on(2026, 2, 5), restricted=True)
    assert shown() == ["5"]


def test_a_report_is_issued_once(february):
    briefing = services.freeze_month(station=february.here.station, month=FEBRUARY, at=february.now)
    services.issue_briefing(briefing=briefing, by=february.here.station_chief, at=february.now)
    with pytest.raises(services.AlreadyIssued):
        services.issue_briefing(briefing=briefing, by=february.here.station_chief, at=february.now)


def test_two_clocks_at_once_close_a_month_once(committed):
    world = make_world()
    facts.a_busy_month(world.here)
    station, errors = world.here.station.pk, []

    def close():
        try:
            services.freeze_month(station=Station.objects.get(pk=station), month=FEBRUARY, at=world.now)
        except DatabaseError as error:
            errors.append(error)
        finally:
            connection.close()

    clocks = [threading.Thread(target=close) for _clock in range(4)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()
    assert errors == []
    assert (ClosedMonth.objects.count(), Briefing.objects.count()) == (1, 1)
