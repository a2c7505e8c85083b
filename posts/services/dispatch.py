"""Who is told of an alarm: the nearest who are on duty, then everybody. Runs again and again; the rows decide, nobody is told twice."""

import logging
from datetime import datetime, timedelta

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from posts.models import Alarm, Installation, Response
from posts.services.alarms import LIFE
from shengkang.notices import services as notices
from shengkang.notices.models import Notice
from shengkang.organization.access import Role
from shengkang.organization.distance import box_around, metres_between
from shengkang.organization.models import Presence, User

log = logging.getLogger(__name__)

# A phone that was not heard of for so long may be anywhere; its owner is on duty all the same, until his shift is over.
FRESH = timedelta(minutes=10)
UNANSWERED = timedelta(seconds=60)
NEAREST = 5
WITHIN_METRES = 3000

DESK = (Role.STATION_CHIEF, Role.OFFICER, Role.AUX_POLICE)
ANSWERS = (*DESK, Role.POST_LIAISON, Role.VOLUNTEER)
AT_LAST = (Role.STATION_CHIEF, Role.OFFICER)


def dispatch_due(at: datetime) -> int:
    """Tell of every alarm that is due at `at`; gives how many were told of. May run at any time, any number of times, side by side.

    An alarm that cannot be told of is logged and does not stand in the way of the others.
    """
    told = 0
    for pk in Alarm.objects.to_be_called(at).values_list("pk", flat=True)[:500]:
        try:
            told += _call(pk, at)
        except (IntegrityError, DataError):
            log.exception("alarm %s could not be told of", pk)
    return told


@transaction.atomic
def _call(pk: int, at: datetime) -> bool:
    alarm = Alarm.objects.to_be_called(at).filter(pk=pk).select_for_update(skip_locked=True, of=("self",)).first()
    if alarm is None:
        # Somebody else is telling of it, or told of it, or acknowledged it meanwhile.
        return False
    first = alarm.told_at is None
    chosen = _first_ring(alarm, at) if first else _everybody(alarm, at)
    new = _tell(alarm, chosen, at)
    if first:
        alarm.told_at, alarm.call_at = at, at + UNANSWERED
        alarm.save(update_fields=["told_at", "call_at"])
    else:
        LIFE.move(alarm, "widen", by=None, at=at, note=str(new), changes={"call_at": None})
    waited = (at - alarm.received_at).total_seconds()
    log.info("alarm %s %s: %d told, %d s after it came", pk, "told" if first else "widened", new, waited)
    return True


def _tell(alarm: Alarm, chosen: dict[int, int | None], at: datetime) -> int:
    """Write who is told, and the notices; gives how many accounts. Keys make both once per person and raising."""
    raising = alarm.steps.filter(move__in=("raise", "reopen")).latest("no").no
    key = f"alarm:{alarm.pk}:{raising}"
    known = set(Notice.objects.filter(key=key, to__in=chosen).values_list("to", flat=True))
    new = [pk for pk in chosen if pk not in known]
    Response.objects.bulk_create(
        (Response(alarm=alarm, user_id=pk, told_at=at, distance=chosen[pk]) for pk in new), ignore_conflicts=True
    )
    text = _("An alarm was raised. Open the message and say whether you take it.")
    notices.notify_many(
        notices=[
            Notice(to_id=pk, kind="alarm.call", text=text, link=alarm.get_absolute_url(), key=key, at=at, next_try_at=at)
            for pk in new
        ]
    )
    return len(new)


def _users(alarm: Alarm, roles):
    """Active accounts of the station that may answer, but never those who called: a ringing phone may betray them."""
    callers = {alarm.raised_by_id}
    if alarm.device_id:
        callers |= set(Installation.objects.in_force().filter(device=alarm.device_id).values_list("keeper", flat=True))
    return (
        User.objects.filter(is_active=True, station=alarm.station_id, memberships__role__in=roles)
        .exclude(pk__in=callers - {None})
        .distinct()
    )


def _on_duty(alarm, at, roles=ANSWERS):
    return Presence.objects.filter(station=alarm.station_id, user__in=_users(alarm, roles)).on_duty(at)


def _desk(alarm: Alarm, at: datetime) -> set[int]:
    """Who sits at the desk: on duty there this shift and without a position; if nobody does, every officer on duty."""
    officers = _on_duty(alarm, at, DESK)
    sitting = set(officers.filter(latitude__isnull=True).values_list("user", flat=True))
    return sitting or set(officers.values_list("user", flat=True))


def _first_ring(alarm: Alarm, at: datetime) -> dict[int, int | None]:
    """{account: metres or None} of those told first: the nearest on duty and the desk; else all on duty; else chiefs and officers."""
    desk = dict.fromkeys(_desk(alarm, at))
    near = _nearest(alarm, at)
    if not near:
        near = dict.fromkeys(_on_duty(alarm, at).values_list("user", flat=True))
    return desk | near or dict.fromkeys(_users(alarm, AT_LAST).values_list("pk", flat=True))


def _nearest(alarm: Alarm, at: datetime) -> dict[int, int]:
    if alarm.latitude is None:
        return {}
    south, west, north, east = box_around(alarm.latitude, alarm.longitude, WITHIN_METRES)
    around = _on_duty(alarm, at).fresh(at - FRESH).filter(latitude__range=(south, north), longitude__range=(west, east))
    by_metres = sorted(
        (metres_between(alarm.latitude, alarm.longitude, latitude, longitude), user)
        for user, latitude, longitude in around.values_list("user", "latitude", "longitude")
    )
    return {user: round(metres) for metres, user in by_metres[:NEAREST] if metres <= WITHIN_METRES}


def _everybody(alarm: Alarm, at: datetime) -> dict[int, int | None]:
    """All on duty and the chiefs; where nobody is on duty, all officers."""
    on_duty = set(_on_duty(alarm, at).values_list("user", flat=True)) | _desk(alarm, at)
    roles = (Role.STATION_CHIEF,) if on_duty else AT_LAST
    return dict.fromkeys(on_duty | set(_users(alarm, roles).values_list("pk", flat=True)))
