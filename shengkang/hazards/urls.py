"""Phone pages of hazards."""

from django.urls import path

from shengkang.hazards import views

app_name = "hazards"
urlpatterns = [
    path("", views.MyTasks.as_view(), name="tasks"),
    path("found/", views.MyFinds.as_view(), name="found"),
    path("new/", views.ReportHazard.as_view(), name="report"),
    path("<int:pk>/", views.HazardPage.as_view(), name="detail"),
    path("<int:pk>/told/", views.Told.as_view(), name="told"),
    path("<int:pk>/put-right/", views.PutRight.as_view(), name="put-right"),
    path("<int:pk>/look-again/", views.LookAgain.as_view(), name="look-again"),
]
