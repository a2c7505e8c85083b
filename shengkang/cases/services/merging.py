"""Two registrations of one dispute become one case, and the way back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shengkang.cases.models import DisputeCase, Report
from shengkang.cases.services.moving import _move, lock
from shengkang.cases.services.refusals import NotAllowedHere, WrongStation
from shengkang.cases.services.telling import tell_outcome_at_once
from shengkang.organization.models import User


@transaction.atomic
def merge_case(*, case: DisputeCase, into: DisputeCase, by: User, at: datetime) -> DisputeCase:
    """The same dispute was registered twice: `case` ends as merged, its reporters join `into` and hear how that one ends.

    `into` gets one step “join” for each reporter who had not told of it. Raises NotAllowedHere, WrongStation, MoveRefused.
    """
    if case.pk == into.pk:
        raise NotAllowedHere(_("A case is not merged into itself. Choose the other case."))
    # Locked in the order of their ids, so that two merges never wait for each other.
    moves = {case.pk: (case, "merge"), into.pk: (into, "join")}
    for pk in sorted(moves):
        lock(*moves[pk], by)
    if case.station_id != into.station_id:
        raise WrongStation(_("The other case belongs to another station. Choose one of this station."))
    if case.restricted != into.restricted:
        raise NotAllowedHere(_("A protected case is merged with a protected case only. Ask your chief."))
    told = set(into.reports.values_list("by", flat=True))
    for report in case.reports.exclude(by__in=told).select_related("by"):
        joined = Report.objects.create(case=into, by=report.by, person=report.person, text=report.text, at=report.at)
        _move(into, "join", by=by, at=at, note=case.no)
        tell_outcome_at_once(joined, at)
    _move(case, "merge", by=by, at=at, note=into.no, merged_into=into)
    return case


@transaction.atomic
def split_case(*, case: DisputeCase, reason: str, by: User, at: datetime) -> DisputeCase:
    """They were two disputes after all: the case is to be looked at anew. Who had told of it hears of both. Raises MoveRefused."""
    _move(case, "split", by=by, at=at, note=reason, merged_into=None)
    return case
