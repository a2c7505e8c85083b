"""A device raises an alarm by a signed call."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from posts import services
from posts.models import Alarm, AlarmStep, Device

pytestmark = pytest.mark.django_db
URL = "/hooks/alarms/"


def sign(secret, body):
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.fixture
def knock(client, ground):
    """The taxi's terminal calls; whatever is given differs from an honest call."""

    def knock(event="e1", *, body=None, secret=None, serial=None, signature=None, **fields):
        sent = {
            "event": event,
            "kind": "help",
            "pressed_at": timezone.now().isoformat(),
            "latitude": 31.9,
            "longitude": 111.26,
        } | fields
        body = json.dumps(sent).encode() if body is None else body
        signature = sign(secret or ground.terminal_secret, body) if signature is None else signature
        return client.post(
            URL,
            body,
            content_type="application/json",
            headers={"X-Device": serial or ground.terminal.serial, "X-Signature": signature},
        )

    return knock


def test_unknown_devices_and_wrong_signatures_get_one_and_the_same_answer(knock, client, ground):
    answers = {
        (reply.status_code, reply.content)
        for reply in (
            knock(serial="nobody"),
            knock(serial=ground.button.serial),
            knock(signature=""),
            knock(signature="0" * 64),
            knock(signature="签名"),
            knock(secret="0" * 64, serial="nobody"),
            client.post(URL),
        )
    }
    assert [status for status, _body in answers] == [401]
    assert not Alarm.objects.exists()


def test_a_body_changed_on_the_way_is_refused(knock, ground):
    body = b'{"event": "1", "kind": "help", "pressed_at": "2026-03-11T10:00:00+08:00"}'
    signature = sign(ground.terminal_secret, body)

    assert knock(body=body.replace(b"help", b"fire"), signature=signature).status_code == 401


def test_a_retired_device_is_refused_like_an_unknown_one(knock, world, ground):
    services.retire_device(device=ground.terminal, on=timezone.localdate(), by=world.here.station_chief, at=timezone.now())

    assert knock().content == knock(serial="nobody").content


def test_only_post_is_answered(client):
    assert client.get(URL).status_code == 405


def test_a_large_body_is_refused_before_it_is_read(knock):
    assert knock(body=b" " * 5000).status_code == 413


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"event": ""}, "event"),
        ({"event": "x" * 65}, "event"),
        ({"event": "a\0b"}, "event"),
        ({"kind": "party"}, "kind"),
        ({"pressed_at": "yesterday"}, "pressed_at"),
        ({"pressed_at": "0001-01-01T00:00:00Z"}, "pressed_at"),
        ({"latitude": "north"}, "latitude"),
        ({"latitude": 10**400}, "latitude"),
    ],
)
def test_a_malformed_field_is_named_in_the_one_shape_of_errors(knock, fields, wrong):
    reply = knock(**fields)

    assert (reply.status_code, reply.json()["error"]["code"], list(reply.json()["error"]["fields"])) == (400, "invalid", [wrong])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 4000])
def test_what_is_no_object_is_a_malformed_call(knock, body):
    assert knock(body=body).status_code == 400


def test_an_event_raises_an_alarm_and_is_told_so(knock, ground):
    reply = knock()

    alarm = Alarm.objects.get()
    assert reply.status_code == 201
    assert reply.json() == {"received": True, "event": "e1", "alarm": alarm.pk, "received_at": alarm.received_at.isoformat()}
    assert (alarm.device, alarm.point, alarm.source, alarm.raised_by) == (ground.terminal, ground.mobile, "device", None)


def test_the_same_event_again_is_answered_alike_and_raises_nothing(knock):
    first, second = knock(), knock()

    assert (first.status_code, second.status_code, first.json()) == (201, 200, second.json())
    assert (Alarm.objects.count(), AlarmStep.objects.count()) == (1, 1)


def test_a_flood_of_new_events_stays_one_alarm(knock):
    replies = [knock(event=str(no)) for no in range(20)]

    assert {reply.status_code for reply in replies} == {201}
    assert (Alarm.objects.count(), AlarmStep.objects.count()) == (1, 1)


def test_a_clock_that_was_never_set_loses_no_alarm(knock):
    assert knock(pressed_at="1970-01-01T00:00:05Z").status_code == 201
    assert Alarm.objects.get().pressed_at < datetime.fromisoformat("1971-01-01T00:00:00+00:00")


@pytest.mark.parametrize("place", [{"latitude": 200}, {"latitude": None}, {"longitude": 1e300}])
def test_a_position_that_cannot_be_loses_no_alarm(knock, place):
    assert knock(**place).status_code == 201
    assert Alarm.objects.get().latitude is None


def test_the_former_secret_opens_until_the_new_one_was_used(knock, world, ground):
    new = services.rotate_secret(device=ground.terminal, by=world.here.station_chief, at=timezone.now())

    assert knock(event="1").status_code == 201
    assert knock(event="2", secret=new).status_code == 201
    assert knock(event="3").status_code == 401
    assert knock(event="4", secret=new).status_code == 201


def test_the_former_secret_opens_for_a_day_at_most(knock, world, ground):
    new = services.rotate_secret(
        device=ground.terminal, by=world.here.station_chief, at=timezone.now() - timedelta(hours=24, seconds=1)
    )

    assert knock(event="1").status_code == 401
    assert knock(event="1", secret=new).status_code == 201


def test_a_second_rotation_ends_the_first_secret_at_once(knock, world, ground):
    for _rotation in range(2):
        new = services.rotate_secret(device=ground.terminal, by=world.here.station_chief, at=timezone.now())

    assert knock(event="1").status_code == 401
    assert knock(event="1", secret=new).status_code == 201


def test_that_a_device_was_heard_is_noted(knock, ground):
    knock()

    assert Device.objects.get(pk=ground.terminal.pk).last_heard_at is not None
