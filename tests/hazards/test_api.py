"""Hazards for programs: what is not one's own does not exist, each verb acts once, and a bad call says what is wrong with it."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shengkang.attachments.models import Attachment
from shengkang.hazards import services
from shengkang.hazards.models import Hazard, HazardGroup
from tests.hazards.conftest import photo, seen

LIST = "/api/v1/hazards/"
VERBS = {
    "assign": {"to": 0},
    "put-right": {},
    "look-again": {},
    "send-back": {"note": "还没好"},
    "dismiss": {"reason": "没坏"},
    "reopen": {"reason": "又坏了"},
}


@pytest.fixture
def as_(client):
    def log_in(user):
        client.force_login(user, backend="shengkang.organization.backends.ByPhone")
        return client

    return log_in


def url(hazard, verb=""):
    return f"{LIST}{hazard.pk}/{verb}/" if verb else f"{LIST}{hazard.pk}/"


def told(here, **fields):
    """What a program sends to report a hazard."""
    given = {
        "village": here.villages[0].pk,
        "group": HazardGroup.objects.get(code="03").pk,
        "level": "ordinary",
        "place": "三组水塘边",
        "text": "护栏断了两根",
    }
    return given | fields


def post(client, path, body=None, key=""):
    """JSON; with a file in it, a form as browsers send it."""
    sent = body or {}
    headers = {"Idempotency-Key": key} if key else {}
    if "photos" in sent:
        return client.post(path, sent, headers=headers)
    return client.post(path, json.dumps(sent), content_type="application/json", headers=headers)


def ids(client, **asked):
    return [row["id"] for row in client.get(LIST, asked).json()["results"]]


# refusals


def test_nobody_reads_or_acts_without_an_account(client, life):
    hazard = life.found()
    assert [client.get(path).status_code for path in (LIST, url(hazard))] == [401, 401]
    assert [post(client, url(hazard, verb), body).status_code for verb, body in VERBS.items()] == [401] * len(VERBS)
    assert post(client, LIST, {}, key="k").status_code == 401


@pytest.mark.parametrize("verb", VERBS)
def test_a_strangers_hazard_does_not_exist(world, as_, here, life, verb):
    hazard = life.found()
    for user in (world.there.officer, here.volunteer, here.shop_keeper, here.township_leader):
        client = as_(user)
        assert client.get(url(hazard)).status_code == 404
        assert post(client, url(hazard, verb), VERBS[verb]).status_code == 404
    hazard.refresh_from_db()
    assert (hazard.status, hazard.steps.count()) == ("found", 1)


def test_the_list_shows_what_is_ones_own(world, as_, here, life):
    hazard, other = life.found(), life.assigned()
    assert ids(as_(world.there.officer)) == []
    assert ids(as_(here.household_head)) == [other.pk, hazard.pk]
    assert ids(as_(here.aux_police)) == [other.pk, hazard.pk]
    assert ids(as_(here.volunteer)) == []
    assert as_(here.shop_keeper).get(LIST).status_code == 404


@pytest.mark.parametrize("verb", ["assign", "dismiss", "look-again", "send-back", "reopen"])
def test_the_finder_sees_it_but_does_not_decide_about_it(as_, here, life, verb):
    hazard = life.assigned()
    answer = post(as_(here.household_head), url(hazard, verb), VERBS[verb])
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "permission_denied")


def test_what_was_given_to_somebody_else_is_not_put_right_by_the_finder(as_, here, life):
    hazard = life.assigned()
    assert post(as_(here.household_head), url(hazard, "put-right"), {"photos": [photo()]}).status_code == 403


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_hazard_is_never_edited_or_deleted(as_, here, life, method):
    hazard = life.found()
    assert getattr(as_(here.officer), method)(url(hazard)).status_code == 405


def test_whoever_may_not_report_is_refused(as_, here):
    assert post(as_(here.shop_keeper), LIST, told(here), key="k").status_code == 404
    assert not Hazard.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"level": "soon"}, "level"),
        ({"text": ""}, "text"),
        ({"place": "长" * 121}, "place"),
        ({"group": 0}, "group"),
        ({"latitude": 91, "longitude": 111}, "latitude"),
        ({"latitude": 31.9}, "latitude"),
        ({"longitude": "东"}, "longitude"),
    ],
)
def test_a_bad_report_is_told_which_field_is_wrong(as_, here, wrong, field):
    answer = post(as_(here.officer), LIST, told(here, **wrong), key="k")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], list(error["fields"])) == (400, "invalid", [field])
    assert all(error["fields"][field])
    assert not Hazard.objects.exists()


def test_a_village_of_another_station_does_not_exist(world, as_, here):
    answer = post(as_(here.officer), LIST, told(here, village=world.there.villages[0].pk), key="k")
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["village"])


def test_what_is_no_picture_is_refused_and_nothing_is_kept(as_, here):
    answer = as_(here.officer).post(LIST, told(here, photos=[text_file()]), headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "file_refused")
    assert not Hazard.objects.exists()


def text_file():
    file = photo()
    file.name = "x.jpg"
    file.file.seek(0)
    file.file.truncate()
    file.file.write(b"no picture at all")
    file.file.seek(0)
    return file


def test_nobody_works_on_an_account_of_another_station(world, as_, here, life):
    answer = post(as_(here.officer), url(life.found(), "assign"), {"to": world.there.aux_police.pk})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["to"])


def test_putting_right_without_a_photo_is_refused(as_, here, life):
    hazard = life.assigned()
    answer = post(as_(here.aux_police), url(hazard, "put-right"), {"note": "好了"})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["photos"])


def test_whoever_put_it_right_does_not_look_at_it_again(as_, here, life):
    hazard = life.put_right(to=here.officer)
    answer = post(as_(here.officer), url(hazard, "look-again"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "second_person_needed")


def test_a_step_the_table_does_not_list_is_refused(as_, here, life):
    answer = post(as_(here.officer), url(life.closed(), "assign"), {"to": here.aux_police.pk})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "move_refused")


# acting once


def test_a_report_without_a_key_is_refused(as_, here):
    assert post(as_(here.officer), LIST, told(here)).status_code == 409
    assert not Hazard.objects.exists()


def test_the_same_key_twice_is_one_hazard(as_, here):
    client = as_(here.household_head)
    first, second = (post(client, LIST, told(here), key="k") for _time in range(2))
    assert [(answer.status_code, answer.json()) for answer in (first, second)] == [(201, first.json())] * 2
    hazard = Hazard.objects.get()
    assert (hazard.pk, hazard.found_by, hazard.channel) == (first.json()["id"], here.household_head, "head")


def test_the_same_key_for_something_else_is_refused(as_, here):
    client = as_(here.officer)
    post(client, LIST, told(here), key="k")
    assert post(client, LIST, told(here, place="别处"), key="k").status_code == 409
    assert Hazard.objects.count() == 1


def test_the_same_report_with_photos_sent_twice_keeps_them_once(as_, here):
    client = as_(here.household_head)
    answers = [post(client, LIST, told(here, photos=[photo(), photo("red")]), key="k") for _time in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert (Hazard.objects.count(), Attachment.objects.count()) == (1, 2)


# the whole way


def test_the_whole_way_by_verbs(as_, here):
    made = post(as_(here.household_head), LIST, told(here, latitude=31.9, longitude=111.2), key="k").json()
    hazard = Hazard.objects.get(pk=made["id"])
    officer = as_(here.officer)
    assert post(officer, url(hazard, "assign"), {"to": here.aux_police.pk}).json()["status"] == "assigned"
    assert post(as_(here.aux_police), url(hazard, "put-right"), {"photos": [photo()]}).json()["status"] == "put_right"
    officer = as_(here.officer)
    assert post(officer, url(hazard, "send-back"), {"note": "还松着"}).json()["status"] == "assigned"
    again = {"photos": [photo("red")], "note": "焊好了"}
    assert post(as_(here.aux_police), url(hazard, "put-right"), again).json()["status"] == "put_right"
    officer = as_(here.officer)
    assert post(officer, url(hazard, "look-again")).json()["status"] == "closed"
    assert post(officer, url(hazard, "reopen"), {"reason": "又松了"}).json()["status"] == "found"
    assert post(officer, url(hazard, "dismiss"), {"reason": "已拆除"}).json()["status"] == "dismissed"
    shown = officer.get(url(hazard)).json()
    assert [step["move"] for step in shown["steps"]] == [
        "find", "assign", "put_right", "send_back", "put_right", "look_again", "reopen", "dismiss",
    ]  # fmt: skip
    assert (shown["latitude"], shown["text"]) == (31.9, "护栏断了两根")


def test_a_list_is_narrowed_by_what_one_asks(as_, here, life):
    found, closed = life.found(), life.closed()
    client = as_(here.officer)
    assert (ids(client, status="found"), ids(client, status="closed")) == ([found.pk], [closed.pk])
    assert client.get(LIST, {"status": "nonsense"}).status_code == 400


def test_the_list_costs_the_same_for_one_and_for_three(as_, here, life, django_assert_num_queries):
    life.assigned()
    client = as_(here.officer)
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    life.found()
    services.find_hazard(**seen(here, by=here.officer, at=timezone.now(), village=here.villages[1]))
    with django_assert_num_queries(len(one)):
        assert len(ids(client)) == 3
