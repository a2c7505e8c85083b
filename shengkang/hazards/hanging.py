"""What hazards hang in other rooms: who may see their photos, tiles on the phone, panels on the desk's front page."""

from django.utils.translation import gettext_lazy as _

from shengkang.attachments import nails as attachment_nails
from shengkang.hazards import selectors
from shengkang.hazards.models import HazardStep
from shengkang.organization import panels
from shengkang.portal import nails as portal_nails


def hang_everything() -> None:
    attachment_nails.hang("hazards.hazardstep", lambda user: HazardStep.objects.visible_to(user))
    panels.hang("hazards", selectors.needs_a_hand, order=20)
    portal_nails.hang(
        portal_nails.Tile(
            key="hazards.report",
            title=_("Report a hazard"),
            hint=_("Something that can hurt people"),
            icon="warning",
            url_name="hazards:report",
            access_line=("hazard", "create"),
            order=35,
        )
    )
    portal_nails.hang(
        portal_nails.Tile(
            key="hazards.tasks",
            title=_("Hazards to put right"),
            hint=_("Given to me, and what I reported"),
            icon="check",
            url_name="hazards:tasks",
            access_line=("hazard", "list"),
            order=55,
            count=selectors.waiting_for,
            shelf=portal_nails.Shelf.WAIT,
        )
    )
