"""From one officer to the next: offered, and taken over or declined."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shengkang.cases.models import DisputeCase, HandOver
from shengkang.cases.services.moving import TAKES_CHARGE, _move, lock, must_be_fit
from shengkang.cases.services.refusals import CaseProtected, HandOverRefused
from shengkang.cases.services.telling import tell_of_answer, tell_of_task
from shengkang.organization.access import Role
from shengkang.organization.models import User


@transaction.atomic
def offer_case(*, case: DisputeCase, to: User, reason: str, by: User, at: datetime) -> HandOver:
    """The officer in charge (or the chief) asks a colleague to take a case over; it stays where it is until the colleague accepts.

    A protected case goes from hand to hand by the chief's assignment only: an offer would show it to one who may decline.
    Raises HandOverRefused, CaseProtected, UnfitPerson, WrongStation, MoveRefused.
    """
    lock(case, "offer", by)
    if case.restricted:
        raise CaseProtected(_("A protected case is not offered around. Ask your chief to assign it."))
    if by.pk != case.officer_id and Role.STATION_CHIEF not in by.roles:
        raise HandOverRefused(_("Only the officer in charge or the chief offers a case to a colleague."))
    if to.pk in (by.pk, case.officer_id):
        raise HandOverRefused(_("Choose somebody else than who has it now; to take it yourself, assign it to yourself."))
    must_be_fit(to, case, TAKES_CHARGE)
    if not reason.strip():
        raise HandOverRefused(_("Say why, so that your colleague can decide."))
    if case.hand_overs.filter(taken=None).exists():
        raise HandOverRefused(_("This case is offered to a colleague already. Wait for the answer, or assign it."))
    offer = HandOver.objects.create(case=case, to=to, reason=reason.strip(), by=by, at=at)
    step = _move(case, "offer", by=by, at=at, note=f"{to.name} · {offer.reason}")
    tell_of_task(to, case, step, at)
    return offer


@transaction.atomic
def take_over(*, case: DisputeCase, by: User, at: datetime, answer: str = "") -> DisputeCase:
    """The colleague who was asked says yes: the case is in his charge. Raises HandOverRefused, UnfitPerson, MoveRefused, WrongStation."""
    offer = _offer_to(case, "take_over", by)
    must_be_fit(by, case, TAKES_CHARGE)
    _decide(offer, True, answer, at)
    step = _move(case, "take_over", by=by, at=at, note=answer, officer=by)
    tell_of_answer(offer, step, at)
    return case


@transaction.atomic
def decline_case(*, case: DisputeCase, reason: str, by: User, at: datetime) -> DisputeCase:
    """The colleague who was asked says no, and why: the case stays where it was. Raises HandOverRefused, MoveRefused, WrongStation."""
    offer = _offer_to(case, "decline", by)
    if not reason.strip():
        raise HandOverRefused(_("Say why you decline; your colleague has to find somebody else."))
    _decide(offer, False, reason, at)
    step = _move(case, "decline", by=by, at=at, note=reason)
    tell_of_answer(offer, step, at)
    return case


def _offer_to(case, move, by) -> HandOver:
    lock(case, move, by)
    offer = case.hand_overs.filter(taken=None, to=by).select_related("by").first()
    if offer is None:
        raise HandOverRefused(_("This case is not offered to you."))
    return offer


def _decide(offer, taken, answer, at):
    offer.taken, offer.decided_at, offer.answer = taken, at, answer.strip()[:300]
    offer.save(update_fields=["taken", "decided_at", "answer"])
