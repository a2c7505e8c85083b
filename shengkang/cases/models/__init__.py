"""The dispute: one hub, one table of moves. Rooms above point here; the case points at none of them."""

from shengkang.cases.models.case import CaseStep, Category, DisputeCase
from shengkang.cases.models.papers import Agreement, FollowUp, MediationSession, Obligation, RiskAssessment
from shengkang.cases.models.people import Party, Report

__all__ = [
    "Agreement",
    "CaseStep",
    "Category",
    "DisputeCase",
    "FollowUp",
    "MediationSession",
    "Obligation",
    "Party",
    "Report",
    "RiskAssessment",
]
