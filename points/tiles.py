"""What people press on the phone's front page: their points; for keepers, the counter and the stock."""

from django.utils.translation import gettext_lazy as _

from points.models import Redemption, Shop
from points.tiles_evaluation import evaluation_tiles
from shengkang.portal.nails import Shelf, Tile, hang


def keeps_a_shop(user) -> bool:
    return Shop.objects.kept_by(user).exists()


def waiting(user) -> int:
    """Slips of the user's shops whose goods wait for a hand."""
    return Redemption.objects.filter(shop__keepers=user, status=Redemption.Status.HELD).count()


hang(
    Tile(
        key="points.counter",
        title=_("Counter"),
        hint=_("Scan a card, redeem points"),
        icon="qr",
        url_name="points:counter",
        access_line=("redemption", "create"),
        offered=keeps_a_shop,
        count=waiting,
        order=5,
    )
)
hang(
    Tile(
        key="points.stock",
        title=_("Stock"),
        hint=_("What is on the shelf, goods that came in"),
        icon="shop",
        url_name="points:stock",
        access_line=("redemption", "create"),
        offered=keeps_a_shop,
        order=15,
    )
)
hang(
    Tile(
        key="points.mine",
        title=_("My points"),
        hint=_("How many, and what for"),
        icon="star",
        url_name="points:mine",
        access_line=("points_account", "read"),
        offered=lambda user: user.person_id is not None,
        order=60,
        shelf=Shelf.LOOK,
    )
)

for tile in evaluation_tiles():
    hang(tile)
