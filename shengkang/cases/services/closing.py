"""After the settlement and beside it: visits, the archive, the ways back and the ways out."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from shengkang.audit import services as audit
from shengkang.cases.models import DisputeCase, FollowUp
from shengkang.cases.moves import MOVES
from shengkang.cases.services.moving import (
    ANOTHER_VISIT_DAYS,
    TAKES_CHARGE,
    _move,
    graded_anew,
    lock,
    must_be_fit,
    plan_visit,
)
from shengkang.cases.services.refusals import FollowUpDone, WrongStation
from shengkang.cases.services.telling import tell_chiefs, tell_reporters
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of


@transaction.atomic
def record_follow_up(*, follow_up: FollowUp, outcome: str, by: User, at: datetime, note: str = "") -> FollowUp:
    """Somebody went and saw whether the peace holds.

    Uneasy: another visit is owed in seven days, unless one is owed before that anyway. Broken: the case is reopened in the same breath
    (a second step), even out of the archive; a protected case goes on as it is. Raises FollowUpDone, MoveRefused.
    """
    case = follow_up.case
    lock(case, "follow_up", by)
    follow_up.refresh_from_db(from_queryset=FollowUp.objects.select_for_update(of=("self",)).select_related("case"))
    if follow_up.done_at is not None:
        raise FollowUpDone(_("This visit was recorded before. If there was another one, record it under the next visit."))
    follow_up.done_at, follow_up.outcome, follow_up.note, follow_up.by = at, outcome, note.strip(), by
    follow_up.save(update_fields=["done_at", "outcome", "note", "by"])
    _move(case, "follow_up", by=by, at=at, note=note)
    if outcome == FollowUp.Outcome.UNEASY:
        next_on = day_of(at) + timedelta(days=ANOTHER_VISIT_DAYS)
        if not case.follow_ups.due(next_on).exists():
            plan_visit(case, next_on, assignee=follow_up.assignee, kind=follow_up.kind)
    if outcome == FollowUp.Outcome.BROKEN and follow_up.kind == FollowUp.Kind.ADMONITION:
        tell_chiefs(case, _("A visit in a protected case found it broken out again."), f"visit:{follow_up.pk}", by, at)
    if outcome == FollowUp.Outcome.BROKEN and case.status in MOVES["reopen"].origins:
        reopen_case(case=case, reason=note.strip() or str(FollowUp.Outcome.BROKEN.label), by=by, at=at)
    return follow_up


@transaction.atomic
def give_visit(*, follow_up: FollowUp, to: User, by: User, at: datetime) -> FollowUp:
    """Put a visit that is owed on somebody's list: the mediator's or an officer's. Raises FollowUpDone, UnfitPerson, WrongStation."""
    follow_up.refresh_from_db(from_queryset=FollowUp.objects.select_for_update(of=("self",)).select_related("case__station"))
    if follow_up.case.station_id != by.station_id:
        raise WrongStation(_("This belongs to another station. Ask that station to take the step."))
    if follow_up.done_at is not None:
        raise FollowUpDone(_("This visit was recorded before. If there was another one, record it under the next visit."))
    if to.pk != follow_up.case.mediator_id:
        must_be_fit(to, follow_up.case, TAKES_CHARGE)
    follow_up.assignee = to
    follow_up.save(update_fields=["assignee"])
    audit.note_deed(verb="give_visit", about=follow_up, by=by, at=at, detail={"to": to.pk})
    return follow_up


@transaction.atomic
def reopen_case(*, case: DisputeCase, reason: str, by: User, at: datetime) -> DisputeCase:
    """The dispute broke out again: back to work with a new limit. Visits still owed for the old settlement are dropped.

    Raises MoveRefused.
    """
    lock(case, "reopen", by)
    case.follow_ups.filter(done_at=None, kind=FollowUp.Kind.SETTLEMENT).delete()
    changes = graded_anew(case, by, at)
    _move(case, "reopen", by=by, at=at, note=reason, settled_at=None, archived_at=None, **changes)
    return case


@transaction.atomic
def terminate_case(*, case: DisputeCase, reason: str, by: User, at: datetime) -> DisputeCase:
    """A party clearly refuses, or nothing more can be done here: ended without settlement. Every reporter is told. Raises MoveRefused."""
    step = _move(case, "terminate", by=by, at=at, note=reason)
    tell_reporters(case, step, at)
    return case
