"""The phone's pages around patrols: becoming a volunteer, taking shifts, leading a patrol and what it finds. All work without JavaScript."""

from patrols.views.patrolling import End, FindDispute, FindHazard, FindOther, Lead, PatrolPage, Start, StartShift
from patrols.views.shifts import GiveBack, Record, ShiftPage, Shifts, SignUpPage
from patrols.views.volunteering import ApplicationPage, Apply, Leave, Mine, Recommend, Review, Waiting

__all__ = [
    "ApplicationPage",
    "Apply",
    "End",
    "FindDispute",
    "FindHazard",
    "FindOther",
    "GiveBack",
    "Lead",
    "Leave",
    "Mine",
    "PatrolPage",
    "Recommend",
    "Record",
    "Review",
    "ShiftPage",
    "Shifts",
    "SignUpPage",
    "Start",
    "StartShift",
    "Waiting",
]
