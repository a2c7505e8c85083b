"""The agreement: recorded, signed, standing, performed."""

import calendar
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shengkang.attachments import services as attachments
from shengkang.cases.agreements import SIGNING_SIDES, missing_signatures
from shengkang.cases.models import Agreement, DisputeCase, Obligation, Party, Signature
from shengkang.cases.services.moving import _move, lock, plan_follow_up
from shengkang.cases.services.refusals import (
    AgreementIncomplete,
    AgreementUnsigned,
    NotAllowedHere,
    SignatureRefused,
)
from shengkang.cases.services.telling import tell_reporters
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of

MOST_INSTALMENTS = 60
CENT = Decimal("0.01")


class ObligationDetails(NamedTuple):
    """One thing to be done by a day; `party`: who owes it (None: both, or plain from the text); `amount` in yuan, two decimals."""

    what: str
    due_on: date
    party: Party | None = None
    amount: Decimal | None = None


def instalments(
    *, what: str, total: Decimal, count: int, first_due_on: date, every: str = "month", party: Party | None = None
) -> list[ObligationDetails]:
    """`total` yuan in `count` payments, one each "month" or "week" from `first_due_on` on.

    Exact to the cent: what does not divide falls on the first payments, a cent each. A month without that day pays on its last.
    Raises AgreementIncomplete.
    """
    cents = int(total * 100)
    if total != cents * CENT or not 2 <= count <= MOST_INSTALMENTS or cents < count:
        raise AgreementIncomplete(
            _("Instalments: 2 to %(most)s payments of at least a cent, the sum with two decimals.") % {"most": MOST_INSTALMENTS}
        )
    each, left = divmod(cents, count)
    return [
        ObligationDetails(
            _("%(what)s, payment %(no)s of %(count)s") % {"what": what.strip(), "no": no + 1, "count": count},
            first_due_on + timedelta(weeks=no) if every == "week" else _months_later(first_due_on, no),
            party,
            (each + (no < left)) * CENT,
        )
        for no in range(count)
    ]


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@transaction.atomic
def record_agreement(
    *,
    case: DisputeCase,
    facts: str,
    terms: str,
    effective_on: date,
    by: User,
    at: datetime,
    obligations: Sequence[ObligationDetails | tuple] = (),
    oral: bool = False,
    about_status: bool | None = None,
) -> Agreement:
    """Write down what the parties agreed, and who owes what by which day (人民调解法 art. 28, 29).

    `obligations`: ObligationDetails, due on or after `effective_on`. `about_status`: it concerns marriage, adoption or parentage; None:
    as its category has it. Public-security mediation ends in writing (办理行政案件程序规定 art. 184). Raises AgreementIncomplete,
    MoveRefused, WrongStation.
    """
    lock(case, "agree", by)
    owed = [ObligationDetails(*each) for each in obligations]
    if not terms.strip():
        raise AgreementIncomplete(_("An agreement says what was agreed. Write it down in a sentence or two."))
    if any(not each.what.strip() or each.due_on < effective_on for each in owed):
        raise AgreementIncomplete(
            _(
                "Each obligation says what is to be done, and is due on or after the day the agreement takes effect. Mend the list."
            )
        )
    if any(each.amount is not None and each.amount <= 0 for each in owed):
        raise AgreementIncomplete(_("An amount is more than nothing. Mend it, or leave it empty."))
    if any(each.party is not None and each.party.case_id != case.pk for each in owed):
        raise AgreementIncomplete(_("Only a party of this case can owe something under its agreement."))
    if oral and case.procedure == DisputeCase.Procedure.POLICE:
        raise AgreementIncomplete(
            _("Public-security mediation ends with a written agreement. Write it down and let both sides sign.")
        )
    agreement = Agreement.objects.create(
        case=case,
        facts=facts.strip(),
        terms=terms.strip(),
        oral=oral,
        about_status=case.category.about_status if about_status is None else about_status,
        effective_on=effective_on,
        by=by,
        at=at,
    )
    Obligation.objects.bulk_create(
        Obligation(agreement=agreement, what=each.what.strip(), due_on=each.due_on, party=each.party, amount=each.amount)
        for each in owed
    )
    _move(case, "agree", by=by, at=at)
    return agreement


@transaction.atomic
def sign_agreement(
    *,
    agreement: Agreement,
    how: str,
    picture,
    by: User,
    at: datetime,
    parties: Sequence[Party] = (),
    mediator: User | None = None,
) -> list[Signature]:
    """Both sides and the mediator sign (人民调解法 art. 29); `by` saw it. One step, however many signed on the same paper.

    `how`: "finger" (one person on a screen) or "paper" (everybody who signed the sheet that was photographed). `picture`: the uploaded
    signature or photo, kept with each signature. Somebody under 18 signs with his guardian. Signed with the finger, the agreement takes
    effect on the day of the last signature at the earliest; a paper bears its own day.
    Raises SignatureRefused, MoveRefused, WrongStation, FileRefused (attachments).
    """
    case = agreement.case
    lock(case, "sign", by)
    agreement.refresh_from_db(from_queryset=Agreement.objects.select_for_update(of=("self",)).select_related("case"))
    parties = list(parties)
    _may_sign(agreement, case, how, parties, mediator)
    signatures = [
        Signature.objects.create(agreement=agreement, party=party, mediator=user, how=how, by=by, at=at)
        for party, user in [*((party, None) for party in parties), *([(None, mediator)] if mediator else [])]
    ]
    for signature in signatures:
        picture.seek(0)
        attachments.attach(owner=signature, station=case.station, upload=picture, by=by, at=at)
    if how == Signature.How.FINGER and day_of(at) > agreement.effective_on:
        agreement.effective_on = day_of(at)
        agreement.save(update_fields=["effective_on"])
    names = [_with_guardian(party) for party in parties] + ([mediator.name] if mediator else [])
    _move(case, "sign", by=by, at=at, note=pgettext("list", ", ").join(names))
    return signatures


def _with_guardian(party):
    return f"{party.name} / {party.guardian_name}" if party.is_minor else party.name


def _may_sign(agreement, case, how, parties, mediator):
    if agreement.oral:
        raise SignatureRefused(_("This agreement was made by word of mouth; nobody signs it."))
    if agreement != case.agreements.order_by("pk").last():
        raise SignatureRefused(_("A later agreement stands. Open that one and sign it."))
    if not parties and mediator is None:
        raise SignatureRefused(_("Nobody is named who signed. Choose who did."))
    if how == Signature.How.FINGER and len(parties) + (mediator is not None) > 1:
        raise SignatureRefused(_("One finger is one signature. Let each sign in turn."))
    if any(party.case_id != case.pk or party.side not in SIGNING_SIDES for party in parties):
        raise SignatureRefused(_("Only the two sides of this dispute and the mediator sign its agreement."))
    if mediator is not None and mediator.pk != case.mediator_id:
        raise SignatureRefused(_("The mediator of this case signs its agreement, nobody else."))
    if alone := [party.name for party in parties if party.is_minor and not party.guardian_name]:
        raise SignatureRefused(
            _("%(names)s: under 18, the guardian signs along. Name the guardian among the parties first.")
            % {"names": pgettext("list", ", ").join(alone)}
        )
    signed = agreement.signatures.filter(party__in=parties) | agreement.signatures.filter(mediator=mediator, party=None)
    if before := [str(each) for each in signed]:
        raise SignatureRefused(_("%(names)s signed before.") % {"names": pgettext("list", ", ").join(before)})


@transaction.atomic
def settle_case(*, case: DisputeCase, by: User, at: datetime, note: str = "", visitor: User | None = None) -> DisputeCase:
    """The agreement stands: the dispute is settled and credited to its mediator.

    Visits are owed after 7, 30 and 90 days, by `visitor` or else the mediator; every reporter gets a message. A written agreement is
    signed by both sides and the mediator first. Raises AgreementUnsigned with who is missing, MoveRefused.
    """
    lock(case, "settle", by)
    agreement = case.agreements.order_by("pk").last()
    if missing := missing_signatures(agreement):
        raise AgreementUnsigned(
            _("Not signed yet by: %(who)s. Let them sign, or photograph the paper they signed; then settle the case.")
            % {"who": pgettext("list", ", ").join(missing)}
        )
    step = _move(case, "settle", by=by, at=at, note=note, credited=case.mediator.person, settled_at=at)
    plan_follow_up(case, at, visitor)
    tell_reporters(case, step, at)
    return case


@transaction.atomic
def mark_performed(*, obligation: Obligation, performed_on: date, by: User, at: datetime) -> Obligation:
    """A party has done what it owed (人民调解法 art. 31). Doing it twice changes nothing.

    Raises NotAllowedHere, MoveRefused, WrongStation.
    """
    case = obligation.agreement.case
    lock(case, "perform", by)
    obligation.refresh_from_db(
        from_queryset=Obligation.objects.select_for_update(of=("self",)).select_related("agreement__case", "party")
    )
    if performed_on > day_of(at):
        raise NotAllowedHere(_("This day lies in the future. Come back when it has been done."))
    if obligation.performed_on is None:
        obligation.performed_on = performed_on
        obligation.save(update_fields=["performed_on"])
        _move(case, "perform", by=by, at=at, note=f"{obligation.what} · {performed_on.isoformat()}")
    return obligation
