"""What heads and cadres press on the phone's front page, what the desk's front page shows, and who may see which photos."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from households.models import Nomination, Sighting, Training
from households.models.heads import villages_of_cadre
from households.selectors import serving_head
from households.selectors.campaigns import left_for_head
from households.selectors.desk import needs_a_hand
from shengkang.attachments import nails as attachments
from shengkang.organization import panels
from shengkang.organization.selectors import day_of
from shengkang.portal.nails import Shelf, Tile, hang


def is_serving(user) -> bool:
    return serving_head(user) is not None


def speaks_for_a_village(user) -> bool:
    return villages_of_cadre(user).exists()


def is_asked(user) -> bool:
    """Heads and cadres have campaigns on the phone; the station reads them on the desk."""
    return is_serving(user) or speaks_for_a_village(user)


def homes_left(user) -> int:
    return left_for_head(user, day_of(timezone.now()))


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
        icon="edit",
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

hang(
    Tile(
        key="households.campaigns",
        title=_("Campaigns"),
        hint=_("Homes to be looked at one by one"),
        icon="check",
        url_name="households:campaigns",
        access_line=("campaign", "list"),
        offered=is_asked,
        order=25,
        count=homes_left,
        shelf=Shelf.WAIT,
    )
)
hang(
    Tile(
        key="households.nominations",
        title=_("Propose a head"),
        hint=_("And what the station answered"),
        icon="people",
        url_name="households:nominations",
        access_line=("head_nomination", "create"),
        offered=speaks_for_a_village,
        order=20,
    )
)
hang(
    Tile(
        key="households.trainings",
        title=_("My trainings"),
        hint=_("What I learnt this year"),
        icon="calendar",
        url_name="households:trainings",
        access_line=("training", "list"),
        offered=is_serving,
        order=70,
        shelf=Shelf.LOOK,
    )
)

panels.hang("households", needs_a_hand, order=30)
attachments.hang("households.nomination", Nomination.objects.visible_to)
# The sheet names everybody who came: it is for the desk.
attachments.hang(
    "households.training", lambda user: Training.objects.visible_to(user) if user.is_staff else Training.objects.none()
)
attachments.hang("households.sighting", Sighting.objects.visible_to)
