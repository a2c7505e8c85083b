"""The dispute: one hub, one table of moves. Rooms above point here; the case points at none of them."""

from shengkang.cases.models.agreements import Agreement, Confirmation, Obligation, Signature
from shengkang.cases.models.case import CaseStep, Category, DisputeCase, PoliceClass
from shengkang.cases.models.clocks import Escalation, Limit, Pause, RiskBand, RiskSignal, Rung
from shengkang.cases.models.gate import Admonition, GateCheck, GateQuestion, GateRule, LawText
from shengkang.cases.models.hands import Call, HandOver, Referral, SavedFilter
from shengkang.cases.models.papers import (
    Application,
    FiledPaper,
    FollowUp,
    Inquiry,
    MediationSession,
    PaperTemplate,
    RiskAssessment,
)
from shengkang.cases.models.people import Party, Report
from shengkang.cases.models.words import CaseWords

__all__ = [
    "Admonition",
    "Agreement",
    "Application",
    "Call",
    "CaseStep",
    "CaseWords",
    "Category",
    "Confirmation",
    "DisputeCase",
    "Escalation",
    "FiledPaper",
    "FollowUp",
    "GateCheck",
    "GateQuestion",
    "GateRule",
    "HandOver",
    "Inquiry",
    "LawText",
    "Limit",
    "MediationSession",
    "Obligation",
    "PaperTemplate",
    "Party",
    "Pause",
    "PoliceClass",
    "Referral",
    "Report",
    "RiskAssessment",
    "RiskBand",
    "RiskSignal",
    "Rung",
    "SavedFilter",
    "Signature",
]
