"""积分超市: shops, goods, dated prices, batches, and redemptions that move points and stock together."""

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from points.models.ledger import Wallet, only_by_functions
from shengkang.audit.models import Fact
from shengkang.organization import access
from shengkang.organization.models import Station, StationQuerySet, Unit, User


def same_station(table: str, key: str, station: str = "NEW.station_id") -> pgtrigger.Trigger:
    """Refuses a row whose `key` points at a row of `table` that belongs to another station."""
    return pgtrigger.Trigger(
        name=f"same_station_{key}",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf(f"{key}_id"),
        func=f"""
            IF (SELECT station_id FROM {table} WHERE id = NEW.{key}_id) IS DISTINCT FROM {station} THEN
                RAISE EXCEPTION '% and % belong to different stations', TG_TABLE_NAME, '{table}' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,  # noqa: S608 table and key are written below
    )


class ShopQuerySet(StationQuerySet):
    def visible_to(self, user):
        return self.of_station_of(user) if access.may(user, "catalogue", "read") else self.none()

    def kept_by(self, user):
        return self.filter(keepers=user)


@pghistory.track()
class Shop(models.Model):
    """积分超市: where points become goods; its keepers redeem and receive."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    village = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("village or community"))
    name = models.CharField(pgettext_lazy("shop", "name"), max_length=60)
    keepers = models.ManyToManyField(User, related_name="shops", blank=True, verbose_name=_("keepers"))
    is_open = models.BooleanField(_("is open"), default=True)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("points supermarket")
        verbose_name_plural = _("points supermarkets")
        ordering = ["village", "id"]
        triggers = [
            pgtrigger.Trigger(
                name="village_of_station",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("village_id", "station_id"),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM organization_coverage WHERE unit_id = NEW.village_id AND station_id = NEW.station_id
                    ) THEN
                        RAISE EXCEPTION 'the village is not served by the station of the shop' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self):
        return self.name


class ItemQuerySet(StationQuerySet):
    def visible_to(self, user):
        return self.of_station_of(user) if access.may(user, "catalogue", "read") else self.none()


@pghistory.track()
class Item(models.Model):
    """Goods of the catalogue, the same in all shops of a station."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    name = models.CharField(pgettext_lazy("goods", "name"), max_length=60)
    measure = models.CharField(_("sold by"), max_length=10, help_text=_("bag, bottle, box …"))
    is_offered = models.BooleanField(_("is offered"), default=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("goods")
        verbose_name_plural = pgettext_lazy("plural", "goods")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["station", "name"], name="goods_named_once")]

    def __str__(self):
        return self.name


class PriceQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(item__in=Item.objects.visible_to(user))

    def in_force(self, day):
        return self.filter(active_from__lte=day).filter(Q(active_to__isnull=True) | Q(active_to__gt=day))


@pghistory.track()
class Price(models.Model):
    """What one piece costs in points from a day on."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="prices", verbose_name=_("goods"))
    points = models.PositiveIntegerField(_("points"))
    active_from = models.DateField(_("in force from"))
    active_to = models.DateField(_("in force until"), null=True, blank=True)

    objects = PriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("price in points")
        verbose_name_plural = _("prices in points")
        ordering = ["item", "-active_from"]
        constraints = [
            models.CheckConstraint(condition=Q(points__gt=0), name="price_is_not_nothing"),
            ExclusionConstraint(
                name="one_price_at_a_time",
                expressions=[
                    ("item", RangeOperators.EQUAL),
                    (Func(F("active_from"), F("active_to"), Value("[)"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self):
        return f"{self.item} {self.points}"


class LotQuerySet(models.QuerySet):
    def visible_to(self, user):
        scopes = access.scopes(user, "stock", "receive_issue_count")
        if "S" in scopes:
            return self.filter(shop__station_id=user.station_id)
        return self.filter(shop__keepers=user) if "O" in scopes else self.none()

    def usable(self, day):
        return self.filter(left__gt=0).filter(Q(expires_on__isnull=True) | Q(expires_on__gte=day))


class Lot(models.Model):
    """A batch of goods received by a shop; `left` moves only together with a stock move."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="lots", db_index=False, verbose_name=_("points supermarket"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="lots", verbose_name=_("goods"))
    received_on = models.DateField(_("received on"))
    expires_on = models.DateField(_("use by"), null=True, blank=True)
    origin = models.CharField(_("where it came from"), max_length=120, blank=True)
    left = models.PositiveIntegerField(_("pieces left"))

    only_functions_write = True
    objects = LotQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch of goods")
        verbose_name_plural = _("batches of goods")
        ordering = ["expires_on", "id"]
        # Not partial on `left`: an index that names it would turn every redemption into a new entry of every index.
        indexes = [models.Index(fields=["shop", "item"], name="lot_of_shop_and_goods")]
        triggers = [
            only_by_functions(pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete),
            same_station("points_item", "item", "(SELECT station_id FROM points_shop WHERE id = NEW.shop_id)"),
        ]
        constraints = [models.CheckConstraint(condition=Q(left__gte=0), name="lot_never_oversold")]

    def __str__(self):
        return f"{self.item} {self.received_on}"


class RedemptionQuerySet(StationQuerySet):
    def visible_to(self, user):
        scopes = access.scopes(user, "redemption", "list")
        if "S" in scopes:
            return self.of_station_of(user)
        mine = Q(shop__keepers=user)
        if user.person_id:
            mine |= Q(wallet__person_id=user.person_id)
        return self.of_station_of(user).filter(mine).distinct() if "O" in scopes else self.none()


class Redemption(models.Model):
    """A basket at the counter: held (points and stock already moved), then collected, cancelled or timed out; collected in error: reversed."""

    class Status(models.TextChoices):
        HELD = "held", pgettext_lazy("redemption", "held")
        COLLECTED = "collected", pgettext_lazy("redemption", "collected")
        CANCELLED = "cancelled", pgettext_lazy("redemption", "cancelled")
        TIMED_OUT = "timed_out", pgettext_lazy("redemption", "timed out")
        REVERSED = "reversed", pgettext_lazy("redemption", "reversed by the station")

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="redemptions", verbose_name=_("points supermarket"))
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="redemptions", verbose_name=_("wallet"))
    status = models.CharField(_("state"), max_length=10, choices=Status.choices, default=Status.HELD)
    points = models.PositiveIntegerField(_("points"))
    key = models.CharField(max_length=100, unique=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("keeper"))
    at = models.DateTimeField(_("at"), db_index=True)
    hold_ends_at = models.DateTimeField(_("held until"))
    ended_at = models.DateTimeField(_("collected or given back at"), null=True, blank=True)

    only_functions_write = True
    objects = RedemptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="held", ended_at__isnull=True) | (~Q(status="held") & Q(ended_at__isnull=False)),
                name="redemption_ended_means_when",
            ),
            models.CheckConstraint(condition=Q(points__gt=0), name="redemption_costs_something"),
        ]
        indexes = [models.Index(fields=["hold_ends_at"], condition=Q(status="held"), name="redemption_held")]
        triggers = [
            only_by_functions(pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete),
            same_station("points_shop", "shop"),
            same_station("points_wallet", "wallet"),
        ]

    def __str__(self):
        return f"{self.shop} {self.points}"


class RedemptionLineQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(redemption__in=Redemption.objects.visible_to(user))


class RedemptionLine(Fact):
    """So many pieces of one kind of goods on a slip, at the price of that day."""

    only_functions_write = True

    redemption = models.ForeignKey(Redemption, models.PROTECT, related_name="lines", verbose_name=_("redemption"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("goods"))
    quantity = models.PositiveIntegerField(_("pieces"))
    points = models.PositiveIntegerField(_("points"), help_text=_("for all pieces of the line"))

    objects = RedemptionLineQuerySet.as_manager()

    class Meta(Fact.Meta):
        triggers = [*Fact.Meta.triggers, only_by_functions(pgtrigger.Insert)]
        verbose_name = _("line of a redemption")
        verbose_name_plural = _("lines of redemptions")
        constraints = [
            models.UniqueConstraint(fields=["redemption", "item"], name="goods_once_per_slip"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_has_pieces"),
        ]

    def __str__(self):
        return f"{self.item} × {self.quantity}"


class StockMoveQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(lot__in=Lot.objects.visible_to(user))


class StockMove(Fact):
    """Pieces into (+) or out of (−) a batch; the sum of a batch's moves is what is left of it."""

    class Kind(models.TextChoices):
        RECEIVE = "receive", _("received")
        REDEEM = "redeem", _("redeemed")
        GIVE_BACK = "give_back", _("given back")

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="moves", verbose_name=_("batch of goods"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    pieces = models.IntegerField(_("pieces"))
    redemption = models.ForeignKey(
        Redemption, models.PROTECT, null=True, blank=True, related_name="moves", verbose_name=_("redemption")
    )
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    only_functions_write = True
    objects = StockMoveQuerySet.as_manager()

    class Meta(Fact.Meta):
        triggers = [*Fact.Meta.triggers, only_by_functions(pgtrigger.Insert)]
        verbose_name = _("stock move")
        verbose_name_plural = _("stock moves")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="redeem", pieces__lt=0, redemption__isnull=False) | (~Q(kind="redeem") & Q(pieces__gt=0)),
                name="stock_moves_the_right_way",
            ),
        ]

    def __str__(self):
        return f"{self.lot} {self.pieces:+d}"
