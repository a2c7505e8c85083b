"""百米岗: security posts and their liaisons, alarm points, devices and vehicles, cameras as an inventory, and alarms."""

from posts.models.alarms import Alarm, AlarmStep, Response, Signal
from posts.models.equipment import AlarmPoint, Camera, Device, Installation, Vehicle
from posts.models.places import Liaison, MemberUnit, SecurityPost

__all__ = [
    "Alarm",
    "AlarmPoint",
    "AlarmStep",
    "Camera",
    "Device",
    "Installation",
    "Liaison",
    "MemberUnit",
    "Response",
    "SecurityPost",
    "Signal",
    "Vehicle",
]
