"""Questions about hazards: who may take which step, what needs a hand, what became of what one told."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shengkang.hazards.models import Hazard
from shengkang.hazards.moves import MOVES, OPEN, Status
from shengkang.organization import access
from shengkang.organization.access import Role
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of, villages_of

FIRST_ROWS = 5
# The line of the matrix (object "hazard") each move asks. Reopening is new work to give away, so it asks what assigning asks.
ACTIONS = {
    "find": "create",
    "assign": "assign",
    "put_right": "put_right",
    "look_again": "verify",
    "send_back": "verify",
    "dismiss": "dismiss",
    "reopen": "assign",
}
LEVEL_TONES = {Hazard.Level.AT_ONCE: "bad", Hazard.Level.SAME_DAY: "warn"}
STATE_TONES = {Status.FOUND: "warn", Status.ASSIGNED: "note", Status.PUT_RIGHT: "note", Status.CLOSED: "ok"}
# What is told by whom; everybody else tells it as the station.
CHANNELS = {
    Role.HOUSEHOLD_HEAD: Hazard.Channel.HEAD,
    Role.POST_LIAISON: Hazard.Channel.POST,
    Role.VOLUNTEER: Hazard.Channel.PATROL,
}


def may(user, hazard: Hazard, action: str) -> bool:
    """Whether the matrix gives `user` the action on this hazard, which he already sees.

    Scope A: it was given to him; or he found it, and it was given to nobody else or is to be looked at again.
    """
    scopes = access.scopes(user, "hazard", action)
    if "S" in scopes:
        return True
    found_it = hazard.found_by_id == user.pk and (action == "verify" or hazard.assigned_to_id is None)
    return "A" in scopes and (hazard.assigned_to_id == user.pk or found_it)


def may_move(user, hazard: Hazard, move: str) -> bool:
    """Whether the table lists the move from here, the matrix gives it, and nobody judges his own work."""
    own_work = move in ("look_again", "send_back") and hazard.put_right_by_id == user.pk
    return hazard.status in MOVES[move].origins and not own_work and may(user, hazard, ACTIONS[move])


def channel_of(user) -> str:
    """Through whom the station hears of what `user` found."""
    return next((channel for role, channel in CHANNELS.items() if role in user.roles), Hazard.Channel.STATION)


def villages_to_report_from(user):
    """The villages in which `user` holds a role; whoever serves the whole station chooses among all of its villages."""
    villages = villages_of(user.station)
    if "S" in access.scopes(user, "hazard", "create"):
        return villages
    return villages.filter(pk__in=user.memberships.values("unit"))


def who_may_put_right(station):
    """Active accounts of a station with a role that the matrix lets put hazards right."""
    roles = [role for role, scope in access.matrix()["hazard", "put_right"].items() if scope != "-"]
    return User.objects.filter(station=station, is_active=True, memberships__role__in=roles).distinct()


def waiting_for(user) -> int:
    """How many hazards `user` shall put right."""
    return Hazard.objects.filter(assigned_to=user, status=Status.ASSIGNED).count()


def lateness(hazard: Hazard, at: datetime) -> tuple[str, str]:
    """The limit in words and its tone; empty once it was put right."""
    if hazard.status not in (Status.FOUND, Status.ASSIGNED):
        return "", ""
    days = (day_of(hazard.due_at) - day_of(at)).days
    if hazard.due_at < at:
        return (_("%(days)s days late") % {"days": -days} if days else _("late")), "bad"
    if days == 0:
        return _("due today, %(time)s") % {"time": timezone.localtime(hazard.due_at).strftime("%H:%M")}, "warn"
    return _("due %(day)s") % {"day": day_of(hazard.due_at).isoformat()}, ""


# What needs a hand now: each list of the desk's filter and of its front page.
HANDS = {
    "unassigned": lambda hazards, at: hazards.filter(status=Status.FOUND),
    "overdue": lambda hazards, at: hazards.overdue(at),
    "look_again": lambda hazards, at: hazards.filter(status=Status.PUT_RIGHT),
    "any": lambda hazards, at: hazards.filter(Q(status__in=(Status.FOUND, Status.PUT_RIGHT)) | Q(status__in=OPEN, due_at__lt=at)),
}


def needs_a_hand(user, at: datetime) -> list[dict[str, Any]]:
    """The panels of the desk's front page: to be assigned, overdue, to be looked at again; only what `user` sees."""
    if "S" not in access.scopes(user, "hazard", "list"):
        return []
    seen = Hazard.objects.visible_to(user)
    panels = [
        (_("Hazards to be assigned"), "unassigned", "found_at", "warn", "warning"),
        (_("Hazards overdue"), "overdue", "due_at", "bad", "clock"),
        (_("Hazards to be looked at again"), "look_again", "put_right_at", "warn", "check"),
    ]
    return [_panel(title, hand, HANDS[hand](seen, at).order_by(order, "id"), at, tone, icon)
            for title, hand, order, tone, icon in panels]  # fmt: skip


def _panel(title, hand, hazards, at, tone, icon):
    return {
        "title": title,
        "count": hazards.count(),
        "url": f"{reverse('admin:hazards_hazard_changelist')}?hand={hand}",
        "rows": [_row(hazard, at) for hazard in hazards.select_related("village", "group")[:FIRST_ROWS]],
        "empty_text": _("Nothing is waiting."),
        "tone": tone,
        "icon": icon,
    }


def _row(hazard, at):
    late, tone = lateness(hazard, at)
    return {
        "label": f"{hazard.group} · {hazard.village}",
        "url": reverse("admin:hazards_hazard_change", args=[hazard.pk]),
        "meta": f"{hazard.place} · {timezone.localtime(hazard.found_at):%Y-%m-%d %H:%M}",
        "badge": late or hazard.get_level_display(),
        "tone": tone if late else LEVEL_TONES.get(hazard.level, ""),
    }


def outcome_of(hazard: Hazard) -> str:
    """How a hazard stands, in a plain sentence for the one who told of it."""
    return {
        Status.FOUND: _("The station has it and will give it to somebody."),
        Status.ASSIGNED: _("Somebody is putting it right."),
        Status.PUT_RIGHT: _("It was put right. Somebody will look whether the danger is gone."),
        Status.CLOSED: _("It was put right, and a second person has seen that the danger is gone."),
        Status.DISMISSED: _("It was looked into: nothing has to be put right there. Below you read why."),
    }[hazard.status]
