"""Phone pages of this room, and the alarm board of the station's desk."""

from django.urls import path

from posts import views

app_name = "posts"
urlpatterns = [
    path("board/", views.Board.as_view(), name="board"),
    path("board/data/", views.BoardData.as_view(), name="board-data"),
    path("alarm/", views.RaiseAlarm.as_view(), name="raise"),
    path("alarms/", views.AlarmsNearMe.as_view(), name="alarms"),
    path("alarms/<int:pk>/", views.AlarmPage.as_view(), name="alarm"),
    path("alarms/<int:pk>/acknowledge/", views.Acknowledge.as_view(), name="acknowledge"),
    path("alarms/<int:pk>/depart/", views.Depart.as_view(), name="depart"),
    path("alarms/<int:pk>/arrive/", views.Arrive.as_view(), name="arrive"),
    path("alarms/<int:pk>/close/", views.Close.as_view(), name="close"),
    path("dispute/", views.SettleDispute.as_view(), name="dispute"),
    path("dispute/<int:pk>/", views.Settled.as_view(), name="settled"),
    path("duty/", views.Duty.as_view(), name="duty"),
    path("mine/", views.MyPosts.as_view(), name="mine"),
]
