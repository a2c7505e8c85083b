"""Homes, quarrels, sightings and visits for programs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from households.models import Sighting, Visit
from shengkang.cases.models import DisputeCase
from tests.households.test_views import more_homes, more_homes_again

HOMES = "/api/v1/homes/"


@pytest.fixture
def head(world, client):
    client.force_login(world.here.household_head)
    return client


def post(client, url, body, key="k1"):
    return client.post(url, body, content_type="application/json", headers={"Idempotency-Key": key} if key else {})


def ids(answer):
    return [row["id"] for row in answer.json()["results"]]


def test_strangers_find_nothing(world, client):
    home = world.here.homes[0]
    report = f"{HOMES}{home.pk}/report-quarrel/"
    assert client.get(HOMES).status_code == 401
    for role in ("resident", "shop_keeper", "township_leader"):
        client.force_login(getattr(world.here, role))
        assert client.get(HOMES).status_code == 404
        assert client.get(f"{HOMES}{home.pk}/").status_code == 404
    client.force_login(world.there.household_head)
    assert client.get(f"{HOMES}{home.pk}/").status_code == 404
    assert post(client, report, {"category": "02", "story": "x"}).status_code == 404


def test_a_head_sees_her_homes_and_the_station_all(world, client, head):
    assert sorted(ids(head.get(HOMES))) == [home.pk for home in world.here.homes[:2]]
    assert head.get(f"{HOMES}{world.here.homes[2].pk}/").status_code == 404
    assert ids(head.get(HOMES, {"q": "ju min 11"})) == [world.here.homes[0].pk]
    client.force_login(world.here.officer)
    assert sorted(ids(client.get(HOMES))) == [home.pk for home in world.here.homes]


@pytest.mark.parametrize("url", [HOMES, "/api/v1/sightings/", "/api/v1/visits/"])
def test_one_row_and_three_rows_cost_the_same_questions(world, head, url, django_assert_num_queries):
    more_homes(world, 1)
    head.get(url)
    with CaptureQueriesContext(connection) as one:
        head.get(url)
    more_homes_again(world)
    with django_assert_num_queries(len(one)):
        head.get(url)


def test_a_quarrel_without_a_key_is_refused(world, head):
    answer = post(head, f"{HOMES}{world.here.homes[0].pk}/report-quarrel/", {"category": "02", "story": "争吵"}, key=None)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "key_missing")


def test_a_quarrel_told_twice_is_one_case(world, head):
    url, body = f"{HOMES}{world.here.homes[0].pk}/report-quarrel/", {"category": "02", "story": "争吵", "other": "邻居甲"}
    first, second = post(head, url, body), post(head, url, body)
    assert (first.status_code, first.json()) == (second.status_code, second.json()) == (201, first.json())
    assert first.json()["case_no"] == DisputeCase.objects.get().no
    answer = post(head, url, body | {"story": "别的"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "key_reused")


def test_an_officer_sees_the_home_but_only_the_head_reports_there(world, client):
    client.force_login(world.here.officer)
    answer = post(client, f"{HOMES}{world.here.homes[0].pk}/report-quarrel/", {"category": "02", "story": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_your_home")


def test_a_protected_sighting_is_hidden_from_the_officer_who_is_not_involved(world, client, head):
    url = f"{HOMES}{world.here.homes[0].pk}/report-quarrel/"
    post(head, url, {"category": "01", "story": "哭声", "protected": True})
    sighting = Sighting.objects.get()
    for user, status in ((world.here.station_chief, 200), (world.here.household_head, 200), (world.here.officer, 404)):
        client.force_login(user)
        assert client.get(f"/api/v1/sightings/{sighting.pk}/").status_code == status


def test_a_stranger_is_told_of(world, head):
    body = {"kind": "stranger", "text": "生人", "village": world.here.villages[0].pk}
    answer = post(head, "/api/v1/sightings/", body)
    assert ids(head.get("/api/v1/sightings/")) == [answer.json()["id"]]
    assert post(head, "/api/v1/sightings/", body | {"kind": "quarrel"}, key="k2").status_code == 400
    elsewhere = post(head, "/api/v1/sightings/", body | {"village": world.there.villages[0].pk}, key="k3")
    assert (elsewhere.status_code, elsewhere.json()["error"]["code"]) == (409, "unit_not_served")


def test_a_visit_at_a_strange_home_does_not_find_the_home(world, head):
    answer = post(head, "/api/v1/visits/", {"home": world.here.homes[2].pk, "kind": "care"})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["home"])


def test_a_visit_is_written_once(world, head):
    body = {"home": world.here.homes[0].pk, "kind": "care", "note": "好"}
    assert (
        post(head, "/api/v1/visits/", body).json() == post(head, "/api/v1/visits/", body).json() == {"id": Visit.objects.get().pk}
    )


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_nothing_told_is_edited(world, head, method):
    assert getattr(head, method)("/api/v1/visits/1/").status_code == 405
