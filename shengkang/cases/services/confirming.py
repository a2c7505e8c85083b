"""Judicial confirmation: asked for by both parties within thirty days, decided by the court."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shengkang.cases.agreements import agreement_in_force, last_day_for_confirmation, why_not_confirmed
from shengkang.cases.models import Agreement, Confirmation
from shengkang.cases.services.moving import _move, lock
from shengkang.cases.services.refusals import ConfirmationRefused
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of


@transaction.atomic
def ask_confirmation(*, agreement: Agreement, court: str, asked_on: date, by: User, at: datetime) -> Confirmation:
    """Both parties asked `court` together on `asked_on` to confirm the agreement (人民调解法 art. 33).

    Within thirty days of its effect; never for marriage, adoption or parentage (法释〔2011〕5号 art. 4); signed, and out of people's
    mediation. Raises ConfirmationRefused, MoveRefused, WrongStation.
    """
    case = agreement.case
    lock(case, "confirm", by)
    if agreement != agreement_in_force(case):
        raise ConfirmationRefused(_("A later agreement stands. Open that one."))
    if Confirmation.objects.filter(agreement=agreement).exists():
        raise ConfirmationRefused(_("The court was asked before. Record its decision instead."))
    if why := why_not_confirmed(agreement):
        raise ConfirmationRefused(_("The court is not asked to confirm this agreement: %(why)s.") % {"why": why})
    last_day = last_day_for_confirmation(agreement)
    if asked_on > day_of(at) or not agreement.effective_on <= asked_on <= last_day:
        raise ConfirmationRefused(
            _(
                "The court is asked from %(first)s to %(last)s, and recorded when it was done. Mend the day; later it is not possible."
            )
            % {"first": agreement.effective_on.isoformat(), "last": last_day.isoformat()}
        )
    confirmation = Confirmation.objects.create(agreement=agreement, court=court.strip(), asked_on=asked_on, by=by)
    _move(case, "confirm", by=by, at=at, note=f"{court.strip()} · {asked_on.isoformat()}")
    return confirmation


@transaction.atomic
def decide_confirmation(
    *, confirmation: Confirmation, outcome: str, decided_on: date, by: User, at: datetime, number: str = ""
) -> Confirmation:
    """The court decided, or the parties withdrew: `outcome` of Confirmation.Outcome, `number` of the court's ruling.

    Raises ConfirmationRefused, MoveRefused, WrongStation.
    """
    case = confirmation.agreement.case
    lock(case, "confirm", by)
    confirmation.refresh_from_db(
        from_queryset=Confirmation.objects.select_for_update(of=("self",)).select_related("agreement__case")
    )
    if confirmation.outcome:
        raise ConfirmationRefused(_("The decision was recorded before."))
    if not confirmation.asked_on <= decided_on <= day_of(at):
        raise ConfirmationRefused(_("The court decides after it was asked, and not in the future. Mend the day."))
    confirmation.outcome, confirmation.decided_on, confirmation.number = outcome, decided_on, number.strip()
    confirmation.save(update_fields=["outcome", "decided_on", "number"])
    _move(case, "confirm", by=by, at=at, note=" · ".join(filter(None, [confirmation.get_outcome_display(), number.strip()])))
    return confirmation
