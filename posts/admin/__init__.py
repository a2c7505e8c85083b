"""The desk of the posts: alarms, places and what hangs there."""

from posts.admin.equipment import AlarmPointAdmin, CameraAdmin, DeviceAdmin, InstallationAdmin, VehicleAdmin
from posts.admin.places import LiaisonAdmin, MemberUnitAdmin, SecurityPostAdmin

__all__ = [
    "AlarmPointAdmin",
    "CameraAdmin",
    "DeviceAdmin",
    "InstallationAdmin",
    "LiaisonAdmin",
    "MemberUnitAdmin",
    "SecurityPostAdmin",
    "VehicleAdmin",
]
