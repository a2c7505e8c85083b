from django.urls import path

from households.views import campaigns, choosing, homes, mine, telling, training

app_name = "households"
urlpatterns = [
    path("homes/", homes.HomePicker.as_view(), name="homes"),
    path("homes/<int:pk>/", homes.HomePage.as_view(), name="home"),
    path("homes/<int:pk>/quarrel/", telling.ReportQuarrel.as_view(), name="quarrel"),
    path("homes/<int:pk>/visit/", telling.LogVisit.as_view(), name="visit"),
    path("quarrel/", homes.QuarrelWhere.as_view(), name="quarrel-where"),
    path("visit/", homes.VisitWhere.as_view(), name="visit-where"),
    path("sightings/", mine.MySightings.as_view(), name="sightings"),
    path("sightings/new/", telling.ReportSighting.as_view(), name="report-sighting"),
    path("sightings/<int:pk>/", telling.SightingPage.as_view(), name="sighting"),
    path("sightings/<int:pk>/told/", telling.Told.as_view(), name="told"),
    path("visits/", mine.MyVisits.as_view(), name="visits"),
    path("nominations/", choosing.Nominations.as_view(), name="nominations"),
    path("nominations/new/", choosing.WhomToPropose.as_view(), name="propose-whom"),
    path("nominations/new/<int:pk>/", choosing.Propose.as_view(), name="propose"),
    path("nominations/<int:pk>/", choosing.NominationPage.as_view(), name="nomination"),
    path("nominations/<int:pk>/withdraw/", choosing.Withdraw.as_view(), name="withdraw"),
    path("trainings/", training.MyTrainings.as_view(), name="trainings"),
    path("campaigns/", campaigns.Campaigns.as_view(), name="campaigns"),
    path("campaigns/<int:pk>/", campaigns.CampaignPage.as_view(), name="campaign"),
    path("campaigns/<int:pk>/homes/<int:home>/", campaigns.CheckHome.as_view(), name="check"),
]
