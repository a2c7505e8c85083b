"""Where devices knock: one signed call, no session. Its page for makers of devices is docs/devices.md."""

import hashlib
import hmac
import json
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import JsonResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import serializers

from posts import services
from posts.models import Alarm, Device
from posts.services.equipment import heard
from shengkang.organization import sealed

MAX_BYTES = 4096
# Compared with where no device is known, so that the answer takes as long.
NOBODYS_SECRET = "0" * 64


class Degrees(serializers.FloatField):
    """A number; whether it lies on earth is judged later, for a wrong position never stops an alarm."""

    def to_internal_value(self, data):
        try:
            return super().to_internal_value(data)
        except OverflowError:
            self.fail("invalid")


class EventSerializer(serializers.Serializer):
    event = serializers.CharField(max_length=64)
    kind = serializers.ChoiceField(Alarm.Kind.choices)
    pressed_at = serializers.DateTimeField()
    latitude = Degrees(required=False, allow_null=True)
    longitude = Degrees(required=False, allow_null=True)

    def validate_pressed_at(self, moment: datetime) -> datetime:
        # A clock that was never set says 1970; what lies beyond is no clock.
        if not 1970 <= moment.year < 2200:
            raise serializers.ValidationError(_("This is no moment of a clock."))
        return moment


def _refusal(status, code, message, **more):
    """The one shape of errors that the API has, too."""
    return JsonResponse({"error": {"code": code, "message": message, **more}}, status=status)


def _signs(secret: str, body: bytes, signature: str) -> bool:
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


def _device_of(request, body: bytes, at: datetime) -> tuple[Device | None, bool]:
    """The device that signed this body, and whether with its newest secret. Unknown, retired and wrong all take the same time."""
    signature = request.headers.get("X-Signature", "").strip().lower()
    serial = request.headers.get("X-Device", "").strip()
    device = (
        Device.objects.filter(serial=serial, retired_on__isnull=True).select_related("station").first()
        if serial.isprintable()
        else None
    )
    newest = sealed.open_sealed(device.secret_sealed) if device else NOBODYS_SECRET
    former = NOBODYS_SECRET
    if device and device.former_until and at < device.former_until:
        former = sealed.open_sealed(device.former_secret_sealed)
    by_newest, by_former = _signs(newest, body, signature), _signs(former, body, signature)
    # The secret of a demo station is printed, so its devices are not heard wherever demo mode is off.
    if (
        device is None
        or (device.station.is_demo and not settings.DEMO)
        or not (by_newest or (by_former and former != NOBODYS_SECRET))
    ):
        return None, False
    return device, by_newest


def _event_in(body: bytes) -> EventSerializer:
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        sent = None
    return EventSerializer(data=sent)


@csrf_exempt
def alarms(request):
    """A device raises an alarm: 201, or 200 for an event that was received before, with the same answer."""
    if request.method != "POST":
        return JsonResponse(
            {"error": {"code": "method_not_allowed", "message": _("Send a POST.")}}, status=405, headers={"Allow": "POST"}
        )
    body = request.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        return _refusal(413, "too_large", _("At most 4096 bytes are taken."))
    at = timezone.now()
    device, by_newest = _device_of(request, body, at)
    if device is None:
        return _refusal(401, "not_authenticated", _("No device in use has signed this."))
    event = _event_in(body)
    if not event.is_valid():
        return _refusal(400, "invalid", _("Some fields need a correction."), fields=event.errors)
    # Durable: nothing around this may take the row back after “received” was said.
    with transaction.atomic(durable=True):
        signal, new = services.receive_signal(device=device, at=at, **event.validated_data)
    heard(device=device, with_new_secret=by_newest, at=at)
    answer = {"received": True, "event": signal.event, "alarm": signal.alarm_id, "received_at": signal.at.isoformat()}
    return JsonResponse(answer, status=201 if new else 200)


urlpatterns = [path("alarms/", alarms, name="hook-alarms")]
