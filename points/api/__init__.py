"""The programs' face of the reward: wallets and why, what shops offer, redemptions."""

from rest_framework.routers import SimpleRouter

from points.api.ledger import TransferViewSet, WalletViewSet
from points.api.shops import CatalogueViewSet, RedemptionViewSet, ShopViewSet
from points.api_evaluation import urlpatterns as evaluation_urls

router = SimpleRouter()
router.register("wallets", WalletViewSet, basename="wallet")
router.register("transfers", TransferViewSet, basename="transfer")
router.register("shops", ShopViewSet, basename="shop")
router.register("catalogue", CatalogueViewSet, basename="catalogue")
router.register("redemptions", RedemptionViewSet, basename="redemption")
urlpatterns = [*router.urls, *evaluation_urls]
