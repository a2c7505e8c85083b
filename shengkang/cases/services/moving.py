"""The one place where a case changes its state, and what every verb asks before it does."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shengkang.cases.models import CaseStep, DisputeCase, FollowUp, Pause, RiskAssessment
from shengkang.cases.moves import MOVES, Status
from shengkang.cases.services import limits
from shengkang.cases.services.impartial import must_be_impartial
from shengkang.cases.services.refusals import UnfitPerson, WrongStation
from shengkang.organization.access import Role
from shengkang.organization.life import Life
from shengkang.organization.models import Person, User
from shengkang.organization.selectors import day_of

# Days after the settlement on which somebody looks whether the peace holds: practice at township stations. What was settled on the
# spot is looked at once.
FOLLOW_UP_DAYS = (7, 30, 90)
ANOTHER_VISIT_DAYS = 7
MEDIATES = frozenset({Role.STATION_CHIEF, Role.OFFICER, Role.AUX_POLICE, Role.HOUSEHOLD_HEAD, Role.POST_LIAISON})
# Public-security mediation is led by a police officer (公安机关办理行政案件程序规定 art. 52).
LEADS_POLICE = frozenset({Role.STATION_CHIEF, Role.OFFICER})
TAKES_CHARGE = frozenset({Role.STATION_CHIEF, Role.OFFICER, Role.AUX_POLICE})


LIFE = Life(MOVES, Status, CaseStep, "case")
lock = LIFE.lock


def _move(
    case: DisputeCase,
    move: str,
    *,
    by: User,
    at: datetime,
    note: str = "",
    credited: Person | None = None,
    **changes,
) -> CaseStep:
    """Make one move of a case; `credited` is the person who gets the credit of the step.

    Where the state changes, the limit of the new state begins, a clock that stands still starts again (a step of its own), and an
    offer nobody answered lapses with the work it was about, or with its being made a protected case.
    """
    lock(case, move, by)
    if changes.get("restricted"):
        lapse_offer(case, at)
    target = MOVES[move].target
    if target is not None and target != case.status:
        if case.paused_at is not None:
            start_clock(case, by=by, at=at)
        if target not in MOVES["offer"].origins:
            lapse_offer(case, at)
        changes.setdefault("state_due_at", limits.step_due_at(changes.get("grade", case.grade), target, day_of(at)))
    return LIFE.move(case, move, by=by, at=at, note=note, changes=changes, credited=credited)


def start_clock(case: DisputeCase, *, by: User, at: datetime, note: str = "") -> Pause:
    """End the pause of a case: its limits move on by as many working days as the clock stood still. Writes the step “resume”."""
    pause = case.pauses.select_for_update().get(ended_at=None)
    pause.ended_at, pause.ended_by = at, by
    pause.save(update_fields=["ended_at", "ended_by"])
    moved = limits.moved_on(case, day_of(pause.began_at), day_of(at))
    LIFE.move(case, "resume", by=by, at=at, note=note, changes={"paused_at": None, **moved})
    return pause


def lapse_offer(case: DisputeCase, at: datetime) -> None:
    """An offer to a colleague that was not answered is over: the case went another way."""
    case.hand_overs.filter(taken=None).update(taken=False, decided_at=at, answer=_("lapsed: the case went another way"))


def must_be_fit(user: User, case: DisputeCase, roles: Iterable[str]) -> None:
    """An active account of the case's station with one of `roles`. Raises WrongStation, UnfitPerson."""
    if user.station_id != case.station_id:
        raise WrongStation(_("%(name)s works for another station. Choose somebody of this station.") % {"name": user.name})
    if not user.is_active or not user.roles & set(roles):
        raise UnfitPerson(
            _("%(name)s holds no role for this task. Choose one of: %(roles)s.")
            % {
                "name": user.name,
                "roles": pgettext("list", ", ").join(str(Role(role).label) for role in Role.values if role in roles),
            }
        )


def must_be_fit_to_mediate(user: User, case: DisputeCase, procedure: str = DisputeCase.Procedure.PEOPLE) -> None:
    """A mediator stands between the parties and is none of them; who may lead depends on the procedure.

    Raises WrongStation, UnfitPerson, ConflictOfInterest.
    """
    must_be_fit(user, case, LEADS_POLICE if procedure == DisputeCase.Procedure.POLICE else MEDIATES)
    must_be_impartial(user, case)


def graded_anew(case: DisputeCase, by: User, at: datetime) -> dict:
    """The grade and the new limit of a case that comes back to work.

    One that was never graded (settled on the spot, referred at once) becomes yellow and ordinary, written down as an assessment,
    until somebody judges it with `correct_case`.
    """
    grade = case.grade or DisputeCase.Grade.ORDINARY
    risk = case.risk or DisputeCase.Risk.YELLOW
    if not case.risk:
        RiskAssessment.objects.create(case=case, risk=risk, reason=_("came back ungraded; to be judged"), by=by, at=at)
    return {"grade": grade, "risk": risk, "due_at": limits.due_at(grade, day_of(at))}


def plan_follow_up(case: DisputeCase, at: datetime, visitor: User | None = None) -> list[FollowUp]:
    """Owe the visits of a settlement: after 7, 30 and 90 days, or after 7 days where it was settled on the spot.

    `visitor` has them on his list; the mediator, if nobody else is named.
    """
    days = FOLLOW_UP_DAYS[:1] if case.procedure == DisputeCase.Procedure.INFORMAL else FOLLOW_UP_DAYS
    return [plan_visit(case, day_of(at) + timedelta(days=each), assignee=visitor or case.mediator) for each in days]


def plan_visit(case: DisputeCase, due_on: date, *, assignee: User | None, kind: str = FollowUp.Kind.SETTLEMENT) -> FollowUp:
    """Owe a visit on `due_on`, or on the first day after that which has no visit yet."""
    taken = set(case.follow_ups.values_list("due_on", flat=True))
    while due_on in taken:
        due_on += timedelta(days=1)
    return FollowUp.objects.create(case=case, kind=kind, due_on=due_on, assignee=assignee)
