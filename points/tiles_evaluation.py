"""What the evaluation hangs on the phone's front page."""

from django.utils.translation import gettext_lazy as _

from points.models import Deed
from shengkang.portal.nails import Shelf, Tile


def _waiting(user) -> int:
    return Deed.objects.waiting_for(user).count()


def evaluation_tiles() -> list[Tile]:
    """PointsConfig.ready() hangs them."""
    return [
        Tile(
            key="points.record_deed",
            title=_("Record a good deed"),
            hint=_("Somebody helped: write it down"),
            icon="star",
            url_name="points:record-deed",
            access_line=("deed", "create"),
            order=75,
            shelf=Shelf.LOOK,
        ),
        Tile(
            key="points.confirm_deeds",
            title=_("Deeds to confirm"),
            hint=_("You are the second person"),
            icon="check",
            url_name="points:deeds-to-confirm",
            access_line=("deed", "confirm"),
            order=55,
            shelf=Shelf.WAIT,
            count=_waiting,
        ),
        Tile(
            key="points.publication",
            title=_("Publication of points"),
            hint=_("Who was thanked for what"),
            icon="people",
            url_name="points:publication",
            access_line=("publication", "read"),
            order=80,
            shelf=Shelf.LOOK,
        ),
    ]
