"""Patience with who guesses passwords: whose tries axes counts together, and what is said when they were too many (settings.py)."""

import ipaddress
from datetime import datetime, timedelta
from math import ceil

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from shengkang.organization.models import Station


def client_address(request) -> str | None:
    """The address a request came from: of the TRUSTED_PROXIES in front of us the first one saw it; what the client says is not believed."""
    address = request.META.get("REMOTE_ADDR", "")
    told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if settings.TRUSTED_PROXIES and told:
        address = told[-min(settings.TRUSTED_PROXIES, len(told))]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:  # a unix socket has none
        return None


def locked_until(username: str, address: str | None) -> datetime:
    """When the pair of number and address may try again; tries during the lock do not prolong it."""
    last = AccessAttempt.objects.filter(username=username, ip_address=address).order_by("-attempt_time").first()
    return (last.attempt_time if last else timezone.now()) + get_cool_off()


def in_api(request) -> bool:
    return request.path_info.startswith("/api/")


def locked_out(request, response=None, credentials=None):
    """Axes asks what to answer (AXES_LOCKOUT_CALLABLE): when to try again and whom to ask, as a page or as the API's error."""
    username = (credentials or {}).get("username") or ""
    until = locked_until(username, client_address(request))
    wait = max(1, ceil((until - timezone.now()) / timedelta(seconds=1)))
    if in_api(request):
        error = {"code": "throttled", "message": _("Too many wrong passwords. Wait and try again, or ask the station.")}
        answer = JsonResponse({"error": error}, status=429)
    else:
        # Where one station runs the house its number helps; it must not tell whether the typed number has an account, and where.
        phones = set(Station.objects.exclude(phone="").values_list("phone", flat=True)[:2])
        context = {"until": until, "station_phone": phones.pop() if len(phones) == 1 else ""}
        answer = render(request, "registration/locked.html", context, status=429)
    answer["Retry-After"] = str(wait)
    return answer
