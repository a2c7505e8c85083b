from django.urls import path

from shengkang.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.Dashboard.as_view(), name="dashboard"),
    path("rows/", views.Rows.as_view(), name="rows"),
    path("reports/", views.Briefings.as_view(), name="briefings"),
    path("reports/<uuid:pk>/", views.BriefingFile.as_view(), name="briefing"),
    path("reports/<uuid:pk>/issue/", views.IssueBriefing.as_view(), name="issue"),
]
