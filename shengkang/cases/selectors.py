"""Questions about disputes: what needs a hand now, who may take a step, what a reporter is told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from shengkang.cases.agreements import overdue_obligations
from shengkang.cases.models import DisputeCase, FollowUp, Report
from shengkang.cases.moves import Status
from shengkang.cases.waiting import WAITING
from shengkang.organization import access
from shengkang.organization.selectors import day_of

Procedure = DisputeCase.Procedure
FIRST_ROWS = 5
FAILED_TWICE = 2
RISK_TONES = {"green": "ok", "yellow": "warn", "red": "bad"}
STATE_TONES = {
    Status.REPORTED: "warn",
    Status.ACCEPTED: "note",
    Status.MEDIATING: "note",
    Status.AGREED: "note",
    Status.SETTLED: "ok",
    Status.ARCHIVED: "ok",
}


def is_involved(user, case: DisputeCase) -> bool:
    """Whether `user` is in charge of the case, mediates it, told of it, is asked to take it over, or owes it a visit."""
    return (
        user.pk in (case.officer_id, case.mediator_id)
        or case.reports.filter(by=user).exists()
        or case.hand_overs.filter(to=user, taken=None).exists()
        or case.follow_ups.filter(assignee=user, done_at=None).exists()
    )


def may_take_step(user, case: DisputeCase, action: str, obj: str = "dispute") -> bool:
    """Whether the matrix lets `user` do `action` ("assign", "mediate", "close" …) on this case, which he already sees."""
    scopes = access.scopes(user, obj, action)
    return "S" in scopes or ("A" in scopes and is_involved(user, case))


def signals_seen(case: DisputeCase) -> list[str]:
    """The risk signals the file itself shows (codes of RiskSignal): those ticked last time, failed mediations, a party under 18."""
    last = case.assessments.order_by("id").last()
    seen = set(last.signals) if last else set()
    if case.steps.filter(move="break_off").count() >= FAILED_TWICE:
        seen.add("failed_mediation")
    if case.parties.filter(is_minor=True).exists():
        seen.add("elder_or_child")
    return sorted(seen)


def allowed_mediations(case: DisputeCase) -> list[str]:
    """The mediations the latest answers at the gate allow; none before anybody answered (anew after one broke off), none if protected."""
    asked = case.steps.filter(move__in=("gate", "break_off")).order_by("no").last()
    if case.restricted or asked is None or asked.move == "break_off":
        return []
    check = case.gate_checks.last()
    return [each for each in (Procedure.PEOPLE, Procedure.POLICE) if check.allows(each)]


def mediating_now(user) -> int:
    """How many disputes wait for this mediator."""
    return DisputeCase.objects.visible_to(user).open().filter(mediator=user).count()


def lateness(case: DisputeCase, at: datetime) -> tuple[str, str]:
    """The nearer limit in words and its tone, e.g. ("3 days late", "bad"); empty for a case that runs against no limit."""
    if case.paused_at is not None:
        return _("clock stopped"), "note"
    due_at = case.next_due_at
    if due_at is None:
        return "", ""
    days = (day_of(due_at) - day_of(at)).days
    if due_at < at:
        return (_("%(days)s days late") % {"days": -days} if days else _("late")), "bad"
    if days == 0:
        return _("due today"), "warn"
    return _("due %(day)s") % {"day": day_of(due_at).isoformat()}, ""


def needs_a_hand(user, at: datetime) -> list[dict[str, Any]]:
    """The panels of the desk's front page: to be graded, nobody in charge, overdue, due today, visits due; only what `user` sees."""
    if not access.may(user, "dispute", "list"):
        return []
    seen = DisputeCase.objects.visible_to(user)
    visits = (
        FollowUp.objects.due(day_of(at))
        .filter(case__in=seen)
        .select_related("case__village", "case__category")
        .order_by("due_on", "id")
    )
    owed = overdue_obligations(user, at)
    return [
        # Visits and obligations have their own rows and their own days.
        *(_panel(key, seen, user, at) for key in ("ungraded", "overdue", "today", "unassigned")),
        {
            "title": _("Follow-up visits due"),
            "count": visits.count(),
            "url": _desk_list("follow_up"),
            "rows": [
                _row(visit.case, _("since %(day)s") % {"day": visit.due_on.isoformat()}, "warn") for visit in visits[:FIRST_ROWS]
            ],
            "empty_text": _("No visit is owed."),
            "tone": "warn",
            "icon": "visit",
        },
        {
            "title": _("Agreed and not done in time"),
            "count": owed.count(),
            "url": _desk_list("owing"),
            "rows": [
                _row(owing.agreement.case, _("since %(day)s") % {"day": owing.due_on.isoformat()}, "bad")
                for owing in owed[:FIRST_ROWS]
            ],
            "empty_text": _("Everything agreed was done in time."),
            "tone": "bad",
            "icon": "warning",
        },
    ]


def waits_for_others(user, at: datetime) -> list[dict[str, Any]]:
    """Panels of what stands still: asked to take over, clock stopped too long, no word from another office; none where it is empty."""
    if not access.may(user, "dispute", "list"):
        return []
    seen = DisputeCase.objects.visible_to(user)
    panels = [_panel(key, seen, user, at) for key in ("offered", "paused", "office")]
    return [each for each in panels if each["count"]]


def _desk_list(hand: str) -> str:
    return f"{reverse('admin:cases_disputecase_changelist')}?hand={hand}"


def _panel(key: str, seen, user, at) -> dict[str, Any]:
    """A panel of the front page: how many cases wait for it, the first of them, and the list of the same name at the desk."""
    waiting = WAITING[key]
    cases = waiting.among(seen, user, at).order_by(waiting.order, "pk")
    count = cases.count()
    first = cases.select_related("village", "category")[:FIRST_ROWS] if count else ()
    return {
        "title": capfirst(waiting.title),
        "count": count,
        "url": _desk_list(key),
        "rows": [_row(case, *lateness(case, at)) for case in first],
        "empty_text": _("Nothing is waiting."),
        "tone": waiting.tone,
        "icon": waiting.icon,
    }


def _row(case, badge, tone):
    return {
        "label": f"{case.category} · {case.village}",
        "url": reverse("admin:cases_disputecase_change", args=[case.pk]),
        "meta": f"{case.no} · {timezone.localtime(case.opened_at):%Y-%m-%d %H:%M}",
        "badge": badge,
        "tone": tone,
    }


# What a reporter may know of the way a dispute takes. The rest is the parties' and the station's business: of a protected case not even
# that there is a letter, a visit or a protection.
OUTWARD = (
    *("open", "join", "merge", "split", "accept", "mediate", "agree", "settle", "settle_on_the_spot", "archive"),
    *("reopen", "refer", "take_back", "terminate"),
)


def outward_steps(case: DisputeCase):
    """The steps a reporter is shown, in their order; the first one is always there."""
    return list(case.steps.filter(move__in=OUTWARD).order_by("no"))


@dataclass(frozen=True)
class Outcome:
    """What a reporter is told: a word for the state, a sentence, and a tone (ok, warn, note or none)."""

    word: str
    sentence: str
    tone: str


def outcome_for(report: Report) -> Outcome:
    """How the reported dispute stands, in plain words without names, places or the text of others."""
    status = report.case.status
    sentence = {
        Status.REPORTED: _("The station has your report. An officer will look at it."),
        Status.ACCEPTED: _("The station has taken it on."),
        Status.MEDIATING: _("A mediator is talking with both sides."),
        Status.AGREED: _("Both sides came to an agreement. It is being settled."),
        Status.SETTLED: _("It is settled. Somebody will visit to see whether the peace holds."),
        Status.ARCHIVED: _("It is settled, and the peace held. Thank you for telling us."),
        Status.REFERRED: _("It was handed to the office in charge of such matters."),
        Status.MERGED: _("Others told of the same matter; it is handled together with theirs."),
        Status.TERMINATED: _("It was ended without a settlement. If it breaks out again, tell us."),
    }[status]
    # What waits at the station is no warning to the one who told us.
    tone = "note" if status == Status.REPORTED else STATE_TONES.get(status, "")
    return Outcome(report.case.get_status_display(), sentence, tone)
