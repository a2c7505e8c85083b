"""Questions about alarms and places: what the board shows, who was told and who answered, and what stands on the map."""

from datetime import datetime, timedelta

from django.db.models import Prefetch, Q

from posts.models import Alarm, AlarmPoint, AlarmStep, Liaison, Response, SecurityPost
from posts.moves import OPEN
from shengkang.organization.models import Presence

# How long a closed alarm stays on the board.
STAYS_ON_THE_BOARD = timedelta(hours=8)
# Older positions of people are not shown: nobody knows where they are.
FRESH = timedelta(minutes=10)

STAGE_OF_MOVE = {
    "acknowledge": "acknowledged",
    "join": "acknowledged",
    "depart": "on_the_way",
    "follow": "on_the_way",
    "arrive": "arrived",
    "arrive_too": "arrived",
}


def with_responders(alarms):
    """Alarms with everything a page shows of them, in a fixed number of queries; `responders_of` reads it."""
    return alarms.select_related("village", "point", "post", "device", "raised_by", "case").prefetch_related(
        Prefetch("responses", Response.objects.select_related("user"), to_attr="told"),
        Prefetch("steps", AlarmStep.objects.select_related("by").order_by("no"), to_attr="taken"),
    )


def board_of(user, at: datetime):
    """Alarms `user` may see that are open, or were closed in the last hours; open ones first, then the newest."""
    recent = Alarm.objects.visible_to(user).filter(Q(status__in=OPEN) | Q(closed_at__gt=at - STAYS_ON_THE_BOARD))
    return sorted(
        with_responders(recent), key=lambda alarm: (alarm.status not in OPEN, -alarm.received_at.timestamp(), -alarm.pk)
    )


def responders_of(alarm) -> list[dict]:
    """Everybody who was told or answered: `{user, told_at, distance, stage, at}`, stage one of "", acknowledged, on_the_way, arrived.

    Reads what `with_responders` brought along. `distance` in metres; those who came without being told have no `told_at`.
    """
    found = {
        response.user_id: {
            "user": response.user,
            "told_at": response.told_at,
            "distance": response.distance,
            "stage": "",
            "at": None,
        }
        for response in alarm.told
    }
    for step in alarm.taken:
        if step.move == "reopen":
            for each in found.values():
                each["stage"], each["at"] = "", None
        elif step.move in STAGE_OF_MOVE:
            each = found.setdefault(step.by_id, {"user": step.by, "told_at": None, "distance": None, "stage": "", "at": None})
            each["stage"], each["at"] = STAGE_OF_MOVE[step.move], step.at
    return list(found.values())


def newest_change(user, at: datetime) -> tuple[int, int, int]:
    """A small mark of the board of `user` that changes whenever a step is taken, somebody is told, or a closed alarm has stood its
    hours: (last step, last one told, closed alarms still shown)."""
    last = AlarmStep.objects.filter(alarm__in=Alarm.objects.visible_to(user)).order_by("-pk").values_list("pk", flat=True).first()
    told = Response.objects.filter(alarm__in=Alarm.objects.visible_to(user)).order_by("-pk").values_list("pk", flat=True).first()
    shown = Alarm.objects.visible_to(user).filter(closed_at__gt=at - STAYS_ON_THE_BOARD).count()
    return last or 0, told or 0, shown


def places_of(user) -> dict[str, list]:
    """What stands on the map of `user`: `posts` and fixed `points` with a position."""
    posts = SecurityPost.objects.visible_to(user).active().filter(latitude__isnull=False).select_related("village")
    points = AlarmPoint.objects.visible_to(user).active().filter(latitude__isnull=False).select_related("village", "post")
    return {"posts": list(posts), "points": list(points)}


def people_on_duty(user, at: datetime):
    """Who is on duty with a fresh position, as far as `user` may see it (gps_live)."""
    return Presence.objects.visible_to(user).fresh(at - FRESH).filter(latitude__isnull=False).select_related("user")


def posts_served_by(user):
    """The posts in service at which `user` is liaison now."""
    return (
        SecurityPost.objects.active()
        .filter(pk__in=Liaison.objects.in_force().filter(user=user).values("post"))
        .select_related("village", "station")
    )
