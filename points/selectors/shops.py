"""What a shop offers today, what lies on its shelves, what waits on its counter."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from points.models import Item, Lot, Price, Redemption, Shop
from shengkang.organization.selectors import day_of, start_of

# Goods that expire within this time are marked, so that they go first.
NEAR_EXPIRY = timedelta(days=30)


@dataclass(frozen=True)
class Offer:
    """One kind of goods on a shop's shelf: what a piece costs today, how many good pieces there are."""

    item: Item
    points: int
    stock: int


def offers(shop: Shop, day: date) -> list[Offer]:
    """What can be redeemed in a shop that day: offered, priced, in stock; cheapest first. Two queries."""
    price = Price.objects.in_force(day).filter(item=OuterRef("pk")).values("points")[:1]
    good = Q(lots__shop=shop, lots__left__gt=0) & (Q(lots__expires_on__isnull=True) | Q(lots__expires_on__gte=day))
    items = (
        Item.objects.filter(station_id=shop.station_id, is_offered=True)
        .annotate(price=Subquery(price), stock=Coalesce(Sum("lots__left", filter=good), 0))
        .filter(price__isnull=False, stock__gt=0)
        .order_by("price", "pk")
    )
    return [Offer(item, item.price, item.stock) for item in items]


def shelf(shop: Shop) -> list[Lot]:
    """The batches of a shop that are not empty, first to expire first."""
    return list(Lot.objects.filter(shop=shop, left__gt=0).select_related("item"))


def expiry_tone(lot: Lot, day: date) -> str:
    """How near a batch is to its day: "bad" past it, "warn" within NEAR_EXPIRY, else nothing."""
    if lot.expires_on is None or lot.expires_on > day + NEAR_EXPIRY:
        return ""
    return "bad" if lot.expires_on < day else "warn"


def slips_of_today(shop: Shop, at: datetime) -> list[Redemption]:
    """What was redeemed in a shop on the local day of `at`, and whatever is still held."""
    return list(
        Redemption.objects.filter(shop=shop)
        .filter(Q(at__gte=start_of(day_of(at))) | Q(status=Redemption.Status.HELD))
        .select_related("wallet__person")
        .prefetch_related("lines__item")
        .order_by("-at", "-pk")[:50]
    )
