"""A small ground for the posts: a post with a liaison, a fixed and a mobile point with their devices, and people on duty."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from posts import services
from posts.models import AlarmPoint, SecurityPost, Vehicle
from shengkang.organization.services import sign_on
from tests.world import NOW, make_user

# The post's corner; 0.001 degrees of latitude are 111 metres.
LATITUDE, LONGITUDE = 31.9000, 111.2600


def lay_ground(side, at=NOW):
    """Post, points, devices and a driver for one station of the world."""
    day = at.date()
    village = side.villages[0]
    post = services.open_post(
        station=side.station,
        village=village,
        name=f"{side.station.name}一号岗",
        kind=SecurityPost.Kind.HOTEL,
        place="校场坝路口",
        latitude=LATITUDE,
        longitude=LONGITUDE,
        active_from=day,
        by=side.station_chief,
        at=at,
    )
    services.appoint_liaison(post=post, user=side.post_liaison, from_day=day, by=side.station_chief, at=at)
    fixed = AlarmPoint.objects.create(
        station=side.station,
        village=village,
        post=post,
        kind=AlarmPoint.Kind.FIXED,
        name="一号岗柜台",
        place="一号岗柜台",
        latitude=LATITUDE,
        longitude=LONGITUDE,
    )
    mobile = AlarmPoint.objects.create(station=side.station, kind=AlarmPoint.Kind.MOBILE, name="出租车01")
    taxi = Vehicle.objects.create(station=side.station, kind=Vehicle.Kind.TAXI, plate=f"鄂F·T{side.station.pk:04}")
    driver = make_user(side.station, village, "resident", "司机", f"1771{side.station.pk:07}")
    button, button_secret = services.register_device(
        station=side.station, kind="button", serial=f"B-{side.station.pk}", by=side.station_chief, at=at
    )
    terminal, terminal_secret = services.register_device(
        station=side.station, kind="vehicle", serial=f"V-{side.station.pk}", by=side.station_chief, at=at
    )
    services.install(point=fixed, from_day=day, device=button, by=side.station_chief, at=at)
    services.install(point=mobile, from_day=day, device=terminal, vehicle=taxi, keeper=driver, by=side.station_chief, at=at)
    return SimpleNamespace(
        post=post,
        fixed=fixed,
        mobile=mobile,
        taxi=taxi,
        driver=driver,
        button=button,
        button_secret=button_secret,
        terminal=terminal,
        terminal_secret=terminal_secret,
    )


@pytest.fixture
def ground(world):
    return lay_ground(world.here)


@pytest.fixture
def on_duty():
    """Put a user on duty, `metres` north of the post's corner; without metres he says no place."""

    def put(user, metres=None, at=NOW, seconds_ago=0):
        place = {} if metres is None else {"latitude": LATITUDE + metres / 111_195, "longitude": LONGITUDE}
        return sign_on(by=user, at=at - timedelta(seconds=seconds_ago), **place)

    return put


@pytest.fixture
def press(world, ground):
    """The taxi's driver presses; or somebody by phone, given as `by`."""

    def press(by=None, at=NOW, kind="help", event="e1", **fields):
        if by is not None:
            return services.raise_alarm(kind=kind, source="phone", by=by, at=at, **fields)
        fields = {"latitude": LATITUDE, "longitude": LONGITUDE, **fields}
        return services.raise_from_device(device=ground.terminal, event=event, kind=kind, pressed_at=at, at=at, **fields)

    return press
