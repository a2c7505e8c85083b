"""Mediation: begun with somebody both sides accept, asked into, held, broken off."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shengkang.attachments import services as attachments
from shengkang.cases.models import Application, DisputeCase, Inquiry, MediationSession, Party
from shengkang.cases.services.gate import must_allow
from shengkang.cases.services.moving import LEADS_POLICE, _move, lock, must_be_fit_to_mediate
from shengkang.cases.services.refusals import (
    CaseProtected,
    ConflictOfInterest,
    GateIncomplete,
    NotAllowedHere,
    SessionIncomplete,
    SessionNotAllowed,
    UnfitPerson,
)
from shengkang.cases.services.telling import tell_of_task
from shengkang.organization.models import User
from shengkang.organization.selectors import add_working_days, day_of

Procedure = DisputeCase.Procedure
Outcome = MediationSession.Outcome
POLICE_SESSIONS = 2
POLICE_WORKING_DAYS = 7


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
    mediators offered it. After a mediation broke off the gate is asked anew. Raises GateIncomplete, GateRefused, CaseProtected,
    UnfitPerson, ConflictOfInterest, WrongStation, MoveRefused.
    """
    lock(case, "mediate", by)
    if case.restricted:
        raise CaseProtected(
            _("This is a protected case: nobody offers mediation. Refer it to the office in charge, or speak with your chief.")
        )
    _must_be_asked_anew(case)
    must_allow(case.gate_checks.last(), procedure)
    must_be_fit_to_mediate(mediator, case, procedure)
    Application.objects.create(case=case, procedure=procedure, party=applicant, wishes=wishes.strip(), by=by, at=at)
    step = _move(case, "mediate", by=by, at=at, note=mediator.name, mediator=mediator, procedure=procedure)
    tell_of_task(mediator, case, step, at)
    return case


@transaction.atomic
def inquire(*, case: DisputeCase, held_at: datetime, place: str, whom: str, record: str, by: User, at: datetime) -> Inquiry:
    """Write down what somebody said or what was seen on the spot (调查记录). Raises NotAllowedHere, MoveRefused, WrongStation."""
    lock(case, "inquire", by)
    if held_at > at:
        raise NotAllowedHere(_("This moment lies in the future. Record it after it was done, or mend the time."))
    inquiry = Inquiry.objects.create(
        case=case, held_at=held_at, place=place.strip(), whom=whom.strip(), record=record.strip(), by=by, at=at
    )
    _move(case, "inquire", by=by, at=at, note=whom)
    return inquiry


@transaction.atomic
def hold_session(
    *,
    case: DisputeCase,
    held_at: datetime,
    place: str,
    mediators: Iterable[User],
    record: str,
    by: User,
    at: datetime,
    parties: Iterable[Party] | None = None,
    present: str = "",
    outcome: str = Outcome.GOES_ON,
    impartial: bool = True,
    recordings: Sequence = (),
) -> MediationSession:
    """Write down a session that was held (人民调解法 art. 27), and end the mediation in the same breath where it failed.

    `parties`: who of the case's parties was there, None for all of them; a minor comes with a guardian who is named (办理行政案件程序
    规定 art. 181). `present`: others who were there (art. 20). `outcome` of MediationSession.Outcome: after “no agreement” and “a party
    clearly refuses” a second step breaks the mediation off. `impartial`: the mediators declared that nothing ties them to a party.
    `recordings`: uploaded audio files. Public-security mediation has one session, a second within seven working days of the first and
    no third (art. 183); an officer or the chief leads it, auxiliaries and villagers assist.
    Raises SessionIncomplete, SessionNotAllowed, UnfitPerson, ConflictOfInterest, WrongStation, MoveRefused, FileRefused (attachments).
    """
    lock(case, "session", by)
    mediators = list(mediators)
    if not mediators:
        raise SessionIncomplete(_("A session needs a mediator. Name who led it."))
    if held_at > at:
        raise SessionIncomplete(_("The session lies in the future. Record it after it was held, or mend the time."))
    for mediator in mediators:
        must_be_fit_to_mediate(mediator, case)
    if not impartial:
        raise ConflictOfInterest(
            _("A mediator who is close to a party, or owes or is owed something, steps back. Begin again with somebody else.")
        )
    there = _parties_there(case, parties)
    if case.procedure == Procedure.POLICE:
        _must_be_lawful_for_the_police(case, mediators, held_at)
    session = MediationSession.objects.create(
        case=case,
        procedure=case.procedure,
        held_at=held_at,
        place=place.strip(),
        present=present.strip(),
        record=record.strip(),
        outcome=outcome,
        by=by,
    )
    session.mediators.set(mediators)
    session.parties.set(there)
    for recording in recordings:
        attachments.attach(owner=session, station=case.station, upload=recording, by=by, at=at)
    _move(case, "session", by=by, at=at, note=str(Outcome(outcome).label))
    if outcome in (Outcome.NO_AGREEMENT, Outcome.REFUSED):
        break_off_mediation(case=case, reason=str(Outcome(outcome).label), by=by, at=at)
    return session


@transaction.atomic
def break_off_mediation(*, case: DisputeCase, reason: str, by: User, at: datetime) -> DisputeCase:
    """The mediation failed, or a party refuses: it ends, the case goes back to the officer in charge (人民调解法 art. 26).

    The parties are to be told of their other ways (arbitration, administration, court); every face shows that sentence. An agreement
    that was reached and not kept ends with it. Raises MoveRefused, WrongStation.
    """
    _move(case, "break_off", by=by, at=at, note=reason, procedure="", mediator=None)
    return case


def _must_be_asked_anew(case):
    """A refusal changes an answer: what the gate allowed before a mediation broke off does not count after it."""
    latest = case.steps.filter(move__in=("gate", "break_off")).order_by("no").last()
    if latest is not None and latest.move == "break_off":
        raise GateIncomplete(
            _("A mediation was broken off. Answer the questions of the procedure check anew before another begins.")
        )


def _parties_there(case, parties) -> list[Party]:
    known = list(case.parties.all())
    there = known if parties is None else list(parties)
    if {each.pk for each in there} - {each.pk for each in known}:
        raise SessionIncomplete(_("Somebody named as present is no party of this case. Name others under “others present”."))
    if known and not there:
        raise SessionIncomplete(_("A session needs a party. Tick who was there."))
    alone = [party.name for party in there if party.is_minor and not party.guardian_name]
    if alone:
        raise SessionIncomplete(
            _("%(names)s: under 18, a parent or guardian comes along. Name the guardian among the parties first.")
            % {"names": pgettext("list", ", ").join(alone)}
        )
    return there


def _must_be_lawful_for_the_police(case, mediators, held_at):
    if not any(mediator.roles & LEADS_POLICE for mediator in mediators):
        raise UnfitPerson(_("An officer leads a public-security mediation; auxiliaries assist. Name the officer too."))
    reopened = case.steps.filter(move="reopen").order_by("no").last()
    earlier = case.sessions.filter(procedure=Procedure.POLICE)
    if reopened is not None:
        earlier = earlier.filter(held_at__gte=reopened.at)
    held = sorted(earlier.values_list("held_at", flat=True))
    if len(held) >= POLICE_SESSIONS:
        raise SessionNotAllowed(
            _("Public-security mediation has two sessions at most. Break the mediation off; the matter is handled by law.")
        )
    if held:
        last_day = add_working_days(day_of(min(held[0], held_at)), POLICE_WORKING_DAYS)
        if day_of(max(held[0], held_at)) > last_day:
            raise SessionNotAllowed(
                _(
                    "The second session was due by %(day)s, seven working days after the first. Break the mediation off; "
                    "the matter is handled by law."
                )
                % {"day": last_day.isoformat()}
            )
