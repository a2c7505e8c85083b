from django.urls import path

from shengkang.cases import views, views_agreements

app_name = "cases"
urlpatterns = [
    path("", views.MyReports.as_view(), name="list"),
    path("mediating/", views.Mediating.as_view(), name="mediating"),
    path("visits/", views_agreements.Visits.as_view(), name="visits"),
    path("visits/<int:pk>/", views_agreements.Visit.as_view(), name="visit"),
    path("obligations/<int:pk>/", views_agreements.Perform.as_view(), name="perform"),
    path("<int:pk>/agreement/", views_agreements.AgreementPage.as_view(), name="agreement"),
    path("<int:pk>/sign/<slug:who>/", views_agreements.Sign.as_view(), name="sign"),
    path("<int:pk>/", views.CasePage.as_view(), name="detail"),
]
