from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.generic import RedirectView

from shengkang.organization import views
from shengkang.organization.log_in import views as door

urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.LogIn.as_view(), name="login"),
    path("login/code/", door.Code.as_view(), name="login-code"),
    path("second-factor/", door.OwnSecondFactor.as_view(), name="second-factor"),
    path("sessions/", door.OwnSessions.as_view(), name="sessions"),
    path("card/", door.Card.as_view(), name="card"),
    path("card/<str:token>/", door.open_card, name="card-open"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", views.OwnPassword.as_view(), name="password-change"),
    # The admin has no doors of its own.
    path("admin/login/", views.admin_log_in),
    path("admin/logout/", LogoutView.as_view()),
    path("admin/password_change/", RedirectView.as_view(pattern_name="password-change")),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
