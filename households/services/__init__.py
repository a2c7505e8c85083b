"""What happens around the homes: registering them, moving in and out, heads and their terms, and what a head sees and tells."""

from households.services.heads import appoint_head, assign_homes, end_term, hand_over_homes
from households.services.homes import move_in, move_out, register_home
from households.services.refusals import (
    DayRefused,
    HeadRefused,
    HomeAlreadyRegistered,
    HomeHasAHead,
    LivesElsewhere,
    NotYourHome,
    SightingRefused,
)
from households.services.telling import log_visit, parties_at, report_quarrel, report_sighting

__all__ = [
    "DayRefused",
    "HeadRefused",
    "HomeAlreadyRegistered",
    "HomeHasAHead",
    "LivesElsewhere",
    "NotYourHome",
    "SightingRefused",
    "appoint_head",
    "assign_homes",
    "end_term",
    "hand_over_homes",
    "log_visit",
    "move_in",
    "move_out",
    "parties_at",
    "register_home",
    "report_quarrel",
    "report_sighting",
]
