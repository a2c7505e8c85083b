"""A taxi's driver presses: from the signed call to the code, over HTTP, and what happens when somebody only pretends."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from posts.models import Alarm, Response
from shengkang.notices.models import Notice
from shengkang.organization.models import Presence
from shengkang.organization.services import sign_on
from tests.journeys.tables import counts, run
from tests.posts.conftest import LATITUDE, LONGITUDE, lay_ground


@pytest.fixture
def here(town):
    """The station, its taxi on the road, a volunteer and an auxiliary near it, and an officer at the desk."""
    here, now = town.here, timezone.now()
    here.ground = lay_ground(here, now)
    for metres, user in ((200, here.volunteer), (900, here.aux_police)):
        sign_on(by=user, at=now, latitude=LATITUDE + metres / 111_195, longitude=LONGITUDE)
    sign_on(by=here.officer, at=now)
    return here


def press(here, event, secret=None):
    body = json.dumps(
        {
            "event": event,
            "kind": "help",
            "pressed_at": timezone.now().isoformat(),
            "latitude": LATITUDE,
            "longitude": LONGITUDE,
        }
    ).encode()
    signature = hmac.new((secret or here.ground.terminal_secret).encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Device": here.ground.terminal.serial, "X-Signature": signature}
    return Client(enforce_csrf_checks=True).post("/hooks/alarms/", body, content_type="application/json", headers=headers)


def api(user) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def do(user, alarm, verb, **fields):
    answer = api(user).post(f"/api/v1/alarms/{alarm.pk}/{verb}/", fields, format="json")
    assert answer.status_code == 200, answer.json()
    return answer.json()


def told_of(alarm):
    return set(Notice.objects.filter(link=alarm.get_absolute_url()).values_list("to", flat=True))


def test_from_the_press_to_the_code(here):
    received = press(here, "e1")
    alarm = Alarm.objects.get(pk=received.json()["alarm"])
    assert received.status_code == 201
    assert told_of(alarm) == set()

    run("posts.dispatch")
    assert told_of(alarm) == {here.volunteer.pk, here.aux_police.pk, here.officer.pk}
    assert [notice["text"] for notice in api(here.volunteer).get("/api/v1/alarms/").json()["results"]] == [""]

    assert do(here.volunteer, alarm, "acknowledge")["status"] == "acknowledged"
    do(here.aux_police, alarm, "acknowledge")
    assert do(here.volunteer, alarm, "depart")["status"] == "on_the_way"
    assert do(here.volunteer, alarm, "arrive")["status"] == "arrived"
    do(here.volunteer, alarm, "note", note="乘客醉酒，已扶下车")
    assert api(here.volunteer).post(f"/api/v1/alarms/{alarm.pk}/close/", {"code": "solved"}, format="json").status_code == 403
    assert do(here.officer, alarm, "close", code="solved", note="家属接回")["code"] == "solved"

    seen = api(here.officer).get(f"/api/v1/alarms/{alarm.pk}/").json()
    assert [(step["move"], step["by"]) for step in seen["steps"]] == [
        ("raise", None),
        ("acknowledge", here.volunteer.name),
        ("join", here.aux_police.name),
        ("depart", here.volunteer.name),
        ("arrive", here.volunteer.name),
        ("correct", here.volunteer.name),
        ("close", here.officer.name),
    ]
    stages = {each["user"]: (each["distance"], each["stage"]) for each in seen["responders"]}
    assert stages == {
        here.volunteer.name: (200, "arrived"),
        here.aux_police.name: (900, "acknowledged"),
        here.officer.name: (None, ""),
    }


def test_a_forged_call_raises_nothing_and_wakes_nobody(here):
    assert press(here, "e1", secret=here.ground.button_secret).status_code == 401
    run("posts.dispatch")

    assert (Alarm.objects.count(), Notice.objects.filter(kind="alarm.call").count()) == (0, 0)


def test_the_same_event_twice_is_told_of_once(here):
    first = press(here, "e1")
    run("posts.dispatch")
    before = counts()
    second = press(here, "e1")
    run("posts.dispatch")

    assert (first.status_code, second.status_code, first.json()) == (201, 200, second.json())
    assert counts() == before


def test_where_nobody_is_on_duty_chiefs_and_officers_are_told(here):
    Presence.objects.all().delete()
    press(here, "e1")
    run("posts.dispatch")

    assert told_of(Alarm.objects.get()) == {here.station_chief.pk, here.officer.pk}


def test_an_alarm_that_nobody_takes_reaches_everybody_after_a_minute(here):
    press(here, "e1")
    run("posts.dispatch")
    alarm = Alarm.objects.get()
    Alarm.objects.update(call_at=timezone.now() - timedelta(seconds=1))
    run("posts.dispatch")

    assert told_of(alarm) == {here.volunteer.pk, here.aux_police.pk, here.officer.pk, here.station_chief.pk}
    assert Response.objects.filter(alarm=alarm).count() == 4


def test_the_other_station_hears_nothing_of_it(here, town):
    press(here, "e1")
    run("posts.dispatch")
    alarm = Alarm.objects.get()

    assert api(town.there.station_chief).get(f"/api/v1/alarms/{alarm.pk}/").status_code == 404
    assert not Notice.objects.filter(to__station=town.there.station).exists()
