"""What heads press on the phone's front page, and who may see the photos of a sighting."""

from django.utils.translation import gettext_lazy as _

from households.models import Sighting
from households.selectors import serving_head
from shengkang.attachments import nails as attachments
from shengkang.portal.nails import Shelf, Tile, hang


def is_serving(user) -> bool:
    return serving_head(user) is not None


hang(
    Tile(
        key="households.quarrel",
        title=_("Report a quarrel"),
        hint=_("The station takes it from there"),
        icon="report",
        url_name="households:quarrel-where",
        access_line=("dispute", "create"),
        offered=is_serving,
        order=10,
    )
)
hang(
    Tile(
        key="households.homes",
        title=_("My homes"),
        hint=_("Who lives there, who needs a visit"),
        icon="home",
        url_name="households:homes",
        access_line=("household", "list"),
        offered=is_serving,
        order=20,
    )
)
hang(
    Tile(
        key="households.visit",
        title=_("Log a visit"),
        hint=_("A talk, a care visit, a look"),
        icon="visit",
        url_name="households:visit-where",
        access_line=("visit", "create"),
        offered=is_serving,
        order=30,
    )
)
hang(
    Tile(
        key="households.sighting",
        title=_("Report something else"),
        hint=_("A stranger, something unusual"),
        icon="warning",
        url_name="households:report-sighting",
        access_line=("sighting", "create"),
        order=40,
    )
)
hang(
    Tile(
        key="households.sightings",
        title=_("My records"),
        hint=_("My visits, and what I told"),
        icon="list",
        url_name="households:sightings",
        access_line=("sighting", "read"),
        order=65,
        shelf=Shelf.LOOK,
    )
)

attachments.hang("households.sighting", Sighting.objects.visible_to)
