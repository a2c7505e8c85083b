from django.urls import path

from shengkang.cases import views

app_name = "cases"
urlpatterns = [
    path("", views.MyReports.as_view(), name="list"),
    path("mediating/", views.Mediating.as_view(), name="mediating"),
    path("<int:pk>/", views.CasePage.as_view(), name="detail"),
]
