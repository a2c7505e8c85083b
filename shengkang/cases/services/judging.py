"""How dangerous a dispute is: signals add up to points, the points suggest a colour, a person decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shengkang.cases.models import DisputeCase, RiskAssessment, RiskBand, RiskSignal
from shengkang.cases.services import limits
from shengkang.cases.services.moving import TAKES_CHARGE, _move, lock, must_be_fit
from shengkang.cases.services.refusals import OverrideUnexplained
from shengkang.cases.services.telling import tell_of_task
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of


@dataclass(frozen=True)
class Suggestion:
    """What the table makes of the signals seen: `weights` {code: points of that day}, their sum, and the colour (DisputeCase.Risk)."""

    weights: dict[str, int]
    points: int
    risk: str


def suggest_risk(signals: Iterable[str]) -> Suggestion:
    """Add up the signals (codes of RiskSignal; those out of use weigh nothing) and read the colour in the bands."""
    weights = dict(RiskSignal.objects.filter(code__in=list(signals), in_use=True).values_list("code", "points"))
    points = sum(weights.values())
    band = RiskBand.objects.filter(from_points__lte=points).order_by("from_points").last()
    return Suggestion(weights, points, band.risk if band else DisputeCase.Risk.GREEN)


@transaction.atomic
def assess_risk(
    *, case: DisputeCase, signals: Iterable[str], by: User, at: datetime, risk: str = "", reason: str = ""
) -> RiskAssessment:
    """Judge how dangerous an open case is. `risk` empty: as the points suggest; another colour than that needs a `reason`.

    The suggestion and the weights of that day are kept with the judgement. Raises OverrideUnexplained, MoveRefused, WrongStation.
    """
    lock(case, "assess", by)
    judged = _judge(case, signals, risk, reason, by, at)
    _move(case, "assess", by=by, at=at, note=told(judged), risk=judged.risk)
    return judged


@transaction.atomic
def accept_case(
    *,
    case: DisputeCase,
    grade: str,
    by: User,
    at: datetime,
    risk: str = "",
    signals: Iterable[str] | None = None,
    reason: str = "",
    officer: User | None = None,
) -> DisputeCase:
    """Judge and grade a reported dispute and take it on; the table of limits says until when it shall be ended.

    `signals` as for assess_risk; None: nobody asked for them, `risk` stands as it was told. `officer` takes charge, if given.
    Raises OverrideUnexplained, LimitMissing, MoveRefused, UnfitPerson, WrongStation.
    """
    lock(case, "accept", by)
    judged = _judge(case, signals, risk, reason, by, at)
    changes = {"risk": judged.risk, "grade": grade, "due_at": limits.due_at(grade, day_of(at))}
    if officer is not None:
        must_be_fit(officer, case, TAKES_CHARGE)
        changes["officer"] = officer
    step = _move(case, "accept", by=by, at=at, note=told(judged), **changes)
    if officer is not None:
        tell_of_task(officer, case, step, at)
    return case


def told(judged: RiskAssessment) -> str:
    """A judgement in a line: colour, points, and why another colour than the suggested one was chosen."""
    words = [str(DisputeCase.Risk(judged.risk).label)]
    if judged.suggested:
        words.append(_("%(points)s points") % {"points": judged.points})
    return " · ".join([*words, judged.reason] if judged.reason else words)


def _judge(case, signals, risk, reason, by, at) -> RiskAssessment:
    if signals is None and risk:
        return RiskAssessment.objects.create(case=case, risk=risk, reason=reason.strip(), by=by, at=at)
    seen = suggest_risk(signals or ())
    risk = risk or seen.risk
    if risk != seen.risk and not reason.strip():
        raise OverrideUnexplained(
            _("%(points)s points suggest “%(suggested)s”. Say why you judge it “%(risk)s”, or take the suggestion.")
            % {
                "points": seen.points,
                "suggested": DisputeCase.Risk(seen.risk).label,
                "risk": DisputeCase.Risk(risk).label,
            }
        )
    return RiskAssessment.objects.create(
        case=case, signals=seen.weights, points=seen.points, suggested=seen.risk, risk=risk, reason=reason.strip(), by=by, at=at
    )
