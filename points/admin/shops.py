"""Shops on the desk: where, what, for how many points, what is left, what was redeemed."""

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from points import services
from points.admin.ledger import ApprovedReversal, ReversalForm, approved, asking
from points.models import Item, Lot, Price, Redemption, RedemptionLine, Shop, StockMove
from shengkang.audit import services as audit
from shengkang.organization.access import Role
from shengkang.organization.desk import ReadOnlyAdmin, StationAdmin, Verb, VerbForm
from shengkang.organization.desk_parts import ReadOnlyInline
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of, villages_of


class OfOwnStation(StationAdmin):
    """Things of the catalogue: added to one's own station, and the deed written down."""

    access_object, view_action = "catalogue", "read"
    add_action = change_action = "update"

    def _may(self, request, action):
        # A keeper's cell is O: his own shop, on his phone; the desk's catalogue is the station's.
        return super()._may(request, action) and request.user.is_staff

    def save_model(self, request, obj, form, change):
        if not change:
            obj.station = request.user.station
        super().save_model(request, obj, form, change)
        verb = "change_catalogue" if change else "add_to_catalogue"
        detail = {"fields": form.changed_data}
        audit.note_deed(verb=verb, about=obj, by=request.user, at=timezone.now(), detail=detail)


class DeliveryForm(VerbForm):
    item = forms.ModelChoiceField(Item.objects.none(), label=_("Goods"))
    pieces = forms.IntegerField(label=_("Pieces"), min_value=1, max_value=9999)
    expires_on = forms.DateField(label=_("Use by"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    origin = forms.CharField(label=_("Where it came from"), max_length=120, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = Item.objects.visible_to(self.user)


def _receive(shop, *, by, at, **fields):
    return services.receive_goods(shop=shop, received_on=day_of(at), by=by, at=at, **fields)


@admin.register(Shop)
class ShopAdmin(OfOwnStation):
    list_display = ["name", "village", "is_open"]
    list_filter = ["is_open"]
    search_fields = ["name"]
    list_select_related = ["village"]
    fields = ["name", "village", "keepers", "is_open"]
    verbs = (
        Verb("receive_goods", _("Receive goods"), "receive_issue_count", _receive, access_object="stock", form=DeliveryForm),
    )

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "village":
            kwargs["queryset"] = villages_of(request.user.station)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "keepers":
            kwargs["queryset"] = User.objects.holding(Role.SHOP_KEEPER, request.user.station)
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class PriceForm(VerbForm):
    points = forms.IntegerField(label=_("points"), min_value=1, max_value=100_000)
    from_day = forms.DateField(label=_("in force from"), widget=forms.DateInput(attrs={"type": "date"}))


class PriceInline(ReadOnlyInline):
    model = Price
    fields = readonly_fields = ["points", "active_from", "active_to"]


@admin.register(Item)
class ItemAdmin(OfOwnStation):
    list_display = ["name", "measure", "is_offered"]
    list_filter = ["is_offered"]
    search_fields = ["name"]
    fields = ["name", "measure", "is_offered"]
    inlines = [PriceInline]
    verbs = (
        Verb(
            "set_price",
            _("Set a price"),
            "update",
            lambda item, **kwargs: services.set_price(item=item, **kwargs),
            form=PriceForm,
            tone="main",
        ),
    )


@admin.register(Price)
class PriceAdmin(ReadOnlyAdmin):
    access_object, view_action = "catalogue", "read"
    list_display = ["item", "points", "active_from", "active_to"]
    list_select_related = ["item"]
    search_fields = ["item__name"]


class MoveInline(ReadOnlyInline):
    model = StockMove
    fields = readonly_fields = ["at", "kind", "pieces", "redemption", "by"]


@admin.register(Lot)
class LotAdmin(ReadOnlyAdmin):
    access_object, view_action = "stock", "receive_issue_count"
    list_display = ["item", "shop", "left", "expires_on", "received_on", "origin"]
    list_filter = [("expires_on", admin.DateFieldListFilter)]
    search_fields = ["item__name", "shop__name"]
    list_select_related = ["item", "shop"]
    inlines = [MoveInline]


@admin.register(StockMove)
class StockMoveAdmin(ReadOnlyAdmin):
    access_object, view_action = "stock", "receive_issue_count"
    list_display = ["at", "kind", "pieces", "lot", "redemption", "by"]
    list_filter = ["kind"]
    list_select_related = ["lot__item", "redemption__shop", "by"]
    ordering = ["-id"]


class LineInline(ReadOnlyInline):
    model = RedemptionLine
    fields = readonly_fields = ["item", "quantity", "points"]


class ReverseForm(ReversalForm):
    goods_back = forms.BooleanField(label=_("The goods are back on the shelf"), required=False, initial=True)


REVERSE = ("redemption", "reverse")


def _collected(slip) -> bool:
    return slip.status == Redemption.Status.COLLECTED


@admin.register(Redemption)
class RedemptionAdmin(ApprovedReversal, ReadOnlyAdmin):
    access_object, reverse_cell = "redemption", REVERSE
    list_display = ["number", "at", "shop", "wallet", "points", "status"]
    list_filter = ["status"]
    search_fields = ["wallet__person__name", "wallet__person__name_key", "shop__name"]
    list_select_related = ["shop", "wallet__person"]
    fields = ["shop", "wallet", "points", "status", "by", "at", "hold_ends_at", "ended_at"]
    ordering = ["-id"]
    inlines = [LineInline]
    verbs = (
        Verb(
            "reverse",
            _("Take this redemption back"),
            "reverse",
            lambda slip, **kwargs: services.reverse_redemption(redemption=slip, **kwargs),
            access_object="redemption",
            form=ReverseForm,
            offered=lambda slip, user: _collected(slip) and approved(slip, user, REVERSE),
            tone="danger",
            hint=_("The points go back to the card."),
        ),
        asking(REVERSE, _collected),
    )

    def get_readonly_fields(self, request, obj=None):
        return self.fields
