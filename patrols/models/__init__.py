"""百户义防: volunteers and how they were chosen, shifts to sign up for, patrols with their leader, and what they find."""

from patrols.models.patrols import Attendance, Finding, Patrol
from patrols.models.shifts import PatrolKind, Shift, SignUp
from patrols.models.volunteers import VettingStep, Volunteer

__all__ = ["Attendance", "Finding", "Patrol", "PatrolKind", "Shift", "SignUp", "VettingStep", "Volunteer"]
