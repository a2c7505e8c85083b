"""The faces of alarms outside the admin: the board at the desk, and the phone of those who raise them and go there."""

from posts.views.board import Board, BoardData
from posts.views.moving import Acknowledge, Arrive, Close, Depart
from posts.views.phone import AlarmPage, AlarmsNearMe, Duty, MyPosts, RaiseAlarm
from posts.views.settling import Settled, SettleDispute

__all__ = [
    "Acknowledge",
    "AlarmPage",
    "AlarmsNearMe",
    "Arrive",
    "Board",
    "BoardData",
    "Close",
    "Depart",
    "Duty",
    "MyPosts",
    "RaiseAlarm",
    "SettleDispute",
    "Settled",
]
