"""Disputes for programs."""

from rest_framework.routers import SimpleRouter

from shengkang.cases.api.calls import CallViewSet
from shengkang.cases.api.case import CaseViewSet
from shengkang.cases.api.clocks import ClockTablesViewSet
from shengkang.cases.api.lists import SavedFilterViewSet

router = SimpleRouter()
router.register("cases", CaseViewSet, basename="case")
router.register("calls", CallViewSet, basename="call")
router.register("case-clock-tables", ClockTablesViewSet, basename="case-clock-tables")
router.register("saved-filters", SavedFilterViewSet, basename="saved-filter")
urlpatterns = router.urls
