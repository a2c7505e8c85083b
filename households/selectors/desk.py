"""What around the homes needs a hand now: sightings without an answer, proposals to decide, terms that end."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from households.models import HouseholdHead, Nomination
from households.selectors import telling
from shengkang.organization import access
from shengkang.organization.selectors import day_of

FIRST_ROWS = 5


def needs_a_hand(user, at: datetime) -> list[dict[str, Any]]:
    """The panels of the desk's front page; only what `user` may do something about."""
    return [*telling.needs_a_hand(user, at), *_proposals(user), *_terms(user, at)]


def _proposals(user) -> list[dict[str, Any]]:
    if not access.may(user, "head_nomination", "decide"):
        return []
    waiting = Nomination.objects.visible_to(user).waiting().select_related("person", "village").order_by("at", "pk")
    return [
        {
            "title": _("Proposals for heads to decide"),
            "count": waiting.count(),
            "url": reverse("admin:households_nomination_changelist") + "?decision__exact=waiting",
            "rows": [
                {
                    "label": f"{each.person.name} · {each.village.name}",
                    "url": reverse("admin:households_nomination_change", args=[each.pk]),
                    "meta": day_of(each.at).isoformat(),
                }
                for each in waiting[:FIRST_ROWS]
            ],
            "empty_text": _("No village waits for a decision."),
            "tone": "warn",
            "icon": "people",
        }
    ]


def _terms(user, at: datetime) -> list[dict[str, Any]]:
    if not access.may(user, "head_nomination", "decide"):
        return []
    today = day_of(at)
    ending = (
        HouseholdHead.objects.visible_to(user).ending_soon(today).select_related("user", "village").order_by("term_ends_on", "pk")
    )
    return [
        {
            "title": _("Terms that end within 60 days"),
            "count": ending.count(),
            "url": reverse("admin:households_householdhead_changelist") + "?hand=ending",
            "rows": [
                {
                    "label": f"{head.user.name} · {head.village.name}",
                    "url": reverse("admin:households_householdhead_change", args=[head.pk]),
                    "badge": head.term_ends_on.isoformat(),
                    "tone": "bad" if head.term_ends_on < today else "warn",
                }
                for head in ending[:FIRST_ROWS]
            ],
            "empty_text": _("No term ends soon."),
            "tone": "warn",
            "icon": "calendar",
        }
    ]
