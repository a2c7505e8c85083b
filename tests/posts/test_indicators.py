"""What is counted about alarms and posts."""

from datetime import date, timedelta

import pytest

from posts import indicators, services
from posts.models import Camera
from shengkang.reports import services as reports
from tests.reports.facts import on
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def march(world):
    return world.here.station, date(2026, 3, 1), date(2026, 4, 1), NOW + timedelta(days=1)


def ends(alarm, world, code, answered=10, there=300):
    at = alarm.received_at
    services.acknowledge_alarm(alarm=alarm, by=world.here.officer, at=at + timedelta(seconds=answered))
    services.arrive(alarm=alarm, by=world.here.officer, at=at + timedelta(seconds=there))
    services.close_alarm(alarm=alarm, code=code, by=world.here.officer, at=at + timedelta(hours=1))


def calls(world, count):
    return [services.raise_alarm(kind="help", source="desk", by=world.here.aux_police, at=NOW) for _call in range(count)]


def test_a_test_of_the_equipment_is_no_alarm(world, march):
    kept, tested = calls(world, 2)
    ends(tested, world, "test")

    assert list(indicators.raised.between(*march)) == [kept]
    assert not indicators.closed.between(*march).exists()
    assert not indicators.until_arrived.between(*march).exists()


def test_seconds_are_counted_from_our_receiving_it(world, march):
    for alarm, seconds in zip(calls(world, 3), (10, 20, 60), strict=True):
        ends(alarm, world, "solved", answered=seconds, there=100 + seconds)

    assert sorted(indicators.until_acknowledged.between(*march).values_list("seconds", flat=True)) == [10, 20, 60]
    assert sorted(indicators.until_arrived.between(*march).values_list("seconds", flat=True)) == [110, 120, 160]


def test_one_of_two_was_false(world, march):
    for alarm, code in zip(calls(world, 2), ("solved", "false"), strict=True):
        ends(alarm, world, code)

    assert (indicators.false.between(*march).count(), indicators.closed.between(*march).count()) == (1, 2)


def test_nothing_of_the_other_station_is_counted(world, march):
    services.raise_alarm(kind="help", source="desk", by=world.there.officer, at=NOW)

    assert not indicators.raised.between(*march).exists()


def test_only_what_a_post_settled_counts_for_posts(world, ground, march):
    case = services.settle_small_dispute(
        post=ground.post, category=world.category, story="争摊位", terms="各让一步", by=world.here.post_liaison, at=NOW
    )
    assert [step.case for step in indicators.settled_at_posts.between(*march)] == [case]


def test_a_point_whose_device_was_taken_out_is_not_equipped(world, ground, march):
    assert indicators.points_equipped.between(*march).count() == 2
    services.install(point=ground.fixed, from_day=NOW.date(), keeper=world.here.officer, by=world.here.officer, at=NOW)

    assert list(indicators.points_equipped.between(*march)) == [ground.mobile]
    assert indicators.points.between(*march).count() == 2


def camera(world, code, **fields):
    return Camera.objects.create(station=world.here.station, village=world.here.villages[0], code=code, place="路口", **fields)


def test_removed_cameras_stand_nowhere(world, march):
    for no, state in enumerate(("working", "broken", "removed")):
        camera(world, f"C{no}", state=state)
    assert (indicators.cameras_working.between(*march).count(), indicators.cameras.between(*march).count()) == (1, 2)


def test_an_earlier_month_counts_the_cameras_that_stood_then(world, march):
    station, first, _until, at = march
    old, new = camera(world, "C1", installed_on=date(2025, 6, 1)), camera(world, "C2", installed_on=first)
    gone = services.check_camera(camera=camera(world, "C3"), state="removed", by=world.here.officer, at=NOW)
    february = station, date(2026, 2, 1), first, at
    assert set(indicators.cameras.between(*february)) == {old, gone}
    assert set(indicators.cameras.between(*march)) == {old, new}


def test_what_is_retired_or_installed_on_the_first_of_a_month_changes_that_month_only(world, ground, march):
    station, first, _until, at = march
    february = station, date(2026, 2, 1), first, at
    before = indicators.points.between(*february).count()
    type(ground.fixed).objects.filter(pk=ground.fixed.pk).update(retired_on=first)
    assert indicators.points.between(*february).count() == before
    assert indicators.points.between(*march).count() == before - 1


def test_the_clock_counts_them_and_leaders_read_no_place(world, ground, march):
    alarm = services.raise_alarm(kind="fire", source="desk", by=world.here.aux_police, at=NOW, place="校场坝路口", text="冒烟")
    ends(alarm, world, "solved")
    reports.recount_everything_open(station=world.here.station, at=NOW + timedelta(hours=3))

    said = indicators.raised.describe(alarm)
    assert (said["day"], said["sort"]) == (on(2026, 3, 11).date(), alarm.get_kind_display())
    assert "校场" not in str(said["title"]) + str(said["state"])
