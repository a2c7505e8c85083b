"""To another office and back: handed over, received there, answered, taken back."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shengkang.cases.models import DisputeCase, Referral
from shengkang.cases.services.moving import _move, graded_anew, lock
from shengkang.cases.services.refusals import ReferralRefused
from shengkang.cases.services.telling import tell_reporters
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of


@transaction.atomic
def refer_case(
    *,
    case: DisputeCase,
    reason: str,
    by: User,
    at: datetime,
    office: str = Referral.Office.OTHER,
    to_whom: str = "",
) -> DisputeCase:
    """Hand the dispute to the office in charge (`office` of Referral.Office, `to_whom`: its name). Every reporter is told.

    The office's receipt and answer are asked for until they are there. Raises ReferralRefused, MoveRefused, WrongStation.
    """
    if office == Referral.Office.OTHER and not to_whom.strip():
        raise ReferralRefused(_("Name the office the dispute is handed to."))
    referral = Referral(case=case, office=office, name=to_whom.strip(), reason=reason.strip(), by=by, at=at)
    named = referral.name or str(referral.get_office_display())
    step = _move(case, "refer", by=by, at=at, note=f"{named} · {referral.reason}")
    referral.save()
    tell_reporters(case, step, at)
    return case


@transaction.atomic
def receive_referral(
    *, referral: Referral, received_on: date, received_by: str, by: User, at: datetime, receipt_no: str = ""
) -> Referral:
    """The other office gave a receipt: who signed it, on which day, under which number. Once.

    Raises ReferralRefused, MoveRefused, WrongStation.
    """
    referral = _held(referral, by)
    if referral.received_on is not None:
        raise ReferralRefused(_("The receipt of this referral was entered before."))
    if not received_by.strip():
        raise ReferralRefused(_("Enter who signed the receipt."))
    _must_lie_between(referral, received_on, at)
    referral.received_on, referral.received_by, referral.receipt_no = received_on, received_by.strip(), receipt_no.strip()
    referral.save(update_fields=["received_on", "received_by", "receipt_no"])
    note = _("receipt: %(by)s %(no)s") % {"by": referral.received_by, "no": referral.receipt_no}
    _move(referral.case, "answer", by=by, at=at, note=note)
    return referral


@transaction.atomic
def answer_referral(*, referral: Referral, answered_on: date, answer: str, by: User, at: datetime) -> Referral:
    """The other office told what became of the dispute. Once; a missing receipt may still be entered later.

    Raises ReferralRefused, MoveRefused, WrongStation.
    """
    referral = _held(referral, by)
    if referral.answered_on is not None:
        raise ReferralRefused(_("The answer to this referral was entered before."))
    if not answer.strip():
        raise ReferralRefused(_("Enter what the office answered."))
    _must_lie_between(referral, answered_on, at)
    referral.answered_on, referral.answer = answered_on, answer.strip()
    referral.save(update_fields=["answered_on", "answer"])
    _move(referral.case, "answer", by=by, at=at, note=referral.answer)
    return referral


@transaction.atomic
def take_back_case(*, case: DisputeCase, reason: str, by: User, at: datetime) -> DisputeCase:
    """The other office gave it back: work goes on here with a new limit. Raises MoveRefused."""
    lock(case, "take_back", by)
    changes = graded_anew(case, by, at)
    _move(case, "take_back", by=by, at=at, note=reason, **changes)
    return case


def _held(referral, by) -> Referral:
    lock(referral.case, "answer", by)
    return Referral.objects.select_for_update(of=("self",)).select_related("case").get(pk=referral.pk)


def _must_lie_between(referral, day, at):
    if not day_of(referral.at) <= day <= day_of(at):
        raise ReferralRefused(_("The day lies between the day of the referral and today. Mend the day."))
