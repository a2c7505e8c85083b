"""What happened to a case, from every book that tells of it: its steps with what they changed, its climb up the ladder, who was told.

Who looked at it stands in the access log, which opens by approval only, and not here.
"""

from collections import defaultdict
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shengkang.cases.models import Category, DisputeCase
from shengkang.notices.models import Notice
from shengkang.organization.models import Unit, User

# What a step may change beside the state, in the order one reads it; the history table keeps the values of each step.
TOLD = ("village", "category", "channel", "scale", "restricted", "risk", "grade", "officer", "mediator", "procedure", "due_at")
NAMED = {"village": Unit, "category": Category, "officer": User, "mediator": User}


def timeline(case: DisputeCase) -> list[dict[str, Any]]:
    """The oldest first; each `{what, who, when, note, current, changes: [(field, from, to)], tone}` and `no` of a step, as parts/timeline.html wants it."""
    entries = [*_steps(case), *_climbs(case), *_messages(case)]
    return sorted(entries, key=lambda entry: entry["order"])


def _entry(at: datetime, *order: int, **told) -> dict[str, Any]:
    """`order` of what happened in the same moment: the steps by their number, then what followed from them."""
    return {
        "when": at,
        "order": (at, *order),
        "no": 0,
        "who": "",
        "note": "",
        "current": False,
        "changes": [],
        "tone": "",
        **told,
    }


def _steps(case) -> list[dict]:
    changes = _changes(case)
    entries = []
    for step in case.steps.select_related("by").order_by("no"):
        what = step.get_move_display()
        if step.from_status != step.to_status and step.from_status:
            what = f"{what} · {step.get_from_status_display()} → {step.get_to_status_display()}"
        entries.append(
            _entry(
                step.at, 0, step.no, no=step.no, what=what, who=step.by.name, note=step.note, current=step.no == case.steps_taken,
                changes=changes.get(step.no, []),
            )
        )  # fmt: skip
    return entries


def _changes(case) -> dict[int, list[tuple[str, str, str]]]:
    """By the number of the step: what it changed, from what to what. Text and places are not in the history (models/case.py)."""
    columns = {name: DisputeCase._meta.get_field(name).attname for name in TOLD}
    rows = list(case.events.order_by("pgh_id").values("steps_taken", *columns.values()))
    found: dict[int, dict[str, tuple[Any, Any]]] = defaultdict(dict)
    for before, after in pairwise(rows):
        for name, column in columns.items():
            if before[column] != after[column]:
                first = found[after["steps_taken"]].get(name, (before[column], None))[0]
                found[after["steps_taken"]][name] = (first, after[column])
    names = _names(found.values())
    return {
        no: [
            (str(DisputeCase._meta.get_field(name).verbose_name), _said(name, old, names), _said(name, new, names))
            for name, (old, new) in changed.items()
            if old != new
        ]
        for no, changed in found.items()
    }


def _names(changes) -> dict[tuple[type, Any], str]:
    """Names of the villages, categories and people that changed, one query for each kind there is."""
    wanted = defaultdict(set)
    for changed in changes:
        for name in changed.keys() & NAMED.keys():
            wanted[NAMED[name]] |= set(changed[name]) - {None, ""}
    return {
        (model, pk): name
        for model, keys in wanted.items()
        if keys
        for pk, name in model.objects.filter(pk__in=keys).values_list("pk", "name")
    }


def _said(name, value, names) -> str:
    """A value as the file says it."""
    if value in (None, ""):
        return pgettext("value", "nothing")
    if name in NAMED:
        return names.get((NAMED[name], value), "–")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return str(dict(DisputeCase._meta.get_field(name).flatchoices).get(value, value))


def _climbs(case) -> list[dict]:
    return [
        _entry(
            each.at, 1, each.pk, what=_("climbed the ladder · %(desk)s") % {"desk": each.get_desk_display()},
            note=f"{each.get_cause_display()}", tone="warn",
        )
        for each in case.escalations.order_by("pk")
    ]  # fmt: skip


def _messages(case) -> list[dict]:
    """Who was told because of this case, in one line for those told together; messages to phones carry no more than that."""
    told: dict[tuple, list[str]] = defaultdict(list)
    # Messages are indexed by whom they went to; bounds instead of LIKE, ";" is the sign after ":".
    perhaps = User.objects.filter(
        Q(station=case.station_id, is_staff=True) | Q(pk__in=case.reports.values("by")) | Q(pk=case.mediator_id)
    )
    sent = Notice.objects.filter(to__in=perhaps, key__gt=f"case:{case.pk}:", key__lt=f"case:{case.pk};")
    for each in sent.select_related("to").order_by("at", "pk"):
        told[(each.at, each.text)].append(each.to.name)
    return [
        _entry(at, 2, no, what=_("message sent"), who=pgettext("list", ", ").join(names), note=text)
        for no, ((at, text), names) in enumerate(told.items())
    ]
