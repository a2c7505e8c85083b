"""百户长: homes, who lives in them, the heads who look after about a hundred each, what they see, and checklists over every home."""

from households.models.campaigns import Campaign, CampaignItem, HomeCheck
from households.models.heads import Nomination, Training, TrainingRecord
from households.models.homes import Assignment, Home, HomeQuerySet, HouseholdHead, Resident
from households.models.telling import Sighting, Triage, Visit

__all__ = [
    "Assignment",
    "Campaign",
    "CampaignItem",
    "Home",
    "HomeCheck",
    "HomeQuerySet",
    "HouseholdHead",
    "Nomination",
    "Resident",
    "Sighting",
    "Training",
    "TrainingRecord",
    "Triage",
    "Visit",
]
