from django.urls import path

from households import views

app_name = "households"
urlpatterns = [
    path("homes/", views.HomePicker.as_view(), name="homes"),
    path("homes/<int:pk>/", views.HomePage.as_view(), name="home"),
    path("homes/<int:pk>/quarrel/", views.ReportQuarrel.as_view(), name="quarrel"),
    path("homes/<int:pk>/visit/", views.LogVisit.as_view(), name="visit"),
    path("quarrel/", views.QuarrelWhere.as_view(), name="quarrel-where"),
    path("visit/", views.VisitWhere.as_view(), name="visit-where"),
    path("sightings/", views.MySightings.as_view(), name="sightings"),
    path("sightings/new/", views.ReportSighting.as_view(), name="report-sighting"),
    path("sightings/<int:pk>/", views.SightingPage.as_view(), name="sighting"),
    path("sightings/<int:pk>/told/", views.Told.as_view(), name="told"),
    path("visits/", views.MyVisits.as_view(), name="visits"),
]
