"""Phone pages of this room."""

from django.urls import path

from patrols import views

app_name = "patrols"
urlpatterns = [
    path("volunteers/", views.Waiting.as_view(), name="waiting"),
    path("volunteers/me/", views.Mine.as_view(), name="mine"),
    path("volunteers/new/", views.Apply.as_view(), name="apply"),
    path("volunteers/<int:pk>/", views.ApplicationPage.as_view(), name="application"),
    path("volunteers/<int:pk>/recommend/", views.Recommend.as_view(), name="recommend"),
    path("volunteers/<int:pk>/review/", views.Review.as_view(), name="review"),
    path("volunteers/<int:pk>/leave/", views.Leave.as_view(), name="leave"),
    path("shifts/", views.Shifts.as_view(), name="shifts"),
    path("shifts/<int:pk>/", views.ShiftPage.as_view(), name="shift"),
    path("shifts/<int:pk>/sign-up/", views.SignUpPage.as_view(), name="sign-up"),
    path("shifts/<int:pk>/give-back/", views.GiveBack.as_view(), name="give-back"),
    path("shifts/<int:pk>/start/", views.StartShift.as_view(), name="start-shift"),
    path("record/", views.Record.as_view(), name="record"),
    path("lead/", views.Lead.as_view(), name="lead"),
    path("lead/start/", views.Start.as_view(), name="start"),
    path("<int:pk>/", views.PatrolPage.as_view(), name="patrol"),
    path("<int:pk>/end/", views.End.as_view(), name="end"),
    path("<int:pk>/hazard/", views.FindHazard.as_view(), name="find-hazard"),
    path("<int:pk>/dispute/", views.FindDispute.as_view(), name="find-dispute"),
    path("<int:pk>/something-else/", views.FindOther.as_view(), name="find-other"),
]
