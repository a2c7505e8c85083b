"""The information desk: what waits, how long, and which answer may be read by whom."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from households.models import Sighting, Triage
from shengkang.cases.models import DisputeCase
from shengkang.hazards.models import Hazard
from shengkang.organization import access
from shengkang.organization.selectors import day_of

FIRST_ROWS = 5
# A message of the morning is answered the same day; after that it is late.
LATE_HOURS = 24


def answers_seen_by(user, sighting: Sighting) -> list[dict[str, Any]]:
    """The answers to a sighting, oldest first. Of a protected case one may not read, nothing shows but that it was passed on."""
    answers = list(sighting.answers.select_related("by", "hazard", "case").order_by("pk"))
    readable = set(
        DisputeCase.objects.visible_to(user)
        .filter(pk__in=[each.case_id for each in answers if each.case_id])
        .values_list("pk", flat=True)
    )
    hazards = set(
        Hazard.objects.visible_to(user)
        .filter(pk__in=[each.hazard_id for each in answers if each.hazard_id])
        .values_list("pk", flat=True)
    )
    rows = []
    for each in answers:
        hidden = each.case is not None and each.case.restricted and each.case_id not in readable
        rows.append(
            {
                "outcome": Triage.Outcome.PASSED_ON.label if hidden else each.get_outcome_display(),
                "answer": each.answer,
                "at": each.at,
                "by": each.by,
                "case": each.case if each.case_id in readable else None,
                "hazard": each.hazard if each.hazard_id in hazards else None,
            }
        )
    return rows


def waits(sighting: Sighting, at: datetime) -> tuple[str, str]:
    """How long a sighting has waited, in words, and its tone."""
    hours = int((at - sighting.at).total_seconds() // 3600)
    if hours < 1:
        return _("less than an hour"), ""
    if hours < LATE_HOURS:
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}, "warn"
    days = hours // 24
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}, "bad"


def needs_a_hand(user, at: datetime) -> list[dict[str, Any]]:
    """The desk's panel of sightings that wait for an answer, the one that waits longest first."""
    if not access.may(user, "sighting", "triage"):
        return []
    waiting = Sighting.objects.visible_to(user).unanswered().select_related("village").order_by("at", "pk")
    rows, count = list(waiting[:FIRST_ROWS]), waiting.count()
    oldest, tone = waits(rows[0], at) if rows else ("", "")
    return [
        {
            "title": _("Told, not answered") if not oldest else _("Told, not answered (oldest: %(time)s)") % {"time": oldest},
            "count": count,
            "url": reverse("admin:households_sighting_changelist") + "?desk=waiting",
            "rows": [
                {
                    "label": f"{each.get_kind_display()} {each.village.name}",
                    "url": reverse("admin:households_sighting_change", args=[each.pk]),
                    "meta": day_of(each.at).isoformat(),
                    "badge": waits(each, at)[0],
                    "tone": waits(each, at)[1],
                }
                for each in rows
            ],
            "empty_text": _("Everything told has been answered."),
            "tone": tone or "warn",
            "icon": "warning",
        }
    ]
