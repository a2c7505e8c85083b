"""Where things are, who people are, who may do what, and who is on duty."""

from shengkang.organization.models.calendar import Holiday
from shengkang.organization.models.log_in import LoginCard, OpenSession, SecondFactor
from shengkang.organization.models.people import Consent, Person
from shengkang.organization.models.places import ON_EARTH, Address, Coverage, Station, StationQuerySet, Unit
from shengkang.organization.models.presence import Presence
from shengkang.organization.models.sheets import ImportRun
from shengkang.organization.models.users import Approval, Membership, User

__all__ = [
    "ON_EARTH",
    "Address",
    "Approval",
    "Consent",
    "Coverage",
    "Holiday",
    "ImportRun",
    "LoginCard",
    "Membership",
    "OpenSession",
    "Person",
    "Presence",
    "SecondFactor",
    "Station",
    "StationQuerySet",
    "Unit",
    "User",
]
