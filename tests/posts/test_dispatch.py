"""Who is told of an alarm."""

from datetime import timedelta

import pytest

from posts import services
from posts.models import Alarm, AlarmStep, Response
from shengkang.notices.models import Notice
from shengkang.organization.distance import box_around, metres_between
from tests.posts.conftest import LATITUDE, LONGITUDE
from tests.world import NOW, make_user

pytestmark = pytest.mark.django_db


def told(alarm):
    return dict(Response.objects.filter(alarm=alarm).values_list("user__name", "distance"))


def later(seconds):
    return NOW + timedelta(seconds=seconds)


def more_volunteers(here, count):
    return [make_user(here.station, here.villages[0], "volunteer", f"义防{no}", f"1750000{no:04}") for no in range(count)]


def test_a_degree_of_latitude_is_a_hundred_and_eleven_kilometres():
    assert round(metres_between(31.0, 111.0, 32.0, 111.0)) == 111195
    south, west, north, east = box_around(31.9, 111.26, 3000)
    assert round(metres_between(31.9, 111.26, 31.9, east)) == pytest.approx(3000, abs=2)
    assert round(metres_between(31.9, 111.26, north, 111.26)) == 3000
    assert (south < 31.9 < north, west < 111.26 < east) == (True, True)


def test_the_nearest_five_on_duty_are_told_with_their_distance(world, press, on_duty):
    far_to_near = more_volunteers(world.here, 7)
    for no, user in enumerate(far_to_near):
        on_duty(user, metres=2000 - 200 * no)
    alarm = press()
    assert services.dispatch_due(NOW) == 1

    assert told(alarm) == {"义防6": 800, "义防5": 1000, "义防4": 1200, "义防3": 1400, "义防2": 1600}


def test_who_sits_at_the_desk_is_always_told(world, press, on_duty):
    on_duty(world.here.officer)
    on_duty(world.here.volunteer, metres=100)
    alarm = press()
    services.dispatch_due(NOW)

    assert told(alarm) == {world.here.officer.name: None, world.here.volunteer.name: 100}


def test_where_nobody_sits_at_the_desk_the_officers_on_duty_are_told_however_far(world, press, on_duty):
    on_duty(world.here.officer, metres=9000)
    on_duty(world.here.volunteer, metres=100)
    alarm = press()
    services.dispatch_due(NOW)

    assert told(alarm) == {world.here.officer.name: None, world.here.volunteer.name: 100}


def test_a_phone_not_heard_of_for_ten_minutes_is_nowhere(world, press, on_duty):
    on_duty(world.here.volunteer, metres=100, seconds_ago=601)
    on_duty(world.here.post_liaison, metres=900, seconds_ago=599)
    alarm = press()
    services.dispatch_due(NOW)

    assert told(alarm) == {world.here.post_liaison.name: 900}


def test_whoever_signed_on_this_shift_is_told_though_his_place_is_old_or_unknown(world, press, on_duty):
    on_duty(world.here.post_liaison, seconds_ago=11 * 3600)
    on_duty(world.here.volunteer, metres=100, seconds_ago=3600)
    on_duty(world.here.aux_police, metres=200, seconds_ago=12 * 3600 + 1)
    alarm = press()
    services.dispatch_due(NOW)
    assert told(alarm) == {world.here.post_liaison.name: None, world.here.volunteer.name: None}


def test_after_a_minute_those_without_a_place_are_told_too(world, press, on_duty):
    on_duty(world.here.volunteer, metres=100)
    on_duty(world.here.post_liaison, seconds_ago=3600)
    alarm = press()
    services.dispatch_due(NOW)
    assert told(alarm) == {world.here.volunteer.name: 100}
    services.dispatch_due(later(60))
    assert told(alarm) == {
        world.here.volunteer.name: 100,
        world.here.post_liaison.name: None,
        world.here.station_chief.name: None,
    }


def test_nobody_of_another_station_and_no_head_or_keeper_is_told(world, press, on_duty):
    for user in (world.there.officer, world.here.shop_keeper, world.here.household_head):
        on_duty(user, metres=50)
    on_duty(world.here.aux_police, metres=500)
    alarm = press()
    services.dispatch_due(NOW)

    assert told(alarm) == {world.here.aux_police.name: 500}


def test_a_closed_account_is_not_told(world, press, on_duty):
    on_duty(world.here.volunteer, metres=50)
    world.here.volunteer.is_active = False
    world.here.volunteer.save()
    on_duty(world.here.aux_police, metres=500)
    alarm = press()
    services.dispatch_due(NOW)

    assert told(alarm) == {world.here.aux_police.name: 500}


def test_without_a_place_all_on_duty_are_told(world, press, on_duty):
    on_duty(world.here.volunteer, metres=100)
    on_duty(world.here.officer, metres=50_000)
    alarm = press(latitude=None, longitude=None)
    services.dispatch_due(NOW)

    assert told(alarm) == {world.here.volunteer.name: None, world.here.officer.name: None}


def test_where_everybody_is_far_all_on_duty_are_told(world, press, on_duty):
    on_duty(world.here.volunteer, metres=8000)
    alarm = press()
    services.dispatch_due(NOW)

    assert told(alarm) == {world.here.volunteer.name: None}


def test_where_nobody_is_on_duty_chiefs_and_officers_are_told(world, press):
    alarm = press()
    services.dispatch_due(NOW)

    assert told(alarm) == {world.here.station_chief.name: None, world.here.officer.name: None}


def test_those_who_called_are_not_rung_up(world, press, on_duty, ground):
    on_duty(world.here.volunteer, metres=10)
    on_duty(world.here.aux_police, metres=20)
    alarm = press(by=world.here.volunteer, latitude=LATITUDE, longitude=LONGITUDE)
    services.dispatch_due(NOW)
    assert told(alarm) == {world.here.aux_police.name: 20}

    services.install(
        point=ground.mobile,
        from_day=NOW.date(),
        device=ground.terminal,
        keeper=world.here.volunteer,
        by=world.here.officer,
        at=NOW,
    )
    alarm = press()
    services.dispatch_due(NOW)
    assert told(alarm) == {world.here.aux_police.name: 20}


def test_the_notice_names_no_place_and_leads_to_the_alarm(world, press):
    alarm = press(place="校场坝路口", text="有人持刀")
    services.dispatch_due(NOW)

    notice = Notice.objects.filter(to=world.here.officer).get()
    assert (notice.kind, notice.link) == ("alarm.call", alarm.get_absolute_url())
    assert "校场坝" not in notice.text
    assert "刀" not in notice.text


@pytest.fixture
def press(press, world):
    """The taxi presses; a place and a text come with a call at the desk."""

    def either(by=None, at=NOW, place="", text="", **fields):
        if place or text:
            return services.raise_alarm(kind="help", source="desk", by=world.here.aux_police, at=at, place=place, text=text)
        return press(by=by, at=at, **fields)

    return either


def test_running_it_twice_changes_nothing(press):
    press()
    services.dispatch_due(NOW)
    before = list(Response.objects.values()), list(Notice.objects.values())

    assert services.dispatch_due(NOW) == 0
    assert services.dispatch_due(later(59)) == 0
    assert (list(Response.objects.values()), list(Notice.objects.values())) == before


def test_after_a_minute_without_an_answer_everybody_is_told_once(world, press, on_duty):
    on_duty(world.here.volunteer, metres=100)
    on_duty(world.here.aux_police, metres=9000)
    on_duty(world.here.officer)
    alarm = press()
    services.dispatch_due(NOW)
    assert set(told(alarm)) == {world.here.volunteer.name, world.here.officer.name}

    assert services.dispatch_due(later(60)) == 1
    assert set(told(alarm)) == {
        user.name for user in (world.here.volunteer, world.here.officer, world.here.aux_police, world.here.station_chief)
    }
    assert Notice.objects.count() == 4
    step = AlarmStep.objects.get(alarm=alarm, move="widen")
    assert (step.by, step.note) == (None, "2")
    assert services.dispatch_due(later(3600)) == 0


def test_an_alarm_that_was_acknowledged_is_not_widened(world, press):
    alarm = press()
    services.dispatch_due(NOW)
    services.acknowledge_alarm(alarm=alarm, by=world.here.officer, at=later(30))

    assert services.dispatch_due(later(61)) == 0


def test_an_alarm_acknowledged_before_anybody_was_told_calls_nobody(world, press):
    alarm = press()
    services.acknowledge_alarm(alarm=alarm, by=world.here.officer, at=NOW)

    assert services.dispatch_due(later(1)) == 0


def test_of_a_reopened_alarm_the_same_people_are_told_anew(world, press):
    alarm = press()
    services.dispatch_due(NOW)
    services.close_alarm(alarm=alarm, code="false", by=world.here.officer, at=later(30))
    services.reopen_alarm(alarm=alarm, reason="不是误报", by=world.here.officer, at=later(40))
    assert services.dispatch_due(later(40)) == 1

    assert Notice.objects.filter(to=world.here.officer).count() == 2
    assert Response.objects.filter(alarm=alarm).count() == 2


def test_the_watch_asks_by_the_partial_index(world, press, django_assert_num_queries):
    press()
    services.dispatch_due(NOW)

    with django_assert_num_queries(1):
        services.dispatch_due(NOW)
    assert not Alarm.objects.filter(call_at__lte=NOW).exists()
