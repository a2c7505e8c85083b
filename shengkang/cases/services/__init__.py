"""What the station does with a dispute, from the first word to the archive. Every verb makes exactly one step (two where it says so)."""

from shengkang.cases.services.closing import (
    archive_case,
    mark_performed,
    record_follow_up,
    refer_case,
    reopen_case,
    take_back_case,
    terminate_case,
)
from shengkang.cases.services.gate import check_gate, protect_case
from shengkang.cases.services.mediating import begin_mediation, hold_session, record_agreement, settle_case
from shengkang.cases.services.merging import merge_case, split_case
from shengkang.cases.services.opening import (
    accept_case,
    assign_case,
    correct_case,
    join_case,
    open_case,
    settle_on_the_spot,
)
from shengkang.cases.services.parties import PartyDetails, add_party, correct_party, remove_party
from shengkang.cases.services.refusals import (
    AgreementIncomplete,
    AlreadyReported,
    ArchiveIncomplete,
    CaseProtected,
    FollowUpDone,
    GateIncomplete,
    GateRefused,
    MoveRefused,
    NotAllowedHere,
    NothingChanged,
    PointIncomplete,
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
    "MoveRefused",
    "NotAllowedHere",
    "NothingChanged",
    "PartyDetails",
    "PointIncomplete",
    "SessionIncomplete",
    "UnfitPerson",
    "WrongStation",
    "accept_case",
    "add_party",
    "archive_case",
    "assign_case",
    "begin_mediation",
    "check_gate",
    "correct_case",
    "correct_party",
    "hold_session",
    "join_case",
    "mark_performed",
    "merge_case",
    "open_case",
    "protect_case",
    "record_agreement",
    "record_follow_up",
    "refer_case",
    "remind_of_follow_ups",
    "remove_party",
    "reopen_case",
    "settle_case",
    "settle_on_the_spot",
    "split_case",
    "take_back_case",
    "terminate_case",
]
