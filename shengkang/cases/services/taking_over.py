"""Cases of an old ledger, taken over as rows: in the state in which they ended, with the steps that must have led there.

The ledger knows days only, so every step stands at noon; it is the step of whoever takes the ledger over, says so in its note, and
gives nobody credit. No gate was asked and nobody is told anything: it is long past.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from shengkang.audit import services as audit
from shengkang.cases.models import (
    Agreement,
    CaseStep,
    Category,
    DisputeCase,
    FollowUp,
    Party,
    PoliceClass,
    Referral,
    RiskAssessment,
)
from shengkang.cases.moves import MOVES, Status
from shengkang.cases.services.limits import due_at
from shengkang.cases.services.moving import ANOTHER_VISIT_DAYS
from shengkang.cases.services.opening import _draw_number
from shengkang.organization.bulk import copy_rows, draw_ids, span_of
from shengkang.organization.models import Station, Unit, User
from shengkang.organization.selectors import day_of, start_of

Procedure = DisputeCase.Procedure
# The states in which a case of an old ledger may have ended, and the moves that lead there.
WAYS: dict[str, tuple[str, ...]] = {
    Status.SETTLED: ("open", "accept", "mediate", "agree", "settle"),
    Status.ARCHIVED: ("open", "accept", "mediate", "agree", "settle", "archive"),
    Status.REFERRED: ("open", "refer"),
    Status.TERMINATED: ("open", "accept", "terminate"),
}
ON_THE_SPOT = ("open", "settle_on_the_spot")


@dataclass(frozen=True)
class OldCase:
    """One line of the ledger: how it ended (a key of WAYS), when, and what it says beside that."""

    ledger_no: str
    village: Unit
    category: Category
    channel: str
    story: str
    opened_on: date
    status: str
    ended_on: date
    police_class: PoliceClass | None = None
    place: str = ""
    parties: Sequence[tuple[str, str, str]] = ()  # side, name, telephone
    procedure: str = Procedure.PEOPLE
    terms: str = ""
    written: bool = False
    mediator: User | None = None
    mediated_by: str = ""  # a name without an account
    grade: str = DisputeCase.Grade.ORDINARY
    risk: str = ""
    office: str = Referral.Office.OTHER
    visited_on: date | None = None

    @property
    def ended_well(self) -> bool:
        return self.status in (Status.SETTLED, Status.ARCHIVED)

    @property
    def moves(self) -> tuple[str, ...]:
        if self.ended_well and self.procedure == Procedure.INFORMAL:
            return (*ON_THE_SPOT, "archive") if self.status == Status.ARCHIVED else ON_THE_SPOT
        return WAYS[self.status]

    @property
    def was_accepted(self) -> bool:
        return "accept" in self.moves


@dataclass
class _Written:
    """The rows of all cases, table by table."""

    cases: list[tuple] = field(default_factory=list)
    steps: list[tuple] = field(default_factory=list)
    parties: list[tuple] = field(default_factory=list)
    assessments: list[tuple] = field(default_factory=list)
    agreements: list[tuple] = field(default_factory=list)
    referrals: list[tuple] = field(default_factory=list)
    visits: list[tuple] = field(default_factory=list)
    # Each limit is worked out once.
    limits: dict[tuple[str, date], datetime] = field(default_factory=dict)

    def limit(self, case: OldCase) -> datetime:
        key = case.grade, case.opened_on
        if key not in self.limits:
            self.limits[key] = due_at(*key)
        return self.limits[key]


@transaction.atomic
def take_over_ledger(*, station: Station, old: Sequence[OldCase], by: User, at: datetime) -> list[int]:
    """Write the cases of an old ledger as a set; gives their ids, in the order given.

    A settled case that nobody visited owes a visit in seven days from now. The database refuses a ledger number that is known.
    """
    rows, ids = _Written(), draw_ids(DisputeCase, len(old))
    numbers = _draw_numbers(station, old, at)
    for pk, case in zip(ids, old, strict=True):
        _write_down(rows, pk, numbers[case.ledger_no], case, station, by, at)
    _copy(rows)
    audit.note_deed(verb="take_over_ledger", about=station, by=by, at=at, detail=span_of(ids))
    return ids


def _draw_numbers(station: Station, old: Sequence[OldCase], at: datetime) -> dict[str, str]:
    """A case number for each, of the year in which it was opened."""
    by_year: dict[int, list[OldCase]] = defaultdict(list)
    for case in old:
        by_year[case.opened_on.year].append(case)
    numbers = {}
    for year, cases in sorted(by_year.items()):
        prefix, _dash, first = _draw_number(station, _noon(date(year, 6, 30), None)).rpartition("-")
        for no, case in enumerate(sorted(cases, key=lambda each: each.opened_on), start=int(first)):
            numbers[case.ledger_no] = f"{prefix}-{no:04}"
    return numbers


def _noon(day: date, at: datetime | None) -> datetime:
    """Noon of a day; of today, no later than now."""
    noon = start_of(day) + timedelta(hours=12)
    return noon if at is None else min(noon, at)


def _write_down(rows: _Written, pk: int, no: str, case: OldCase, station: Station, by: User, at: datetime) -> None:
    opened, ended = _noon(case.opened_on, at), _noon(case.ended_on, at)
    mediator = case.mediator or by
    # A grade nobody gave is an ordinary one, judged as such on the day: rates shall not look better for what is not known.
    risk = case.risk or (DisputeCase.Risk.YELLOW if case.was_accepted else "")
    rows.cases.append((
        pk, station.pk, case.village.pk, no, case.status, case.category.pk, case.police_class and case.police_class.pk,
        case.channel, case.ledger_no, case.place, case.story, opened, risk, case.grade if case.was_accepted else "",
        rows.limit(case) if case.was_accepted else None,
        case.procedure if case.ended_well else "", mediator.pk if case.ended_well else None,
        ended if case.ended_well else None, ended if case.status == Status.ARCHIVED else None, len(case.moves),
    ))  # fmt: skip
    rows.steps += _steps(pk, case, by, opened, ended)
    rows.parties += [(pk, side, name, phone) for side, name, phone in case.parties]
    if case.was_accepted:
        why = "" if case.risk else _("not judged in the old ledger")
        rows.assessments.append((pk, risk, why, by.pk, opened))
    if case.ended_well:
        rows.agreements.append((pk, case.story, case.terms, not case.written, case.ended_on, by.pk, ended))
    if case.status == Status.REFERRED:
        rows.referrals.append((pk, case.office, case.terms or _("from the old ledger"), by.pk, ended))
    if case.visited_on and case.ended_well:
        visited = _noon(case.visited_on, at)
        rows.visits.append((pk, case.visited_on, None, visited, FollowUp.Outcome.HOLDS, _("from the old ledger"), by.pk))
    elif case.status == Status.SETTLED:
        rows.visits.append((pk, day_of(at) + timedelta(days=ANOTHER_VISIT_DAYS), mediator.pk, None, "", "", None))


def _steps(pk: int, case: OldCase, by: User, opened: datetime, ended: datetime) -> Iterator[tuple[Any, ...]]:
    before, told = "", _("old ledger, number %(no)s") % {"no": case.ledger_no}
    for no, move in enumerate(case.moves, start=1):
        after = str(MOVES[move].target)
        note = told
        if move in ("settle", "settle_on_the_spot") and case.mediated_by:
            note = _("%(ledger)s; mediated by %(name)s") % {"ledger": told, "name": case.mediated_by}
        yield pk, no, move, before, after, opened if move in ("open", "accept") else ended, by.pk, note[:500]
        before = after


def _copy(rows: _Written) -> None:
    copy_rows(
        DisputeCase,
        [
            "id", "station_id", "village_id", "no", "status", "category_id", "police_class_id", "channel", "ledger_no", "place",
            "story", "opened_at", "risk", "grade", "due_at", "procedure", "mediator_id", "settled_at", "archived_at", "steps_taken",
        ],
        rows.cases,
    )  # fmt: skip
    copy_rows(CaseStep, ["case_id", "no", "move", "from_status", "to_status", "at", "by_id", "note"], rows.steps)
    copy_rows(Party, ["case_id", "side", "name", "phone"], rows.parties)
    copy_rows(RiskAssessment, ["case_id", "risk", "reason", "by_id", "at"], rows.assessments)
    copy_rows(Agreement, ["case_id", "facts", "terms", "oral", "effective_on", "by_id", "at"], rows.agreements)
    copy_rows(Referral, ["case_id", "office", "reason", "by_id", "at"], rows.referrals)
    copy_rows(FollowUp, ["case_id", "due_on", "assignee_id", "done_at", "outcome", "note", "by_id"], rows.visits)
