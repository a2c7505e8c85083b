"""The one place where a case changes its state, and what every verb asks before it does."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shengkang.cases.models import CaseStep, DisputeCase, FollowUp, RiskAssessment
from shengkang.cases.moves import MOVES, Status
from shengkang.cases.services.impartial import must_be_impartial
from shengkang.cases.services.refusals import UnfitPerson, WrongStation
from shengkang.organization.access import Role
from shengkang.organization.life import Life
from shengkang.organization.models import Person, User
from shengkang.organization.selectors import add_working_days, day_of, end_of

# Working days until a case shall be ended, counted from its acceptance: limits in use at township stations.
WORKING_DAYS = {DisputeCase.Grade.SIMPLE: 1, DisputeCase.Grade.ORDINARY: 7, DisputeCase.Grade.COMPLEX: 20}
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
    """Make one move of a case; `credited` is the person who gets the credit of the step."""
    return LIFE.move(case, move, by=by, at=at, note=note, changes=changes, credited=credited)


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


def due_at(grade: str, accepted_on: date) -> datetime:
    """The end of the last working day on which a case of `grade` is in time."""
    return end_of(add_working_days(accepted_on, WORKING_DAYS[grade]))


def graded_anew(case: DisputeCase, by: User, at: datetime) -> dict:
    """The grade and the new limit of a case that comes back to work.

    One that was never graded (settled on the spot, referred at once) becomes yellow and ordinary, written down as an assessment,
    until somebody judges it with `correct_case`.
    """
    grade = case.grade or DisputeCase.Grade.ORDINARY
    risk = case.risk or DisputeCase.Risk.YELLOW
    if not case.risk:
        RiskAssessment.objects.create(case=case, risk=risk, reason=_("came back ungraded; to be judged"), by=by, at=at)
    return {"grade": grade, "risk": risk, "due_at": due_at(grade, day_of(at))}


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
