"""What hangs where, and the secrets of devices."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from posts import services
from posts.models import Alarm, Camera, Device, Installation, Signal
from posts.services.equipment import take_out
from shengkang.audit.models import AuditEntry
from shengkang.organization import sealed
from tests.posts.conftest import lay_ground
from tests.world import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def test_nothing_of_another_station_is_installed(world, ground):
    there = lay_ground(world.there)
    with pytest.raises(services.WrongStation):
        services.install(point=ground.fixed, from_day=TODAY, device=there.button, by=world.here.officer, at=NOW)


def test_an_installation_holds_something_and_a_fixed_point_no_vehicle(world, ground):
    with pytest.raises(services.InstallationRefused):
        services.install(point=ground.fixed, from_day=TODAY, by=world.here.officer, at=NOW)
    with pytest.raises(services.InstallationRefused):
        services.install(point=ground.fixed, from_day=TODAY, vehicle=ground.taxi, by=world.here.officer, at=NOW)


def _a_day_older():
    """Days exclude each other, not hours: what began and ended on one day overlaps with nothing."""
    Installation.objects.update(active_from=TODAY - timedelta(days=1))


def test_a_device_is_in_one_place(world, ground):
    with pytest.raises(services.InstallationRefused):
        services.install(point=ground.fixed, from_day=TODAY, device=ground.terminal, by=world.here.officer, at=NOW)


def test_what_was_retired_is_not_installed(world, ground):
    services.retire_device(device=ground.button, on=TODAY, by=world.here.officer, at=NOW)
    ground.button.refresh_from_db()
    with pytest.raises(services.OutOfService):
        services.install(point=ground.fixed, from_day=TODAY, device=ground.button, by=world.here.officer, at=NOW)


def test_no_installation_begins_ahead_or_before_the_one_that_stands(world, ground):
    for days in (-1, 1):
        with pytest.raises(services.DayRefused):
            services.install(
                point=ground.fixed, from_day=TODAY + timedelta(days=days), device=ground.button, by=world.here.officer, at=NOW
            )


def test_a_new_installation_ends_the_former_and_keeps_its_days(world, ground):
    _a_day_older()
    services.install(
        point=ground.fixed, from_day=TODAY, device=ground.button, keeper=world.here.shop_keeper, by=world.here.officer, at=NOW
    )
    days = ground.fixed.installations.order_by("active_from").values_list("active_from", "active_to", "keeper")
    assert list(days) == [(TODAY - timedelta(days=1), TODAY, None), (TODAY, None, world.here.shop_keeper.pk)]


def test_what_was_taken_out_is_free_for_another_point(world, ground):
    _a_day_older()
    take_out(installation=ground.mobile.installations.get(), on=TODAY, by=world.here.officer, at=NOW)
    services.install(point=ground.fixed, from_day=TODAY, device=ground.terminal, by=world.here.officer, at=NOW)
    assert ground.fixed.installations.in_force().get().device == ground.terminal


def test_a_secret_is_sealed_and_stands_in_no_history(world, ground):
    row = Device.objects.filter(pk=ground.button.pk).values().get()
    assert sealed.open_sealed(row["secret_sealed"]) == ground.button_secret
    assert ground.button_secret not in repr(row)
    services.rotate_secret(device=ground.button, by=world.here.officer, at=NOW)
    history = Device.pgh_event_models["insert"]
    assert not {"secret_sealed", "former_secret_sealed"} & {field.name for field in history._meta.fields}
    assert ground.button_secret not in repr(list(AuditEntry.objects.values()))


def test_a_retired_device_gets_no_new_secret_and_leaves_its_point(world, ground):
    services.retire_device(device=ground.button, on=TODAY, by=world.here.officer, at=NOW)
    assert not ground.fixed.installations.in_force().exists()
    with pytest.raises(services.OutOfService):
        services.rotate_secret(device=ground.button, by=world.here.officer, at=NOW)


def test_a_serial_number_is_given_once_in_all_stations(world, ground):
    with pytest.raises(services.NameTaken):
        services.register_device(
            station=world.there.station, kind="button", serial=ground.button.serial, by=world.there.station_chief, at=NOW
        )


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "working", "retired_on": TODAY},
        {"state": "removed", "installed_on": TODAY, "retired_on": TODAY - timedelta(days=1)},
    ],
)
def test_no_camera_is_retired_where_it_stands_or_before_it_came(world, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Camera.objects.create(station=world.here.station, village=world.here.villages[0], code="C1", place="路口", **fields)


def test_a_removed_camera_keeps_its_day_and_one_found_again_has_none(world):
    camera = Camera.objects.create(station=world.here.station, village=world.here.villages[0], code="C1", place="路口")
    given = {"camera": camera, "by": world.here.officer}
    services.check_camera(state="removed", at=NOW, **given)
    assert services.check_camera(state="removed", at=NOW + timedelta(days=9), **given).retired_on == TODAY
    assert services.check_camera(state="working", at=NOW + timedelta(days=10), **given).retired_on is None


def test_a_camera_that_was_looked_at_says_when(world):
    camera = Camera.objects.create(station=world.here.station, village=world.here.villages[0], code="C1", place="路口")
    services.check_camera(camera=camera, state="broken", by=world.here.officer, at=NOW)

    assert Camera.objects.values_list("state", "checked_on").get() == ("broken", TODAY)


# What must never be, at the database.


def refused(constraint, act):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        act()


def test_an_alarm_that_was_answered_calls_nobody_any_more(press, world):
    alarm = press()
    services.acknowledge_alarm(alarm=alarm, by=world.here.officer, at=NOW)
    refused("alarm_calls_until_answered", lambda: Alarm.objects.filter(pk=alarm.pk).update(call_at=NOW))


def test_a_former_secret_has_an_end(ground):
    refused("device_former_secret_ends", lambda: Device.objects.update(former_secret_sealed=b"x"))


def test_an_event_of_a_device_is_kept_once_and_in_its_station(world, press, ground):
    alarm, there = press(event="1"), lay_ground(world.there)
    row = {"event": "1", "pressed_at": NOW, "at": NOW, "alarm": alarm}
    refused("signal_once_per_event", lambda: Signal.objects.create(device=ground.terminal, **row))
    refused("keeps_to_one_station", lambda: Signal.objects.create(device=there.terminal, **row))
