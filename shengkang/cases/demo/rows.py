"""The rows around an invented dispute, as plain values until all are written at once. Parties are named by their place in the list."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from shengkang.organization.demo import Dweller, Dwelling
from shengkang.organization.models import User


@dataclass
class Side:
    """A party as it is written down."""

    name: str
    dweller: Dweller | None = None
    home: Dwelling | None = None
    guardian: Dweller | None = None


@dataclass
class Visit:
    due_on: date
    assignee: User
    kind: str = "settlement"
    done_at: datetime | None = None
    outcome: str = ""
    note: str = ""
    by: User | None = None


@dataclass
class Duty:
    """What one side owes; `will_be_done` is when it will be, if the agreement stands that long."""

    what: str
    due_on: date
    side: int | None = None
    amount: Decimal | None = None
    will_be_done: datetime | None = None
    performed_on: date | None = None


@dataclass
class Paper:
    """An agreement; `signed_at` empty: not signed, or made by word of mouth."""

    facts: str
    terms: str
    oral: bool
    effective_on: date
    by: User
    at: datetime
    mediator: User
    duties: list[Duty] = field(default_factory=list)
    signed_at: datetime | None = None


@dataclass
class Session:
    held_at: datetime
    place: str
    procedure: str
    mediators: list[int]
    record: str
    outcome: str
    by: User


@dataclass
class Judgement:
    signals: dict[str, int]
    points: int
    suggested: str
    risk: str
    reason: str
    by: User
    at: datetime


@dataclass
class Stop:
    """The clock stood still; `ended_at` empty: it still does."""

    kind: str
    reason: str
    look_again_on: date
    began_at: datetime
    by: User
    days_left: int
    state_days_left: int | None
    ended_at: datetime | None = None
    ended_by: User | None = None


@dataclass
class Offer:
    to: User
    reason: str
    by: User
    at: datetime
    taken: bool | None = None
    decided_at: datetime | None = None
    answer: str = ""


@dataclass
class Sent:
    """Referred to another office."""

    office: str
    name: str
    reason: str
    by: User
    at: datetime
    received_on: date | None = None
    received_by: str = ""
    receipt_no: str = ""
    answered_on: date | None = None
    answer: str = ""
