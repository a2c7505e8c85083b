"""After the settlement and beside it: visits, the archive, the ways back and the ways out."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shengkang.audit import services as audit
from shengkang.cases.models import DisputeCase, FollowUp, Obligation
from shengkang.cases.services.moving import _move, graded_anew, lock, plan_follow_up
from shengkang.cases.services.refusals import ArchiveIncomplete, FollowUpDone, NotAllowedHere, WrongStation
from shengkang.cases.services.telling import tell_reporters
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of


@transaction.atomic
def mark_performed(*, obligation: Obligation, performed_on: date, by: User, at: datetime) -> Obligation:
    """A party has done what it owed (人民调解法 art. 31). Doing it twice changes nothing. Raises WrongStation, NotAllowedHere."""
    obligation = Obligation.objects.select_for_update(of=("self",)).select_related("agreement__case").get(pk=obligation.pk)
    if obligation.agreement.case.station_id != by.station_id:
        raise WrongStation(_("This case belongs to another station. Ask that station to take the step."))
    if performed_on > day_of(at):
        raise NotAllowedHere(_("This day lies in the future. Come back when it has been done."))
    if obligation.performed_on is None:
        obligation.performed_on = performed_on
        obligation.save(update_fields=["performed_on"])
        audit.note_deed(verb="mark_performed", about=obligation, by=by, at=at)
    return obligation


@transaction.atomic
def record_follow_up(*, follow_up: FollowUp, outcome: str, by: User, at: datetime, note: str = "") -> FollowUp:
    """Somebody went and saw whether the peace holds.

    Uneasy: another visit is owed in seven days. Broken: the case is reopened in the same breath (a second step).
    Raises FollowUpDone, MoveRefused.
    """
    case = follow_up.case
    lock(case, "follow_up", by)
    follow_up.refresh_from_db(from_queryset=FollowUp.objects.select_for_update(of=("self",)).select_related("case"))
    if follow_up.done_at is not None:
        raise FollowUpDone(_("This visit was recorded before. If there was another one, record it under the next visit."))
    follow_up.done_at, follow_up.outcome, follow_up.note, follow_up.by = at, outcome, note.strip(), by
    follow_up.save(update_fields=["done_at", "outcome", "note", "by"])
    _move(case, "follow_up", by=by, at=at, note=note)
    if outcome == FollowUp.Outcome.UNEASY and not case.follow_ups.filter(done_at=None).exists():
        plan_follow_up(case, at)
    if outcome == FollowUp.Outcome.BROKEN:
        reopen_case(case=case, reason=note.strip() or str(FollowUp.Outcome.BROKEN.label), by=by, at=at)
    return follow_up


@transaction.atomic
def archive_case(*, case: DisputeCase, by: User, at: datetime) -> DisputeCase:
    """Close the file: every visit owed was made and the last one found peace, everything agreed was done.

    Raises ArchiveIncomplete with the list of what is missing, MoveRefused.
    """
    lock(case, "archive", by)
    missing = []
    last = case.follow_ups.filter(done_at__gte=case.settled_at).order_by("done_at").last()
    if case.follow_ups.filter(done_at=None).exists() or last is None or last.outcome != FollowUp.Outcome.HOLDS:
        missing.append(_("a follow-up visit that found the settlement holding"))
    agreement = case.agreements.last()
    if agreement is not None:
        missing += [_("performance of “%(what)s”") % {"what": each.what} for each in agreement.obligations.open()]
    if missing:
        raise ArchiveIncomplete(
            _("The file is not complete. Still missing: %(missing)s. Record it, then archive the case.")
            % {"missing": _("; ").join(missing)}
        )
    _move(case, "archive", by=by, at=at, archived_at=at)
    return case


@transaction.atomic
def reopen_case(*, case: DisputeCase, reason: str, by: User, at: datetime) -> DisputeCase:
    """The dispute broke out again: back to work with a new limit. Visits still owed for the old settlement are dropped.

    Raises MoveRefused.
    """
    lock(case, "reopen", by)
    case.follow_ups.filter(done_at=None).delete()
    changes = graded_anew(case, by, at)
    _move(case, "reopen", by=by, at=at, note=reason, settled_at=None, archived_at=None, **changes)
    return case


@transaction.atomic
def terminate_case(*, case: DisputeCase, reason: str, by: User, at: datetime) -> DisputeCase:
    """A party clearly refuses, or nothing more can be done here: ended without settlement. Every reporter is told. Raises MoveRefused."""
    step = _move(case, "terminate", by=by, at=at, note=reason)
    tell_reporters(case, step, at)
    return case
