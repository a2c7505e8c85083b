"""The desk of the posts: alarms, places and what hangs there."""

from posts.admin.alarms import AlarmAdmin
from posts.admin.equipment import AlarmPointAdmin, CameraAdmin, DeviceAdmin, InstallationAdmin, VehicleAdmin
from posts.admin.places import LiaisonAdmin, MemberUnitAdmin, SecurityPostAdmin

__all__ = [
    "AlarmAdmin",
    "AlarmPointAdmin",
    "CameraAdmin",
    "DeviceAdmin",
    "InstallationAdmin",
    "LiaisonAdmin",
    "MemberUnitAdmin",
    "SecurityPostAdmin",
    "VehicleAdmin",
]
