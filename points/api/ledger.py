"""Wallets and transfers: read only, for nobody writes them but the verbs."""

from rest_framework import permissions, serializers, viewsets

from points.models import Transfer, Wallet
from points.selectors.ledger import rule_of
from shengkang.organization.api import ByMatrix


class WalletSerializer(serializers.ModelSerializer):
    class Meta:
        model = Wallet
        fields = ["id", "person", "balance", "debt"]


class WalletViewSet(viewsets.ReadOnlyModelViewSet):
    """What people hold: one's own wallet, for the station's officers all of them. The cards are on no list."""

    serializer_class = WalletSerializer
    permission_classes = [permissions.IsAuthenticated, ByMatrix]
    access_object = "points_account"
    access_actions = {"list": "read", "retrieve": "read"}
    queryset = Wallet.objects.none()

    def get_queryset(self):
        return Wallet.objects.visible_to(self.request.user).filter(kind=Wallet.Kind.PERSON)


class TransferSerializer(serializers.ModelSerializer):
    # Plain text: the choices of other rooms are called "kind" as well.
    kind = serializers.CharField(read_only=True)
    rule = serializers.SerializerMethodField()

    class Meta:
        model = Transfer
        fields = [
            "id",
            "kind",
            "amount",
            "from_wallet",
            "to_wallet",
            "rule",
            "period",
            "redemption",
            "reverses",
            "reason",
            "at",
        ]

    def get_rule(self, transfer) -> str:
        """In words; a confidential matter is only called that."""
        return rule_of(transfer)


class TransferViewSet(viewsets.ReadOnlyModelViewSet):
    """Every movement of points one may see, newest first."""

    serializer_class = TransferSerializer
    permission_classes = [permissions.IsAuthenticated, ByMatrix]
    access_object = "points_entry"
    access_actions = {"list": "list", "retrieve": "list"}
    filterset_fields = ["kind", "period"]
    queryset = Transfer.objects.none()

    def get_queryset(self):
        return Transfer.objects.visible_to(self.request.user).select_related("rule", "case")
