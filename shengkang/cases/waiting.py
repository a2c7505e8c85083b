"""What needs a hand now, as one table: the list's filter, the panels of the front page and the addresses between them read it here."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _

from shengkang.organization.selectors import day_of, end_of

NEARER = Least("due_at", "state_due_at")


class Waiting(NamedTuple):
    """`among(cases, user, at)`: those of `cases` that wait for it; `order`: who waits longest comes first."""

    title: Any
    among: Callable[[QuerySet, Any, datetime], QuerySet]
    order: Any
    tone: str
    icon: str


WAITING: dict[str, Waiting] = {
    "ungraded": Waiting(_("to be graded"), lambda cases, user, at: cases.ungraded(), "opened_at", "warn", "report"),
    "overdue": Waiting(_("overdue"), lambda cases, user, at: cases.overdue(at), NEARER, "bad", "warning"),
    "today": Waiting(_("due today"), lambda cases, user, at: cases.due_between(at, end_of(day_of(at))), NEARER, "warn", "clock"),
    "unassigned": Waiting(_("nobody in charge"), lambda cases, user, at: cases.unassigned(), "due_at", "warn", "user"),
    "offered": Waiting(_("offered to me"), lambda cases, user, at: cases.offered_to(user), "opened_at", "warn", "user"),
    "paused": Waiting(
        _("clock stopped too long"), lambda cases, user, at: cases.paused_too_long(day_of(at)), "paused_at", "warn", "clock"
    ),
    "office": Waiting(
        _("no word from the other office"), lambda cases, user, at: cases.waits_for_office(at), "opened_at", "warn", "document"
    ),
    "follow_up": Waiting(
        _("follow-up visit due"), lambda cases, user, at: cases.owed_a_visit(day_of(at)), "opened_at", "warn", "visit"
    ),
    "owing": Waiting(
        _("agreed and not done in time"), lambda cases, user, at: cases.owes_something(day_of(at)), "opened_at", "bad", "warning"
    ),
}  # fmt: skip
