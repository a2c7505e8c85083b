"""A hazard as one reads it, on the phone and at the desk: its facts, its steps, its photos from before and from afterwards."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shengkang.attachments.models import Attachment
from shengkang.hazards import selectors
from shengkang.hazards.models import Hazard, HazardStep
from shengkang.organization.desk_parts import moment

# Photos of these steps show the danger, those of the others show it gone.
BEFORE = ("find", "assign", "send_back", "dismiss", "reopen")


def facts(hazard: Hazard, at: datetime) -> list[dict]:
    """As templates/parts/facts.html wants them; the state is left to the page."""
    late, tone = selectors.lateness(hazard, at)
    told = [
        {
            "label": pgettext("hazard", "level"),
            "value": hazard.get_level_display(),
            "tone": selectors.LEVEL_TONES.get(hazard.level, "note"),
            "mark": "" if hazard.level == Hazard.Level.AT_ONCE else "none",
        },
        {"label": _("due at"), "value": late and f"{moment(hazard.due_at)} · {late}", "tone": tone},
        {"label": _("hazard group"), "value": hazard.group.name},
        {"label": _("village or community"), "value": hazard.village.name},
        {"label": _("place"), "value": hazard.place if hazard.place != hazard.village.name else ""},
        {"label": _("what is dangerous"), "value": hazard.text},
        {"label": _("who answers for it"), "value": hazard.answers_for_it},
        {"label": _("found by"), "value": f"{hazard.found_by.name} · {hazard.get_channel_display()}"},
        {"label": _("found at"), "value": moment(hazard.found_at)},
        {"label": _("to be put right by"), "value": hazard.assigned_to.name if hazard.assigned_to else ""},
    ]
    return [fact for fact in told if fact["value"]]


def steps(hazard: Hazard) -> list[dict]:
    """As templates/parts/timeline.html wants them."""
    return [
        {
            "what": step.get_move_display(),
            "who": step.by.name,
            "when": step.at,
            "note": step.note,
            "tone": "bad" if step.move in ("send_back", "reopen") else "",
            "current": step.no == hazard.steps_taken,
        }
        for step in hazard.steps.all()
    ]


def photos(hazard: Hazard) -> tuple[list[Attachment], list[Attachment]]:
    """Those that show the danger and those that show it gone, in the order they were taken; each knows its `step`."""
    by_step = {step.pk: step for step in hazard.steps.all()}
    files = Attachment.objects.filter(
        owner_label=HazardStep._meta.label_lower, owner_id__in=by_step, kind=Attachment.Kind.PICTURE
    ).select_related("by")
    before, after = [], []
    for file in files:
        file.step = by_step[file.owner_id]
        (before if file.step.move in BEFORE else after).append(file)
    return before, after
