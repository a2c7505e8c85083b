"""Shops, what they offer, and redemptions. A keeper's program holds a basket by the card, then collects or cancels."""

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, permissions, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from points import services
from points.models import Item, Price, Redemption, RedemptionLine, Shop
from points.selectors.ledger import wallet_by_card
from points.services.refusals import WalletUnknown
from shengkang.organization.api import IDEMPOTENCY_KEY, ByMatrix, answer_once
from shengkang.organization.selectors import day_of


class ShopSerializer(serializers.ModelSerializer):
    class Meta:
        model = Shop
        fields = ["id", "name", "village", "is_open"]


class ShopViewSet(viewsets.ReadOnlyModelViewSet):
    """The points supermarkets of the station."""

    serializer_class = ShopSerializer
    permission_classes = [permissions.IsAuthenticated, ByMatrix]
    access_object = "catalogue"
    access_actions = {"list": "read", "retrieve": "read"}
    queryset = Shop.objects.none()

    def get_queryset(self):
        return Shop.objects.visible_to(self.request.user)


class ItemSerializer(serializers.ModelSerializer):
    points = serializers.SerializerMethodField()

    class Meta:
        model = Item
        fields = ["id", "name", "measure", "is_offered", "points"]

    def get_points(self, item) -> int | None:
        """What one piece costs today; null without a price."""
        return self.context["prices"].get(item.pk)


class CatalogueViewSet(viewsets.ReadOnlyModelViewSet):
    """The goods of the station with today's price in points."""

    serializer_class = ItemSerializer
    permission_classes = [permissions.IsAuthenticated, ByMatrix]
    access_object = "catalogue"
    access_actions = {"list": "read", "retrieve": "read"}
    queryset = Item.objects.none()

    def get_queryset(self):
        return Item.objects.visible_to(self.request.user)

    def get_serializer_context(self):
        context = super().get_serializer_context()
        prices = Price.objects.none()
        if self.request is not None:
            prices = Price.objects.visible_to(self.request.user).in_force(day_of(timezone.now()))
        return context | {"prices": dict(prices.values_list("item_id", "points"))}


class RedemptionLineSerializer(serializers.ModelSerializer):
    class Meta:
        model = RedemptionLine
        fields = ["item", "quantity", "points"]


class RedemptionSerializer(serializers.ModelSerializer):
    lines = RedemptionLineSerializer(many=True, read_only=True)

    class Meta:
        model = Redemption
        fields = ["id", "shop", "status", "points", "lines", "at", "hold_ends_at", "ended_at"]


class BasketLineSerializer(serializers.Serializer):
    item = serializers.IntegerField(min_value=1)
    pieces = serializers.IntegerField(min_value=1, max_value=99)


class HoldSerializer(serializers.Serializer):
    """`card`: what the QR code says, or the digits below it."""

    shop = serializers.IntegerField(min_value=1)
    card = serializers.CharField(max_length=200)
    basket = BasketLineSerializer(many=True, allow_empty=False, max_length=50)

    def validate_basket(self, basket):
        if len({line["item"] for line in basket}) != len(basket):
            raise serializers.ValidationError(_("Name each kind of goods once."))
        return basket


class HeldSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    points = serializers.IntegerField()
    hold_ends_at = serializers.DateTimeField()


class RedemptionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Slips: one's own, a keeper's shop's, for the station's officers all."""

    serializer_class = RedemptionSerializer
    permission_classes = [permissions.IsAuthenticated, ByMatrix]
    access_object = "redemption"
    access_actions = {"list": "list", "retrieve": "list", "create": "create", "collect": "create", "cancel": "create"}
    filterset_fields = ["status", "shop"]
    queryset = Redemption.objects.none()

    def get_queryset(self):
        return Redemption.objects.visible_to(self.request.user).prefetch_related("lines")

    @extend_schema(request=HoldSerializer, responses={201: HeldSerializer}, parameters=[IDEMPOTENCY_KEY])
    def create(self, request):
        """Hold a basket: points and goods move now; collect or cancel it, or it goes back by itself."""
        form = HoldSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        shop = get_object_or_404(Shop.objects.kept_by(request.user), pk=wanted["shop"])

        def do():
            wallet = wallet_by_card(shop.station_id, wanted["card"])
            if wallet is None:
                raise WalletUnknown(_("This card is not known at this station. Ask for a new card."))
            slip = services.hold_redemption(
                shop=shop,
                wallet=wallet,
                basket={line["item"]: line["pieces"] for line in wanted["basket"]},
                key=f"{request.user.pk}:{request.headers['Idempotency-Key']}",
                by=request.user,
                at=timezone.now(),
            )
            return {"id": slip.pk, "points": slip.points, "hold_ends_at": slip.hold_ends_at.isoformat()}

        return answer_once(request, verb="hold_redemption", body=wanted, do=do)

    def _own_slip(self):
        """The slip, if the user keeps its shop: one he only sees as a customer is not his to move (403)."""
        slip = self.get_object()
        if not Shop.objects.kept_by(self.request.user).filter(pk=slip.shop_id).exists():
            raise PermissionDenied
        return slip

    @extend_schema(request=None, responses=RedemptionSerializer)
    @action(detail=True, methods=["post"])
    def collect(self, request, pk=None):
        """The goods were handed over. Saying so twice changes nothing."""
        slip = services.collect_redemption(redemption=self._own_slip(), by=request.user, at=timezone.now())
        return Response(RedemptionSerializer(slip).data)

    @extend_schema(request=None, responses=RedemptionSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request, pk=None):
        """Give a held redemption back. Saying so twice changes nothing."""
        slip = services.cancel_redemption(redemption=self._own_slip(), by=request.user, at=timezone.now())
        return Response(RedemptionSerializer(slip).data)
