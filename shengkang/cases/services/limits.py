"""How long a case may take, and how long it may stay in a state: the table of limits (Limit), counted in working days.

The day on which something begins is not counted; a limit ends with the last second of its last working day.
"""

from datetime import date, datetime

from django.utils.translation import gettext as _

from shengkang.cases.models import DisputeCase, Limit
from shengkang.cases.moves import OPEN
from shengkang.cases.services.refusals import LimitMissing
from shengkang.organization.selectors import Workdays, day_of, end_of


def table() -> dict[tuple[str, str], int]:
    """The whole table at once: working days by grade and state (empty state: the whole case; empty grade: not graded yet)."""
    return {(limit.grade, limit.status): limit.working_days for limit in Limit.objects.all()}


def due_at(grade: str, accepted_on: date, *, stood: int = 0) -> datetime:
    """The end of the last working day on which a case of `grade` is in time; `stood`: working days its clock stood still.

    Raises LimitMissing where the table has no row for the grade.
    """
    days = Limit.objects.filter(grade=grade, status="").values_list("working_days", flat=True).first()
    if days is None:
        raise LimitMissing(
            _("The table of time limits has no row for “%(grade)s”. Ask your chief to enter it.")
            % {"grade": DisputeCase.Grade(grade).label}
        )
    return end_of(Workdays().after(accepted_on, days + stood))


def step_due_at(grade: str, status: str, entered_on: date, *, stood: int = 0) -> datetime | None:
    """Until when a case of `grade` (empty: not graded yet) may stay in the state it entered on that day; None without a limit."""
    if status not in OPEN:
        return None
    rows = dict(Limit.objects.filter(grade__in=["", grade], status=status).values_list("grade", "working_days"))
    days = rows.get(grade, rows.get(""))
    return None if days is None else end_of(Workdays().after(entered_on, days + stood))


def stood_since(case: DisputeCase, day: date) -> int:
    """How many working days the clock of a case stood still in pauses that began on `day` or later and have ended."""
    calendar = Workdays()
    pauses = case.pauses.exclude(ended_at=None).values_list("began_at", "ended_at")
    return sum(calendar.between(day_of(began), day_of(ended)) for began, ended in pauses if day_of(began) >= day)


def moved_on(case: DisputeCase, first: date, last: date) -> dict[str, datetime]:
    """The limits of a case, later by the working days after `first` and up to `last`; a late one stays as late as it was."""
    calendar = Workdays()
    stood = calendar.between(first, last)
    limits = {name: getattr(case, name) for name in ("due_at", "state_due_at")}
    return {name: end_of(calendar.after(day_of(limit), stood)) for name, limit in limits.items() if limit is not None}


def days_left(limit: datetime | None, on: date) -> int | None:
    """Working days from `on` to a limit, the day itself not counted; below zero when it is past, None where there is none."""
    return None if limit is None else Workdays().between(on, day_of(limit))
