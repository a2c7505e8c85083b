"""An alarm from the press of a button to its code."""

from datetime import timedelta

import pytest

from posts import services
from posts.models import Alarm, AlarmStep, Signal
from posts.moves import Status
from shengkang.cases.models import DisputeCase
from shengkang.notices.models import Notice
from tests.world import NOW, make_user

pytestmark = pytest.mark.django_db


def moves_of(alarm):
    return list(AlarmStep.objects.filter(alarm=alarm).order_by("no").values_list("move", flat=True))


def later(seconds):
    return NOW + timedelta(seconds=seconds)


def test_a_point_of_another_station_is_refused(world, ground):
    with pytest.raises(services.WrongStation):
        services.raise_alarm(kind="help", source="phone", by=world.there.officer, at=NOW, post=ground.post)


def test_a_wrong_position_stops_no_alarm(press, world):
    alarm = press(by=world.here.volunteer, latitude=900.0, longitude=float("nan"))

    assert (alarm.latitude, alarm.longitude, alarm.status) == (None, None, Status.RAISED)


def test_raising_tells_nobody_yet_but_is_due_at_once(press, world):
    alarm = press(by=world.here.post_liaison)

    assert not Notice.objects.exists()
    assert list(Alarm.objects.to_be_called(NOW)) == [alarm]


def test_the_post_of_a_liaison_and_its_village_are_guessed(press, world, ground):
    alarm = press(by=world.here.post_liaison)

    assert (alarm.post, alarm.village, alarm.place) == (ground.post, world.here.villages[0], "校场坝路口")
    assert (alarm.latitude, alarm.longitude) == (ground.post.latitude, ground.post.longitude)


def test_a_driver_presses_from_his_vehicle_and_no_village_is_needed(press, ground):
    alarm = press(by=ground.driver)

    assert (alarm.point, alarm.post) == (ground.mobile, None)


def test_a_device_behind_a_counter_rings_from_there(world, ground):
    alarm = services.raise_from_device(device=ground.button, event="1", kind="theft", pressed_at=NOW, at=NOW)

    assert (alarm.point, alarm.post, alarm.village) == (ground.fixed, ground.post, world.here.villages[0])
    assert (alarm.latitude, alarm.longitude) == (ground.fixed.latitude, ground.fixed.longitude)


def test_the_same_press_within_a_minute_is_the_same_alarm(press, world):
    alarm = press(by=world.here.volunteer)
    again = press(by=world.here.volunteer, at=later(30))
    and_again = press(by=world.here.volunteer, at=later(85))

    assert again == and_again == alarm
    assert moves_of(alarm) == ["raise", "again", "again"]


def test_a_press_a_minute_later_is_another_alarm(press, world):
    assert press(by=world.here.volunteer) != press(by=world.here.volunteer, at=later(60))


def test_another_kind_or_another_person_is_another_alarm(press, world):
    first = press(by=world.here.volunteer)

    assert press(by=world.here.volunteer, kind="fire", at=later(2)) != first
    assert press(by=world.here.household_head, at=later(2)) != first


def test_two_calls_that_the_desk_enters_are_two_alarms(world):
    calls = [services.raise_alarm(kind="help", source="desk", by=world.here.officer, at=NOW) for _call in range(2)]

    assert len({alarm.pk for alarm in calls}) == 2


def test_a_closed_alarm_is_not_joined(press, world):
    alarm = press(by=world.here.volunteer)
    services.close_alarm(alarm=alarm, code="false", by=world.here.officer, at=later(5))

    assert press(by=world.here.volunteer, at=later(10)) != alarm


def test_the_same_event_of_a_device_is_the_same_alarm_even_a_day_later(press):
    alarm = press(event="7")

    assert press(event="7", at=NOW + timedelta(days=1)) == alarm
    assert (Alarm.objects.count(), moves_of(alarm)) == (1, ["raise"])


def test_an_event_that_joined_an_alarm_is_remembered_too(press):
    alarm = press(event="1")
    assert press(event="2", at=later(10)) == alarm

    assert press(event="2", at=NOW + timedelta(days=1)) == alarm
    assert Alarm.objects.count() == 1


def test_a_flood_of_events_writes_a_step_each_five_seconds_at_most(press):
    for tick in range(40):
        press(event=str(tick), at=NOW + timedelta(milliseconds=500 * tick))

    alarm = Alarm.objects.get()
    assert moves_of(alarm) == ["raise", "again", "again", "again"]
    assert Signal.objects.count() == 40


def test_a_taxi_that_presses_again_is_where_it_is_now(press):
    press(event="1")
    press(event="2", at=later(20), latitude=31.95, longitude=111.3)

    assert Alarm.objects.values_list("latitude", "longitude").get() == (31.95, 111.3)


def test_what_the_clock_of_a_device_says_is_kept_but_ours_counts(press):
    alarm = press(at=NOW, event="1")
    Alarm.objects.get(pk=alarm.pk)
    long_ago = NOW - timedelta(days=9000)
    alarm = services.raise_from_device(
        device=alarm.device, event="2", kind="fire", pressed_at=long_ago, at=NOW, latitude=None, longitude=None
    )

    assert (alarm.pressed_at, alarm.received_at) == (long_ago, NOW)


def test_a_retired_device_is_not_heard(world, ground, press):
    services.retire_device(device=ground.terminal, on=NOW.date(), by=world.here.station_chief, at=NOW)
    ground.terminal.refresh_from_db()

    with pytest.raises(services.OutOfService):
        press()


def test_who_called_by_phone_does_not_answer_himself(press, world):
    alarm = press(by=world.here.post_liaison)

    with pytest.raises(services.OwnAlarm):
        services.acknowledge_alarm(alarm=alarm, by=world.here.post_liaison, at=later(1))


def test_nobody_answers_in_another_station_or_without_the_role(press, world):
    alarm = press()

    with pytest.raises(services.WrongStation):
        services.acknowledge_alarm(alarm=alarm, by=world.there.officer, at=later(1))
    with pytest.raises(services.NotAllowedHere):
        services.acknowledge_alarm(alarm=alarm, by=world.here.shop_keeper, at=later(1))


def test_each_responder_leaves_his_own_steps(press, world):
    alarm, here = press(), world.here
    services.acknowledge_alarm(alarm=alarm, by=here.officer, at=later(5))
    services.acknowledge_alarm(alarm=alarm, by=here.volunteer, at=later(6))
    services.depart(alarm=alarm, by=here.officer, at=later(7))
    services.depart(alarm=alarm, by=here.volunteer, at=later(8))
    services.arrive(alarm=alarm, by=here.volunteer, at=later(60))
    services.arrive(alarm=alarm, by=here.officer, at=later(90))
    services.add_note(alarm=alarm, note="双方已分开", by=here.officer, at=later(100))

    assert moves_of(alarm) == ["raise", "acknowledge", "join", "depart", "follow", "arrive", "arrive_too", "correct"]
    alarm.refresh_from_db()
    assert (alarm.status, alarm.acknowledged_at, alarm.arrived_at) == (Status.ARRIVED, later(5), later(60))
    assert alarm.call_at is None


def test_the_same_answer_twice_is_one_step(press, world):
    alarm = press()
    for verb in (services.acknowledge_alarm, services.depart, services.arrive):
        verb(alarm=alarm, by=world.here.officer, at=later(5))
        verb(alarm=alarm, by=world.here.officer, at=later(6))

    assert moves_of(alarm) == ["raise", "acknowledge", "depart", "arrive"]


def test_who_is_just_on_the_way_has_acknowledged_with_it(press, world):
    alarm = press()
    services.depart(alarm=alarm, by=world.here.aux_police, at=later(5))

    assert moves_of(alarm) == ["raise", "acknowledge", "depart"]


def test_only_the_desk_closes(press, world):
    alarm = press()

    for user in (world.here.aux_police, world.here.post_liaison, world.here.volunteer):
        with pytest.raises(services.NotAllowedHere):
            services.close_alarm(alarm=alarm, code="solved", by=user, at=later(60))


def test_an_alarm_is_not_closed_without_a_code_nor_twice(press, world):
    alarm = press()
    with pytest.raises(services.CodeNeeded):
        services.close_alarm(alarm=alarm, code="", by=world.here.officer, at=later(60))
    services.close_alarm(alarm=alarm, code="solved", by=world.here.officer, at=later(60))

    with pytest.raises(services.MoveRefused):
        services.close_alarm(alarm=alarm, code="false", by=world.here.officer, at=later(61))
    with pytest.raises(services.MoveRefused):
        services.acknowledge_alarm(alarm=alarm, by=world.here.officer, at=later(61))


def test_becoming_a_dispute_needs_a_case(press, world):
    alarm = press(by=world.here.post_liaison)

    with pytest.raises(services.CaseNeeded):
        services.close_alarm(alarm=alarm, code="dispute", by=world.here.officer, at=later(60))


def test_becoming_a_dispute_opens_the_case(press, world):
    alarm = press(by=world.here.post_liaison)
    services.close_alarm(
        alarm=alarm, code="dispute", category=world.category, note="摊位争执", by=world.here.officer, at=later(60)
    )

    case = DisputeCase.objects.get()
    assert (alarm.case, case.channel, case.story, case.village) == (case, "post", "摊位争执", alarm.village)


def test_becoming_a_dispute_takes_a_case_that_is_there_but_not_one_of_another_station(press, world):
    alarm = press(by=world.here.post_liaison)
    of = {"category": world.category, "channel": "visit", "story": "吵架", "at": NOW}
    here = services.alarms.cases.open_case(
        station=world.here.station, village=world.here.villages[0], by=world.here.officer, **of
    )
    there = services.alarms.cases.open_case(
        station=world.there.station, village=world.there.villages[0], by=world.there.officer, **of
    )

    with pytest.raises(services.WrongStation):
        services.close_alarm(alarm=alarm, code="dispute", case=there, by=world.here.officer, at=later(60))
    services.close_alarm(alarm=alarm, code="dispute", case=here, by=world.here.officer, at=later(60))
    assert alarm.case == here


def test_a_closing_is_taken_back_with_a_reason_and_people_are_due_to_be_told_anew(press, world):
    alarm = press()
    services.acknowledge_alarm(alarm=alarm, by=world.here.officer, at=later(5))
    services.close_alarm(alarm=alarm, code="false", by=world.here.officer, at=later(60))
    with pytest.raises(services.ReasonNeeded):
        services.reopen_alarm(alarm=alarm, reason=" ", by=world.here.officer, at=later(70))
    services.reopen_alarm(alarm=alarm, reason="又打起来了", by=world.here.officer, at=later(70))

    alarm.refresh_from_db()
    assert (alarm.status, alarm.code, alarm.closed_at, alarm.call_at) == (Status.RAISED, "", None, later(70))
    services.acknowledge_alarm(alarm=alarm, by=world.here.officer, at=later(80))
    assert moves_of(alarm) == ["raise", "acknowledge", "close", "reopen", "acknowledge"]
    alarm.refresh_from_db()
    assert alarm.acknowledged_at == later(5)


def test_a_second_driver_of_the_same_name_is_nobody(world):
    """Two people with one name are two pressers."""
    twin = make_user(world.here.station, world.here.villages[0], "volunteer", world.here.volunteer.name, "17600000001")
    alarms = {services.raise_alarm(kind="help", source="phone", by=user, at=NOW).pk for user in (world.here.volunteer, twin)}

    assert len(alarms) == 2
