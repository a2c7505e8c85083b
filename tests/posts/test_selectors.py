"""What the board and the map ask."""

from datetime import timedelta

import pytest

from posts import selectors, services
from posts.models import AlarmPoint
from tests.posts.conftest import lay_ground
from tests.world import NOW

pytestmark = pytest.mark.django_db


def later(seconds):
    return NOW + timedelta(seconds=seconds)


def test_the_board_shows_open_alarms_first_and_closed_ones_for_some_hours(world, ground, press):
    old, closed, newest = (
        press(event="1"),
        press(event="2", kind="fire", at=later(5)),
        press(event="3", kind="theft", at=later(9)),
    )
    services.close_alarm(alarm=closed, code="false", by=world.here.officer, at=later(60))

    assert list(selectors.board_of(world.here.officer, later(100))) == [newest, old, closed]
    assert list(selectors.board_of(world.here.officer, later(60) + timedelta(hours=9))) == [newest, old]
    assert list(selectors.board_of(world.there.officer, later(100))) == []


def test_the_board_asks_as_often_for_three_alarms_as_for_one(world, ground, press, django_assert_num_queries):
    def look():
        return [selectors.responders_of(alarm) for alarm in selectors.board_of(world.here.officer, later(100))]

    press(event="1")
    services.dispatch_due(NOW)
    world.here.officer.roles  # noqa: B018 asked once per request
    with django_assert_num_queries(3):
        assert len(look()) == 1
    for no, kind in enumerate(("fire", "theft")):
        press(event=f"x{no}", kind=kind)
    services.dispatch_due(NOW)
    with django_assert_num_queries(3):
        assert len(look()) == 3


def test_who_came_without_being_told_is_there_too_and_a_reopening_asks_anew(world, ground, press, on_duty):
    on_duty(world.here.officer)
    alarm = press()
    services.dispatch_due(NOW)
    services.arrive(alarm=alarm, by=world.here.volunteer, at=later(30))

    def stages():
        (shown,) = selectors.board_of(world.here.officer, later(300))
        return {each["user"]: (each["told_at"], each["stage"]) for each in selectors.responders_of(shown)}

    assert stages() == {world.here.officer: (NOW, ""), world.here.volunteer: (None, "arrived")}
    services.close_alarm(alarm=alarm, code="false", by=world.here.officer, at=later(60))
    services.reopen_alarm(alarm=alarm, reason="又来了", by=world.here.officer, at=later(70))
    assert stages() == {world.here.officer: (NOW, ""), world.here.volunteer: (None, "")}


def test_the_mark_of_the_board_changes_with_every_step_of_ones_own_station(world, ground, press):
    before = selectors.newest_change(world.here.officer, NOW)
    alarm = press()
    raised = selectors.newest_change(world.here.officer, NOW)
    services.acknowledge_alarm(alarm=alarm, by=world.here.officer, at=later(5))

    assert len({before, raised, selectors.newest_change(world.here.officer, NOW)}) == 3
    assert selectors.newest_change(world.there.officer, NOW) == before == (0, 0, 0)


def test_the_map_shows_what_stands_at_a_place_of_ones_own(world, ground):
    lay_ground(world.there)
    AlarmPoint.objects.filter(pk=ground.fixed.pk).update(retired_on=NOW.date())

    assert selectors.places_of(world.here.officer) == {"posts": [ground.post], "points": []}
    assert selectors.places_of(world.here.volunteer) == {"posts": [], "points": []}


def test_only_fresh_positions_are_shown_and_only_to_who_may_see_them(world, on_duty):
    on_duty(world.here.volunteer, metres=10)
    on_duty(world.here.aux_police, metres=10, seconds_ago=601)
    on_duty(world.here.officer)

    assert [each.user for each in selectors.people_on_duty(world.here.officer, NOW)] == [world.here.volunteer]
    assert list(selectors.people_on_duty(world.there.officer, NOW)) == []


def test_a_liaison_knows_the_own_posts_in_service(world, ground):
    assert list(selectors.posts_served_by(world.here.post_liaison)) == [ground.post]
    services.close_post(post=ground.post, on=NOW.date(), by=world.here.officer, at=NOW)
    assert list(selectors.posts_served_by(world.here.post_liaison)) == []
