"""Posts and those who serve at them."""

from datetime import timedelta

import pytest

from posts import services
from posts.models import SecurityPost
from shengkang.organization.services import UnitNotServed
from tests.world import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def open_post(world):
    def open_post(**fields):
        given = {
            "station": world.here.station,
            "village": world.here.villages[0],
            "name": "新岗",
            "kind": "shop",
            "place": "街口",
            "active_from": TODAY,
        }
        return services.open_post(**given | fields, by=world.here.officer, at=NOW)

    return open_post


def test_a_post_in_a_village_of_the_other_station_is_refused(world, open_post):
    with pytest.raises(UnitNotServed):
        open_post(village=world.there.villages[0])


@pytest.mark.parametrize(
    "fields", [{"latitude": 32.1}, {"longitude": 111.5}, {"latitude": 111.5, "longitude": 32.1}, {"radius": 10}, {"radius": 3000}]
)
def test_a_place_that_cannot_be_is_refused(open_post, fields):
    with pytest.raises(services.PlaceRefused):
        open_post(**fields)


def test_a_day_ahead_and_a_name_twice_are_refused(open_post):
    with pytest.raises(services.DayRefused):
        open_post(active_from=TODAY + timedelta(days=1))
    open_post()
    with pytest.raises(services.NameTaken):
        open_post()


def test_nobody_of_another_station_serves_and_nobody_twice(world, ground):
    with pytest.raises(services.WrongStation):
        services.appoint_liaison(post=ground.post, user=world.there.volunteer, from_day=TODAY, by=world.here.officer, at=NOW)
    with pytest.raises(services.LiaisonRefused):
        services.appoint_liaison(post=ground.post, user=world.here.post_liaison, from_day=TODAY, by=world.here.officer, at=NOW)


def test_nobody_serves_before_the_post_was_opened_or_ahead(world, ground):
    for days in (-1, 1):
        with pytest.raises(services.DayRefused):
            services.appoint_liaison(
                post=ground.post, user=world.here.volunteer, from_day=TODAY + timedelta(days=days), by=world.here.officer, at=NOW
            )


def test_the_role_comes_with_the_service_and_goes_with_the_last_one(world, ground, open_post):
    user, officer = world.here.volunteer, world.here.officer

    def roles():
        return set(user.memberships.values_list("role", flat=True))

    second = open_post()
    services_of = [
        services.appoint_liaison(post=post, user=user, from_day=TODAY, by=officer, at=NOW) for post in (ground.post, second)
    ]
    assert roles() == {"volunteer", "post_liaison"}
    services.end_liaison(liaison=services_of[0], on=TODAY, by=officer, at=NOW)
    assert roles() == {"volunteer", "post_liaison"}
    services.end_liaison(liaison=services_of[1], on=TODAY, by=officer, at=NOW)
    assert roles() == {"volunteer"}


def test_a_post_that_closes_ends_the_service_there_and_takes_nobody_new(world, ground):
    services.close_post(post=ground.post, on=TODAY, by=world.here.officer, at=NOW)
    services.close_post(post=ground.post, on=TODAY, by=world.here.officer, at=NOW)

    assert not ground.post.liaisons.in_force().exists()
    assert not SecurityPost.objects.active().exists()
    with pytest.raises(services.OutOfService):
        services.appoint_liaison(post=ground.post, user=world.here.volunteer, from_day=TODAY, by=world.here.officer, at=NOW)
    ground.post.refresh_from_db()
    with pytest.raises(services.OutOfService):
        services.settle_small_dispute(
            post=ground.post, category=world.category, story="争", terms="和", by=world.here.officer, at=NOW
        )
