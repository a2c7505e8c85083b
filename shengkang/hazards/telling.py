"""Who is told what about a hazard. No text names a person, a place or what was seen: it may reach a lock screen."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from shengkang.hazards.models import Hazard, HazardStep
from shengkang.notices import services as notices
from shengkang.organization.access import Role
from shengkang.organization.models import User

DESK = (Role.STATION_CHIEF, Role.OFFICER)


def _tell(to: User | None, kind: str, text: str, hazard: Hazard, step: HazardStep, at: datetime) -> None:
    """Once per step and account; nobody is told what he did himself."""
    if to is not None and to.pk != step.by_id:
        notices.notify(to=to, kind=kind, text=text, key=f"hazard:{hazard.pk}:{step.no}", link=hazard.get_absolute_url(), at=at)


def tell_officers(hazard: Hazard, step: HazardStep, at: datetime) -> None:
    """What is dangerous right now is told to the chief and all officers of the station."""
    if hazard.level == Hazard.Level.AT_ONCE:
        for officer in User.objects.filter(station=hazard.station, is_active=True, memberships__role__in=DESK).distinct():
            _tell(officer, "hazard.at_once", _("Something dangerous right now was reported. Open the message to see where."),
                  hazard, step, at)  # fmt: skip


def tell_of_task(hazard: Hazard, step: HazardStep, at: datetime) -> None:
    """Whoever shall put it right learns of it and of the limit."""
    limit = {"limit": timezone.localtime(hazard.due_at).strftime("%Y-%m-%d %H:%M")}
    text = {
        "assign": _("A hazard was given to you to put right by %(limit)s. Open the message to see it."),
        "send_back": _("A hazard you were to put right was sent back to you. Put it right by %(limit)s."),
    }[step.move]
    _tell(hazard.assigned_to, "hazard.task", text % limit, hazard, step, at)


def tell_relieved(former: User, hazard: Hazard, step: HazardStep, at: datetime) -> None:
    """Whoever had the task learns that it is no longer his."""
    _tell(former, "hazard.relieved", _("A hazard you were to put right was given to somebody else. Nothing is left for you to do."),
          hazard, step, at)  # fmt: skip


def tell_to_look_again(hazard: Hazard, step: HazardStep, at: datetime) -> None:
    """Whoever gave it to somebody is asked to look again; what nobody gave away stands on the desk's front page."""
    giver = HazardStep.objects.filter(hazard=hazard, move="assign", no__lt=step.no).select_related("by").order_by("-no").first()
    if giver is not None:
        _tell(giver.by, "hazard.look_again", _("A hazard you assigned was put right. Please look at it again."), hazard, step, at)


def tell_the_finder(hazard: Hazard, step: HazardStep, at: datetime) -> None:
    """Whoever found it learns what became of it."""
    text = {
        "look_again": _("The hazard you reported was put right and looked at again. Thank you."),
        "dismiss": _("The hazard you reported was looked into: it is none. Open the message to read why."),
    }[step.move]
    _tell(hazard.found_by, "hazard.outcome", text, hazard, step, at)
