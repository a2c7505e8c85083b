"""What the points supermarkets do: receive, price, redeem. What moves points or stock is one call (points/migrations/0004)."""

import json
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from points.models import Item, Lot, Price, Redemption, Shop, Wallet
from points.services.refusals import NotHeld, ReasonMissing, call, call_for
from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of
from shengkang.organization.services import approval_in_force

# How long goods wait on the counter for a hand.
HOLD = timedelta(minutes=15)
# Holds the clock gives back in one transaction.
TIME_OUT_CHUNK = 500


class PriceInThePast(RuleViolation):
    """Prices change from today on, or later."""


class LotExpired(RuleViolation):
    """Goods past their day are not taken in."""


class NoPieces(RuleViolation):
    """A batch has at least one piece."""


@transaction.atomic
def receive_goods(
    *,
    shop: Shop,
    item: Item,
    pieces: int,
    received_on: date,
    by: User,
    at: datetime,
    expires_on: date | None = None,
    origin: str = "",
) -> Lot:
    """Take a batch into a shop: `pieces` > 0, good until the end of `expires_on`. Raises NoPieces, LotExpired."""
    if pieces < 1:
        raise NoPieces(_("Enter how many pieces were received, at least one."))
    if expires_on is not None and expires_on < received_on:
        raise LotExpired(_("These goods are past their use-by day. Do not take them in."))
    return call_for(Lot, "points_receive", shop.pk, item.pk, pieces, received_on, expires_on, origin, by and by.pk, at)


@transaction.atomic
def set_price(*, item: Item, points: int, from_day: date, by: User, at: datetime) -> Price:
    """Let one piece cost `points` from `from_day` on; the price before ends that day, a price set for the same day or later is replaced.

    Raises PriceInThePast: slips already written keep their price, but nobody may rewrite the days behind us.
    """
    if from_day < day_of(at):
        raise PriceInThePast(_("A price cannot be changed for days that are over. Choose today or a later day."))
    Item.objects.select_for_update().get(pk=item.pk)
    Price.objects.filter(item=item, active_from__gte=from_day).delete()
    Price.objects.filter(item=item).in_force(from_day).update(active_to=from_day)
    price = Price.objects.create(item=item, points=points, active_from=from_day)
    audit.note_deed(verb="set_price", about=item, by=by, at=at, detail={"points": points, "from_day": from_day.isoformat()})
    return price


def hold_redemption(
    *, shop: Shop, wallet: Wallet, basket: dict[int, int], key: str, by: User, at: datetime, hold: timedelta = HOLD
) -> Redemption:
    """Put a basket `{item id: pieces}` on the counter: points and pieces move now, and come back if nobody collects within `hold`.

    Prices are those in force on the local day of `at`; the batch that expires first goes first. `key` makes it happen once.
    Raises WalletUnknown, ShopClosed, NotYourShop, BasketEmpty, NoPrice, InsufficientPoints, OutOfStock, KeyReused.
    """
    wanted = json.dumps({str(item): pieces for item, pieces in basket.items()})
    return call_for(Redemption, "points_redeem_hold", shop.pk, wallet.pk, wanted, key, by.pk, at, day_of(at), at + hold)


def collect_redemption(*, redemption: Redemption, by: User, at: datetime) -> Redemption:
    """The goods were handed over. Saying so twice changes nothing. Raises NotHeld, NotYourShop."""
    return call_for(Redemption, "points_redeem_collect", redemption.pk, by.pk, at)


def cancel_redemption(*, redemption: Redemption, by: User, at: datetime, reason: str = "") -> Redemption:
    """Give a held redemption back, points and pieces; its keeper may do it without asking. Raises NotHeld, NotYourShop."""
    return _give_back(redemption, Redemption.Status.CANCELLED, reason or _("cancelled at the counter"), True, by, at)


def reverse_redemption(*, redemption: Redemption, reason: str, by: User, at: datetime, goods_back: bool = True) -> Redemption:
    """The station takes a collected redemption back; `goods_back`: the pieces are on the shelf again.

    Two people are needed: `by` holds an approval of redemption/reverse for this slip. Raises ReasonMissing, ApprovalNeeded, NotHeld.
    """
    if not reason.strip():
        raise ReasonMissing(_("Say why this redemption is taken back; the person will read it."))
    approval_in_force(obj="redemption", action="reverse", target_ref=audit.ref(redemption), by=by, at=at)
    return _give_back(redemption, Redemption.Status.REVERSED, reason.strip()[:200], goods_back, by, at)


def _give_back(redemption, status, reason, goods_back, by, at) -> Redemption:
    if not call("points_redeem_give_back", [redemption.pk], status, reason, goods_back, by.pk, at):
        redemption.refresh_from_db()
        if redemption.status != status:
            raise NotHeld(_("This redemption is no longer waiting. Scan the card again to start a new one."))
        return redemption
    redemption.refresh_from_db()
    return redemption


def time_out_holds(*, at: datetime) -> int:
    """Give back every hold that ended by `at`; returns how many."""
    given_back = 0
    while True:
        due = list(
            Redemption.objects.filter(status=Redemption.Status.HELD, hold_ends_at__lte=at)
            .order_by("hold_ends_at")
            .values_list("pk", flat=True)[:TIME_OUT_CHUNK]
        )
        if not due:
            return given_back
        given_back += call("points_redeem_give_back", due, "timed_out", _("the hold ran out"), True, None, at)
