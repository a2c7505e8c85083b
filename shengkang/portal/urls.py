from django.urls import path

from shengkang.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.Home.as_view(), name="home"),
    path("account/", views.Account.as_view(), name="account"),
    path("account/consents/<int:pk>/withdraw/", views.WithdrawConsent.as_view(), name="withdraw-consent"),
]
