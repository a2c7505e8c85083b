"""How an alarm is shown: its state in colour and word, who does what about it, and what the reader may do next. Board, phone and desk read it."""

import hashlib
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from posts.models import Alarm
from posts.moves import OPEN, Status
from posts.selectors import responders_of
from shengkang.organization import access

# A device that kept an alarm back for longer than this gets both times shown.
HELD_BACK = timedelta(minutes=1)
PEOPLE_NAMED = 6

STATE_TONES = {
    Status.RAISED: "bad",
    Status.ACKNOWLEDGED: "warn",
    Status.ON_THE_WAY: "note",
    Status.ARRIVED: "ok",
    Status.CLOSED: "",
}
STATE_MARKS = {
    Status.RAISED: "bell",
    Status.ACKNOWLEDGED: "check",
    Status.ON_THE_WAY: "patrol",
    Status.ARRIVED: "people",
    Status.CLOSED: "none",
}

# How far one person has come (the stages of selectors.responders_of), in this order.
STAGES = ("", "acknowledged", "on_the_way", "arrived")
STAGE_WORDS = {
    "": pgettext_lazy("responder", "told"),
    "acknowledged": pgettext_lazy("responder", "acknowledged"),
    "on_the_way": pgettext_lazy("responder", "on the way"),
    "arrived": pgettext_lazy("responder", "on the spot"),
}
STAGE_TONES = {"": "", "acknowledged": "warn", "on_the_way": "note", "arrived": "ok"}

# In the order of the stages they lead to: the word on the button, and the word where somebody else was first.
VERBS = {
    "acknowledge": (gettext_lazy("Acknowledge"), gettext_lazy("I take part")),
    "depart": (gettext_lazy("I am on my way"), gettext_lazy("I am on my way too")),
    "arrive": (gettext_lazy("I have arrived"), gettext_lazy("I have arrived too")),
}


def metres(distance: int | None) -> str:
    """“350 m”, “1.2 km”, or nothing where it is not known."""
    if distance is None:
        return ""
    if distance < 1000:
        return _("%(count)s m") % {"count": round(distance, -1)}
    return _("%(count)s km") % {"count": f"{distance / 1000:.1f}"}


def lasted(span: timedelta) -> str:
    """“45 s”, “3 min”, “2 h 5 min”: how long something took."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    minutes = seconds // 60
    if minutes < 60:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    return _("%(hours)s h %(minutes)s min") % {"hours": minutes // 60, "minutes": minutes % 60}


def where(alarm: Alarm) -> str:
    """The place in words, the most exact that is known."""
    named = alarm.place or (str(alarm.point) if alarm.point_id else "") or (str(alarm.post) if alarm.post_id else "")
    return named or (alarm.village.name if alarm.village_id else "") or _("place not known")


def raised_from(alarm: Alarm) -> str:
    """Who or what called: a person's name, or the device."""
    if alarm.raised_by_id:
        return alarm.raised_by.name
    return _("device %(serial)s") % {"serial": alarm.device.serial} if alarm.device_id else alarm.get_source_display()


def people_of(alarm: Alarm) -> list[dict]:
    """Everyone who was told or takes part, the furthest first and then the nearest: {user, name, far, word, tone, metres}."""
    lines = [
        {
            "user": each["user"],
            "name": each["user"].name,
            "far": STAGES.index(each["stage"]),
            "word": STAGE_WORDS[each["stage"]],
            "tone": STAGE_TONES[each["stage"]],
            "distance": each["distance"],
            "metres": metres(each["distance"]),
        }
        for each in responders_of(alarm)
    ]
    return sorted(lines, key=lambda line: (-line["far"], line["distance"] is None, line["distance"] or 0, line["name"]))


def next_moves(alarm: Alarm, user, people: list[dict]) -> list[dict]:
    """The lawful moves of `user` on this alarm as buttons, the likeliest first: {verb, label, url, key, main}."""
    own_call = alarm.raised_by_id == user.pk and alarm.source == Alarm.Source.PHONE
    if alarm.status not in OPEN or own_call or not access.may(user, "alarm_event", "respond"):
        return []
    mine = next((line["far"] for line in people if line["user"].pk == user.pk), 0)
    furthest = max((line["far"] for line in people), default=0)
    wanted = [("acknowledge", "depart"), ("depart", "arrive"), ("arrive",), ()][mine]
    return [
        {
            "verb": verb,
            "label": VERBS[verb][1] if furthest >= reached else VERBS[verb][0],
            "url": reverse(f"posts:{verb}", args=[alarm.pk]),
            "key": key_of(alarm, verb),
            "main": verb == wanted[0],
        }
        for reached, verb in enumerate(VERBS, start=1)
        if verb in wanted
    ]


def key_of(alarm: Alarm, verb: str) -> str:
    """The same press at the same state is one deed, however often the button is hit."""
    return f"{alarm.pk}-{alarm.steps_taken}-{verb}"


def card(alarm: Alarm, user, *, to_the_desk: bool) -> dict:
    """One alarm as the board and the phone show it. `to_the_desk`: with the doors of the desk, for those who work there."""
    people = people_of(alarm)
    may_close = alarm.status in OPEN and access.may(user, "alarm_event", "close")
    shown = {
        "pk": alarm.pk,
        "anchor": f"alarm-{alarm.pk}",
        "open": alarm.status in OPEN,
        "waiting": alarm.status == Status.RAISED,
        "status": alarm.status,
        "state": alarm.get_status_display(),
        "tone": STATE_TONES[alarm.status],
        "mark": STATE_MARKS[alarm.status],
        "stage_icon": "check" if alarm.status == Status.CLOSED else STATE_MARKS[alarm.status],
        "kind": alarm.get_kind_display(),
        "where": where(alarm),
        "village": alarm.village.name if alarm.village_id else "",
        "text": alarm.text,
        "from": raised_from(alarm),
        "source": alarm.get_source_display(),
        "call_back": alarm.raised_by.phone if alarm.raised_by_id and to_the_desk else "",
        "received_at": alarm.received_at,
        "pressed_at": alarm.pressed_at if alarm.received_at - alarm.pressed_at > HELD_BACK else None,
        "people": people,
        "my_distance": next((line["metres"] for line in people if line["user"].pk == user.pk), ""),
        # Of those who were only told the board names the nearest six.
        "more_told": sum(line["far"] == 0 for line in people[PEOPLE_NAMED:]),
        "moves": next_moves(alarm, user, people),
        "may_close": may_close,
        "close_url": reverse("posts:close", args=[alarm.pk]) if may_close else "",
        "close_key": key_of(alarm, "close"),
        "desk_url": reverse("admin:posts_alarm_change", args=[alarm.pk]) if to_the_desk else "",
        "dispute_url": reverse("admin:posts_alarm_close", args=[alarm.pk]) + "?code=dispute" if to_the_desk and may_close else "",
        "at": [alarm.latitude, alarm.longitude] if alarm.latitude is not None else None,
        "code": alarm.get_code_display(),
        "closed_at": alarm.closed_at,
        "answered_in": lasted(alarm.acknowledged_at - alarm.received_at) if alarm.acknowledged_at else "",
        "arrived_in": lasted(alarm.arrived_at - alarm.received_at) if alarm.arrived_at else "",
        "lasted": lasted(alarm.closed_at - alarm.received_at) if alarm.closed_at else "",
    }
    shown["version"] = fingerprint([(name, value) for name, value in shown.items() if name != "people"], people)
    return shown


def steps_of(alarm: Alarm) -> list[dict]:
    """The life of an alarm as parts/timeline.html wants it."""
    return [
        {
            "what": step.get_move_display(),
            "who": step.by.name if step.by_id else _("by itself"),
            "when": step.at,
            "note": step.note,
            "current": step.no == alarm.steps_taken and alarm.status in OPEN,
            "tone": "ok" if step.move == "close" else "bad" if step.move in ("raise", "again", "reopen") else "",
        }
        for step in alarm.taken
    ]


def fingerprint(*things) -> str:
    """A short text that changes when any of the things does."""
    return hashlib.sha256(repr(things).encode()).hexdigest()[:16]


def ago_words() -> dict[str, str]:
    """What the board's script says of how long ago something was; `{n}` is filled in there."""
    return {
        "now": _("just now"),
        "seconds": _("{n} s ago"),
        "minutes": _("{n} min ago"),
        "hours": _("{n} h ago"),
    }


def clock_time(at: datetime) -> str:
    return timezone.localtime(at).strftime("%H:%M:%S")
