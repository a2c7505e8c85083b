"""What happens around the homes: who lives there, how heads are chosen, taught and parted with, what they tell, and checks of every home."""

from households.services.answering import AsDispute, AsHazard, answer_sighting
from households.services.campaigns import MAX_LINES, Line, check_home, close_campaign, heads_asked, open_campaign
from households.services.choosing import appoint_nominated, decline_nomination, nominate_head, withdraw_nomination
from households.services.heads import (
    TERM_YEARS,
    appoint_head,
    assign_homes,
    end_of_term,
    end_term,
    hand_over_homes,
    renew_term,
)
from households.services.homes import move_in, move_out, register_home
from households.services.refusals import (
    AnswerRefused,
    CampaignRefused,
    CheckIncomplete,
    DayRefused,
    HeadRefused,
    HomeAlreadyRegistered,
    HomeHasAHead,
    HomesStillEntrusted,
    LivesElsewhere,
    NominationDecided,
    NominationRefused,
    NotYourHome,
    SightingRefused,
    TrainingRefused,
)
from households.services.reminding import remind_of_campaigns, remind_of_terms
from households.services.telling import log_visit, parties_at, report_quarrel, report_sighting
from households.services.training import add_to_training, hold_training

__all__ = [
    "MAX_LINES",
    "TERM_YEARS",
    "AnswerRefused",
    "AsDispute",
    "AsHazard",
    "CampaignRefused",
    "CheckIncomplete",
    "DayRefused",
    "HeadRefused",
    "HomeAlreadyRegistered",
    "HomeHasAHead",
    "HomesStillEntrusted",
    "Line",
    "LivesElsewhere",
    "NominationDecided",
    "NominationRefused",
    "NotYourHome",
    "SightingRefused",
    "TrainingRefused",
    "add_to_training",
    "answer_sighting",
    "appoint_head",
    "appoint_nominated",
    "assign_homes",
    "check_home",
    "close_campaign",
    "decline_nomination",
    "end_of_term",
    "end_term",
    "hand_over_homes",
    "heads_asked",
    "hold_training",
    "log_visit",
    "move_in",
    "move_out",
    "nominate_head",
    "open_campaign",
    "parties_at",
    "register_home",
    "remind_of_campaigns",
    "remind_of_terms",
    "renew_term",
    "report_quarrel",
    "report_sighting",
    "withdraw_nomination",
]
