"""What the station does with a dispute, from the first word to the archive. Every verb makes exactly one step (two where it says so)."""

from shengkang.cases.services.closing import (
    archive_case,
    mark_performed,
    record_follow_up,
    reopen_case,
    terminate_case,
)
from shengkang.cases.services.escalating import escalate, remind_of_pauses
from shengkang.cases.services.gate import check_gate, protect_case
from shengkang.cases.services.handing import decline_case, offer_case, take_over
from shengkang.cases.services.judging import accept_case, assess_risk, suggest_risk
from shengkang.cases.services.mediating import begin_mediation, hold_session, record_agreement, settle_case
from shengkang.cases.services.merging import merge_case, split_case
from shengkang.cases.services.opening import (
    assign_case,
    correct_case,
    join_case,
    open_case,
    settle_on_the_spot,
)
from shengkang.cases.services.parties import PartyDetails, add_party, correct_party, remove_party
from shengkang.cases.services.pausing import pause_case, resume_case
from shengkang.cases.services.referring import answer_referral, receive_referral, refer_case, take_back_case
from shengkang.cases.services.refusals import (
    AgreementIncomplete,
    AlreadyReported,
    ArchiveIncomplete,
    CaseProtected,
    FollowUpDone,
    GateIncomplete,
    GateRefused,
    HandOverRefused,
    LimitMissing,
    MoveRefused,
    NotAllowedHere,
    NothingChanged,
    OverrideUnexplained,
    PauseRefused,
    PointIncomplete,
    ReferralRefused,
    SessionIncomplete,
    UnfitPerson,
    WrongStation,
)
from shengkang.cases.services.telling import remind_of_follow_ups

__all__ = [
    "AgreementIncomplete",
    "AlreadyReported",
    "ArchiveIncomplete",
    "CaseProtected",
    "FollowUpDone",
    "GateIncomplete",
    "GateRefused",
    "HandOverRefused",
    "LimitMissing",
    "MoveRefused",
    "NotAllowedHere",
    "NothingChanged",
    "OverrideUnexplained",
    "PartyDetails",
    "PauseRefused",
    "PointIncomplete",
    "ReferralRefused",
    "SessionIncomplete",
    "UnfitPerson",
    "WrongStation",
    "accept_case",
    "add_party",
    "answer_referral",
    "archive_case",
    "assess_risk",
    "assign_case",
    "begin_mediation",
    "check_gate",
    "correct_case",
    "correct_party",
    "decline_case",
    "escalate",
    "hold_session",
    "join_case",
    "mark_performed",
    "merge_case",
    "offer_case",
    "open_case",
    "pause_case",
    "protect_case",
    "receive_referral",
    "record_agreement",
    "record_follow_up",
    "refer_case",
    "remind_of_follow_ups",
    "remind_of_pauses",
    "remove_party",
    "reopen_case",
    "resume_case",
    "settle_case",
    "settle_on_the_spot",
    "split_case",
    "suggest_risk",
    "take_back_case",
    "take_over",
    "terminate_case",
]
