"""Homes, quarrels, sightings, visits, proposals and campaigns for programs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from households.models import Campaign, Nomination, Sighting, Visit
from shengkang.attachments.models import Attachment
from shengkang.cases.models import DisputeCase
from tests.households.test_services import photo
from tests.households.test_views import more_homes, more_homes_again
from tests.world import make_person

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


CAMPAIGNS, ON_PAPER = "/api/v1/campaigns/", "/api/v1/nominations/from-paper/"


def campaign(world, **fields):
    day = timezone.localdate()
    lines = [{"text": "炭火取暖不通风", "hazard_group": "01", "level": "at_once"}, {"text": "没有听过宣传"}]
    given = {"kind": "winter_fire", "name": "冬春防火", "villages": [world.here.villages[0].pk], "lines": lines}
    return given | {"starts_on": day.isoformat(), "ends_on": (day + timedelta(days=9)).isoformat()} | fields


@pytest.mark.parametrize(
    ("role", "status"), [("resident", 404), ("household_head", 403), ("village_cadre", 403), ("aux_police", 403)]
)
def test_who_does_not_manage_campaigns_opens_none(world, client, role, status):
    client.force_login(getattr(world.here, role))
    assert post(client, CAMPAIGNS, campaign(world)).status_code == status
    assert not Campaign.objects.exists()


def test_a_campaign_of_another_stations_village_without_lines_or_in_the_past_is_refused(world, client):
    client.force_login(world.here.officer)
    elsewhere = post(client, CAMPAIGNS, campaign(world, villages=[world.there.villages[0].pk]))
    assert (elsewhere.status_code, list(elsewhere.json()["error"]["fields"])) == (400, ["villages"])
    empty = post(client, CAMPAIGNS, campaign(world, lines=[]), key="k2")
    assert (empty.status_code, list(empty.json()["error"]["fields"])) == (400, ["lines"])
    over = post(client, CAMPAIGNS, campaign(world, starts_on="2020-01-01", ends_on="2020-01-09"), key="k3")
    assert (over.status_code, over.json()["error"]["code"]) == (409, "campaign_refused")
    assert post(client, CAMPAIGNS, campaign(world), key=None).json()["error"]["code"] == "key_missing"
    assert not Campaign.objects.exists()


def test_a_campaign_opened_twice_is_one(world, client):
    client.force_login(world.here.officer)
    first, second = (post(client, CAMPAIGNS, campaign(world)) for _time in range(2))
    opened = Campaign.objects.get()
    assert [(each.status_code, each.json()) for each in (first, second)] == [(201, {"id": opened.pk})] * 2
    lines = opened.items.order_by("no").values_list("no", "text", "hazard_group", "level")
    assert list(lines) == [(1, "炭火取暖不通风", "01", "at_once"), (2, "没有听过宣传", None, "ordinary")]
    assert list(opened.villages.all()) == [world.here.villages[0]]


@pytest.fixture
def paper(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    person = make_person(world.here.station, world.here.villages[0], "孔令辉", birth_year=1975)
    return lambda **fields: (
        {"person": person.pk, "reason": "公道热心", "spoken_by": "村支书 李某", "photos": [photo("red")]} | fields
    )


def send_paper(client, body, key="k1"):
    return client.post(ON_PAPER, body, headers={"Idempotency-Key": key})


@pytest.mark.parametrize(("role", "status"), [("resident", 404), ("household_head", 404), ("aux_police", 404)])
def test_who_enters_no_papers_finds_no_proposals(world, client, paper, role, status):
    client.force_login(getattr(world.here, role))
    assert send_paper(client, paper()).status_code == status
    assert not Nomination.objects.exists()


def test_a_proposal_without_its_paper_or_for_a_stranger_is_refused(world, client, paper):
    client.force_login(world.here.officer)
    stranger = make_person(world.there.station, world.there.villages[0], "外人")
    for missing, body in (
        ("photos", paper(photos=[])),
        ("spoken_by", paper(spoken_by="")),
        ("person", paper(person=stranger.pk)),
    ):
        answer = send_paper(client, body)
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, [missing])
    client.force_login(world.here.village_cadre)
    far = make_person(world.here.station, world.here.villages[1], "远村人")
    assert send_paper(client, paper(person=far.pk)).status_code == 400
    assert not Nomination.objects.exists()


def test_a_proposal_on_paper_sent_twice_is_one_with_its_photo(world, client, paper):
    client.force_login(world.here.officer)
    first, second = (send_paper(client, paper()) for _time in range(2))
    made = Nomination.objects.get()
    assert [(each.status_code, each.json()) for each in (first, second)] == [(201, {"id": made.pk})] * 2
    assert (made.spoken_by, made.village, made.by) == ("村支书 李某", world.here.villages[0], world.here.officer)
    assert Attachment.objects.of(made).count() == 1
