"""Mediation: begun with somebody both sides accept, held, agreed, settled."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shengkang.cases.models import Agreement, Application, DisputeCase, MediationSession, Obligation, Party
from shengkang.cases.services.gate import must_allow
from shengkang.cases.services.moving import _move, lock, must_be_fit_to_mediate, plan_follow_up
from shengkang.cases.services.refusals import AgreementIncomplete, CaseProtected, SessionIncomplete
from shengkang.cases.services.telling import tell_of_task, tell_reporters
from shengkang.organization.models import User


@transaction.atomic
def begin_mediation(
    *,
    case: DisputeCase,
    mediator: User,
    by: User,
    at: datetime,
    procedure: str = DisputeCase.Procedure.PEOPLE,
    applicant: Party | None = None,
    wishes: str = "",
) -> DisputeCase:
    """Ask `mediator` (no party himself) to mediate by a `procedure` of DisputeCase.Procedure that the gate allowed.

    People's mediation: head, liaison, auxiliary, officer or chief of the station. Public-security mediation is led by an officer or
    the chief, an auxiliary only assists (公安机关办理行政案件程序规定 art. 52). `applicant`: the party that asked for it; None: the
    mediators offered it. Raises GateIncomplete, GateRefused, CaseProtected, UnfitPerson, WrongStation, MoveRefused.
    """
    lock(case, "mediate", by)
    if case.restricted:
        raise CaseProtected(
            _("This is a protected case: nobody offers mediation. Refer it to the office in charge, or speak with your chief.")
        )
    must_allow(case.gate_checks.last(), procedure)
    must_be_fit_to_mediate(mediator, case, procedure)
    Application.objects.create(case=case, procedure=procedure, party=applicant, wishes=wishes.strip(), by=by, at=at)
    step = _move(case, "mediate", by=by, at=at, note=mediator.name, mediator=mediator, procedure=procedure)
    tell_of_task(mediator, case, step, at)
    return case


@transaction.atomic
def hold_session(
    *, case: DisputeCase, held_at: datetime, place: str, mediators: Iterable[User], record: str, by: User, at: datetime
) -> MediationSession:
    """Write down a session that was held. Raises SessionIncomplete, UnfitPerson, WrongStation, MoveRefused."""
    lock(case, "session", by)
    mediators = list(mediators)
    if not mediators:
        raise SessionIncomplete(_("A session needs a mediator. Name who led it."))
    if held_at > at:
        raise SessionIncomplete(_("The session lies in the future. Record it after it was held, or mend the time."))
    for mediator in mediators:
        must_be_fit_to_mediate(mediator, case)
    session = MediationSession.objects.create(
        case=case, procedure=case.procedure, held_at=held_at, place=place.strip(), record=record.strip(), by=by
    )
    session.mediators.set(mediators)
    _move(case, "session", by=by, at=at)
    return session


@transaction.atomic
def record_agreement(
    *,
    case: DisputeCase,
    facts: str,
    terms: str,
    effective_on: date,
    by: User,
    at: datetime,
    obligations: Sequence[tuple[str, date]] = (),
    oral: bool = False,
) -> Agreement:
    """Write down what the parties agreed, and who owes what by which day (人民调解法 art. 28, 29).

    `obligations`: pairs of what is to be done and the day it is due, not before `effective_on`. Raises AgreementIncomplete, MoveRefused.
    """
    lock(case, "agree", by)
    if not terms.strip():
        raise AgreementIncomplete(_("An agreement says what was agreed. Write it down in a sentence or two."))
    if any(not what.strip() or due_on < effective_on for what, due_on in obligations):
        raise AgreementIncomplete(
            _(
                "Each obligation says what is to be done, and is due on or after the day the agreement takes effect. Mend the list."
            )
        )
    agreement = Agreement.objects.create(
        case=case, facts=facts.strip(), terms=terms.strip(), oral=oral, effective_on=effective_on, by=by, at=at
    )
    Obligation.objects.bulk_create(
        Obligation(agreement=agreement, what=what.strip(), due_on=due_on) for what, due_on in obligations
    )
    _move(case, "agree", by=by, at=at)
    return agreement


@transaction.atomic
def settle_case(*, case: DisputeCase, by: User, at: datetime, note: str = "") -> DisputeCase:
    """The agreement stands: the dispute is settled and credited to its mediator.

    A visit is owed in seven days; every reporter gets a message. Raises MoveRefused.
    """
    lock(case, "settle", by)
    step = _move(case, "settle", by=by, at=at, note=note, credited=case.mediator.person, settled_at=at)
    plan_follow_up(case, at)
    tell_reporters(case, step, at)
    return case
