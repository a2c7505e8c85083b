from django.urls import path

from households.views import homes, mine, telling

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
]
