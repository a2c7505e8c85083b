"""Volunteers, shifts, patrols and findings at the desk."""

from patrols.admin.patrols import FindingAdmin, PatrolAdmin
from patrols.admin.shifts import ShiftAdmin
from patrols.admin.volunteers import VolunteerAdmin

__all__ = ["FindingAdmin", "PatrolAdmin", "ShiftAdmin", "VolunteerAdmin"]
