"""Disputes for programs."""

from rest_framework.routers import SimpleRouter

from shengkang.cases.api.calls import CallViewSet
from shengkang.cases.api.case import CaseViewSet

router = SimpleRouter()
router.register("cases", CaseViewSet, basename="case")
router.register("calls", CallViewSet, basename="call")
urlpatterns = router.urls
