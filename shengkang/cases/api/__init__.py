"""Disputes for programs."""

from rest_framework.routers import SimpleRouter

from shengkang.cases.api.case import CaseViewSet

router = SimpleRouter()
router.register("cases", CaseViewSet, basename="case")
urlpatterns = router.urls
