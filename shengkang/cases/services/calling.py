"""Calls from the 110 feed (警情): taken in as rows of their own; some become a dispute, some belong to one that is known."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shengkang.audit import services as audit
from shengkang.cases.models import Call, Category, DisputeCase
from shengkang.cases.services.moving import _move, lock
from shengkang.cases.services.opening import open_case
from shengkang.cases.services.parties import PartyDetails
from shengkang.cases.services.refusals import CallTaken, CaseProtected, WrongStation
from shengkang.organization.models import Unit, User


def _lock_free(call: Call) -> Call:
    """The call, locked, while it belongs to no case. Raises CallTaken."""
    locked = Call.objects.select_for_update(of=("self",)).select_related("police_class", "station").get(pk=call.pk)
    if locked.case_id is not None:
        raise CallTaken(_("This call belongs to a case already. Open that case to go on."))
    return locked


def _tie(call: Call, case: DisputeCase, by: User, at: datetime) -> None:
    call.case = case
    call.save(update_fields=["case"])
    audit.note_deed(verb="tie_call", about=call, by=by, at=at, detail={"case": case.pk})


@transaction.atomic
def dispute_from_call(
    *,
    call: Call,
    category: Category,
    village: Unit,
    story: str,
    by: User,
    at: datetime,
    place: str = "",
    restricted: bool = False,
    parties: Sequence[PartyDetails] = (),
) -> DisputeCase:
    """A call becomes a dispute: registered with channel 110, the call's police class, and `by` as its first reporter.

    A call about domestic violence becomes a protected case, whatever `restricted` says. Raises CallTaken, WrongStation, and what
    open_case raises.
    """
    locked = _lock_free(call)
    if by.station_id != locked.station_id:
        raise WrongStation(_("This call came to another station."))
    case = open_case(
        station=locked.station,
        village=village,
        category=category,
        channel=DisputeCase.Channel.CALL_110,
        story=story,
        place=place,
        parties=parties,
        restricted=restricted or locked.is_protected,
        police_class=locked.police_class,
        by=by,
        at=at,
    )
    _tie(locked, case, by, at)
    call.case = case
    return case


@transaction.atomic
def tie_call(*, call: Call, case: DisputeCase, by: User, at: datetime) -> Call:
    """The call is about a dispute that is known: the case gets one step “join” that names the call's number.

    A call about domestic violence belongs to a protected case only. Raises CallTaken, CaseProtected, MoveRefused, WrongStation.
    """
    locked = _lock_free(call)
    lock(case, "join", by)
    if case.station_id != locked.station_id:
        raise WrongStation(_("The case belongs to another station. Choose one of this station."))
    if locked.is_protected and not case.restricted:
        raise CaseProtected(
            _("This call is about domestic violence and belongs to a protected case only. Make it one of its own.")
        )
    _move(case, "join", by=by, at=at, note=_("110 call %(no)s") % {"no": locked.no})
    _tie(locked, case, by, at)
    call.case = case
    return call
