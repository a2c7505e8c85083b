"""The face for programs."""

from rest_framework.routers import SimpleRouter

from households.api.campaigns import CampaignViewSet
from households.api.heads import NominationViewSet, TrainingViewSet
from households.api.homes import HomeViewSet, SightingViewSet, VisitViewSet

router = SimpleRouter()
router.register("homes", HomeViewSet, basename="home")
router.register("sightings", SightingViewSet, basename="sighting")
router.register("visits", VisitViewSet, basename="visit")
router.register("nominations", NominationViewSet, basename="nomination")
router.register("trainings", TrainingViewSet, basename="training")
router.register("campaigns", CampaignViewSet, basename="campaign")
urlpatterns = router.urls
