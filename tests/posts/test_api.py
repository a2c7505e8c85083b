"""Alarms and the inventory, for programs."""

import pytest
from rest_framework.test import APIClient

from posts import services
from posts.models import Alarm, Camera, MemberUnit
from shengkang.cases.models import DisputeCase
from tests.posts.conftest import lay_ground
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_user():
    def log_in(user):
        client = APIClient()
        client.force_authenticate(user)
        return client

    return log_in


def raising(client, key="k", **fields):
    return client.post("/api/v1/alarms/", {"kind": "help"} | fields, format="json", headers={"Idempotency-Key": key})


def test_a_strangers_alarm_does_not_exist_for_others(world, press, as_user):
    alarm = press(by=world.here.household_head)

    for user in (world.there.station_chief, world.here.volunteer):
        assert as_user(user).get(f"/api/v1/alarms/{alarm.pk}/").status_code == 404
        assert as_user(user).post(f"/api/v1/alarms/{alarm.pk}/acknowledge/").status_code == 404


def test_those_who_were_told_see_it_but_do_not_close_it(world, press, as_user, on_duty):
    on_duty(world.here.volunteer, metres=50)
    alarm = press()
    services.dispatch_due(NOW)
    volunteer = as_user(world.here.volunteer)

    assert volunteer.get(f"/api/v1/alarms/{alarm.pk}/").json()["responders"][0]["distance"] == 50
    assert volunteer.post(f"/api/v1/alarms/{alarm.pk}/acknowledge/").json()["status"] == "acknowledged"
    assert volunteer.post(f"/api/v1/alarms/{alarm.pk}/close/", {"code": "false"}, format="json").status_code == 403


def test_a_call_without_a_key_is_refused_and_the_same_key_is_the_same_alarm(world, as_user):
    volunteer = as_user(world.here.volunteer)

    assert volunteer.post("/api/v1/alarms/", {"kind": "help"}, format="json").status_code == 409
    first, second = raising(volunteer), raising(volunteer)
    assert (first.status_code, first.json()) == (201, second.json())
    assert Alarm.objects.get().raised_by == world.here.volunteer


def test_only_the_desk_enters_calls_of_others(world, as_user):
    assert raising(as_user(world.here.volunteer), from_the_desk=True).status_code == 403
    assert raising(as_user(world.here.aux_police), from_the_desk=True).status_code == 201
    assert Alarm.objects.get().source == "desk"


def test_a_point_one_does_not_see_is_unknown(world, ground, as_user):
    there = lay_ground(world.there)
    reply = raising(as_user(world.here.officer), point=there.fixed.pk)

    assert (reply.status_code, list(reply.json()["error"]["fields"])) == (400, ["point"])
    assert raising(as_user(world.here.officer), point=ground.fixed.pk).status_code == 201


def test_the_whole_way_by_api(world, press, as_user):
    alarm, officer = press(by=world.here.post_liaison), as_user(world.here.officer)
    url = f"/api/v1/alarms/{alarm.pk}/"

    def post(verb, **fields):
        return officer.post(f"{url}{verb}/", fields, format="json").json()

    assert [post(verb)["status"] for verb in ("acknowledge", "depart", "arrive")] == ["acknowledged", "on_the_way", "arrived"]
    post("note", note="双方已劝开")
    assert post("close", code="dispute")["error"]["code"] == "case_needed"
    closed = post("close", code="dispute", category="02", note="摊位争执")
    assert (closed["status"], closed["case"]) == ("closed", DisputeCase.objects.get().pk)
    assert post("reopen", reason="又吵起来了")["status"] == "raised"
    steps = [step["move"] for step in officer.get(url).json()["steps"]]
    assert steps == ["raise", "acknowledge", "depart", "arrive", "correct", "close", "reopen"]


def lay_inventory(side, numbers):
    village = side.villages[0]
    for no in numbers:
        Camera.objects.create(
            station=side.station, village=village, code=f"{side.station.pk}-{no}", place="路口", state="working"
        )
        MemberUnit.objects.create(station=side.station, village=village, name=f"便民店{no}", kind="shop")


LISTS = ["alarms", "posts", "alarm-points", "cameras", "member-units"]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_shows_ones_own_station_only(world, ground, press, as_user, name):
    lay_ground(world.there)
    lay_inventory(world.there, [1])
    services.raise_alarm(kind="help", source="desk", by=world.there.officer, at=NOW)
    mine = {row["id"] for row in as_user(world.here.officer).get(f"/api/v1/{name}/").json()["results"]}
    theirs = {row["id"] for row in as_user(world.there.officer).get(f"/api/v1/{name}/").json()["results"]}

    assert theirs
    assert not mine & theirs


@pytest.mark.parametrize("name", ["cameras", "posts"])
def test_a_head_has_no_inventory(world, as_user, name):
    assert as_user(world.here.household_head).get(f"/api/v1/{name}/").status_code == 404


def test_a_liaison_sees_the_own_post_and_its_units(world, ground, as_user):
    MemberUnit.objects.create(station=world.here.station, village=ground.post.village, post=ground.post, name="甲店", kind="shop")
    MemberUnit.objects.create(station=world.here.station, village=ground.post.village, name="乙店", kind="shop")
    liaison = as_user(world.here.post_liaison)

    assert [row["liaisons"] for row in liaison.get("/api/v1/posts/").json()["results"]] == [[world.here.post_liaison.name]]
    assert [row["name"] for row in liaison.get("/api/v1/member-units/").json()["results"]] == ["甲店"]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_the_database_as_often_for_three_as_for_one(
    world, ground, press, as_user, name, django_assert_max_num_queries, django_assert_num_queries
):
    def lay(numbers):
        lay_inventory(world.here, numbers)
        for no in numbers:
            press(event=f"x{no}", kind=["help", "fire", "theft"][no])
            post = services.open_post(
                station=world.here.station,
                village=world.here.villages[0],
                name=f"岗{no}",
                kind="shop",
                place="路口",
                active_from=NOW.date(),
                by=world.here.officer,
                at=NOW,
            )
            services.appoint_liaison(post=post, user=world.here.volunteer, from_day=NOW.date(), by=world.here.officer, at=NOW)

    lay([0])
    client = as_user(world.here.officer)
    client.get(f"/api/v1/{name}/")
    with django_assert_max_num_queries(8) as first:
        client.get(f"/api/v1/{name}/")
    lay([1, 2])
    with django_assert_num_queries(len(first.captured_queries)):
        client.get(f"/api/v1/{name}/")


def test_cameras_are_filtered_by_state(world, as_user):
    lay_inventory(world.here, [1, 2])
    Camera.objects.filter(code__endswith="2").update(state="broken")

    rows = as_user(world.here.officer).get("/api/v1/cameras/?state=broken").json()["results"]
    assert [row["code"][-1] for row in rows] == ["2"]
