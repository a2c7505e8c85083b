"""The life of an evaluation period: opened, scored from the facts, reviewed, published, closed."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from points import scoring
from points.models import EvaluationPeriod, PeriodStep, Tariff
from points.services import ledger
from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization.models import Station, User
from shengkang.organization.selectors import day_of

S = EvaluationPeriod.Status


class PeriodMove(NamedTuple):
    label: str
    origins: tuple[str, ...]
    target: str


MOVES: dict[str, PeriodMove] = {
    "review":    PeriodMove(gettext_lazy("sent to review"), (S.OPEN,), S.REVIEW),
    "publish":   PeriodMove(gettext_lazy("published"), (S.REVIEW,), S.PUBLISHED),
    "take_back": PeriodMove(gettext_lazy("publication taken back"), (S.PUBLISHED,), S.REVIEW),
    "close":     PeriodMove(gettext_lazy("closed"), (S.PUBLISHED,), S.CLOSED),
}  # fmt: skip


class PeriodsOverlap(RuleViolation):
    """A period would share days with another one of the station."""


class PeriodMoveRefused(RuleViolation):
    """The table of moves has no such move from the period's state."""


class PeriodNotOver(RuleViolation):
    """A period may not be published before its last day."""


class PeriodIsClosed(RuleViolation):
    """A closed period is never scored again."""


def _locked(period: EvaluationPeriod) -> EvaluationPeriod:
    return EvaluationPeriod.objects.select_for_update(of=["self"]).get(pk=period.pk)


def _move(period: EvaluationPeriod, name: str, *, by: User, at: datetime, **changes) -> EvaluationPeriod:
    """The one place where a period's state changes; `period` is locked by the caller. Raises PeriodMoveRefused."""
    move = MOVES[name]
    if period.status not in move.origins:
        raise PeriodMoveRefused(
            _("This period is %(state)s. Look at its page for what can be done now.") % {"state": period.get_status_display()}
        )
    PeriodStep.objects.create(period=period, from_status=period.status, to_status=move.target, by=by, at=at)
    period.status = move.target
    for field, value in changes.items():
        setattr(period, field, value)
    period.save()
    return period


@transaction.atomic
def open_period(*, station: Station, starts_on: date, ends_on: date, by: User | None, at: datetime) -> EvaluationPeriod:
    """Begin a period (both days belong to it); the same days again are the same period. `by` None is the clock.

    Raises PeriodsOverlap.
    """
    Station.objects.select_for_update(no_key=True).get(pk=station.pk)
    sharing = EvaluationPeriod.objects.filter(station=station, starts_on__lte=ends_on, ends_on__gte=starts_on).first()
    if sharing is not None:
        if (sharing.starts_on, sharing.ends_on) == (starts_on, ends_on):
            return sharing
        raise PeriodsOverlap(_("Some of these days belong to the period %(period)s. Choose others.") % {"period": sharing})
    period = EvaluationPeriod.objects.create(station=station, starts_on=starts_on, ends_on=ends_on)
    audit.note_deed(verb="open_period", about=period, by=by, at=at)
    return period


@transaction.atomic
def open_current_period(*, station: Station, at: datetime) -> EvaluationPeriod | None:
    """The period of today, opened by the clock if there is none: from the day after the last one, or the first of the month, to
    the month's end. None while no tariff is in force.
    """
    today = day_of(at)
    current = EvaluationPeriod.objects.filter(station=station, starts_on__lte=today, ends_on__gte=today).first()
    if current is not None or not Tariff.objects.in_force_on(today).filter(station=station).exists():
        return current
    first = today.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    before = EvaluationPeriod.objects.filter(station=station, ends_on__range=(first, today)).order_by("-ends_on").first()
    after = EvaluationPeriod.objects.filter(station=station, starts_on__range=(today, last)).order_by("starts_on").first()
    return open_period(
        station=station,
        starts_on=before.ends_on + timedelta(days=1) if before else first,
        ends_on=after.starts_on - timedelta(days=1) if after else last,
        by=None,
        at=at,
    )


@transaction.atomic
def score_period(*, period: EvaluationPeriod, at: datetime, by: User | None = None) -> scoring.Rewritten:
    """Rewrite the period's lines from the facts as they are now; asked twice nothing changes.

    A published period only loses lines whose facts no longer hold (a reopened case), it gains none. Raises PeriodIsClosed.
    """
    period = _locked(period)
    if period.status == S.CLOSED:
        raise PeriodIsClosed(_("This period is closed. What was wrong in it is answered by a reversal in the ledger."))
    rewritten = scoring.rewrite(period, at, strike_only=period.status == S.PUBLISHED)
    period.scored_at = at
    period.save(update_fields=["scored_at"])
    if by is not None:
        detail = {"struck": rewritten.struck, "written": rewritten.written}
        audit.note_deed(verb="score_period", about=period, by=by, at=at, detail=detail)
    return rewritten


@transaction.atomic
def end_today(*, period: EvaluationPeriod, by: User, at: datetime) -> EvaluationPeriod:
    """End an open period on the day of `at` instead of its planned last day; the next one begins on the morrow.

    Raises PeriodMoveRefused when it is not open or today is none of its days.
    """
    period = _locked(period)
    today = day_of(at)
    if period.status != S.OPEN or not period.starts_on <= today <= period.ends_on:
        raise PeriodMoveRefused(_("Only the open period of today can be ended today."))
    audit.note_deed(
        verb="end_period_early", about=period, by=by, at=at, detail={"planned": str(period.ends_on), "ends_on": str(today)}
    )
    period.ends_on = today
    period.save(update_fields=["ends_on"])
    return period


@transaction.atomic
def send_to_review(*, period: EvaluationPeriod, by: User, at: datetime) -> EvaluationPeriod:
    """Score once more and hand the draft to the village's review; deeds may still be confirmed. Raises PeriodMoveRefused."""
    score_period(period=period, at=at)
    return _move(_locked(period), "review", by=by, at=at)


@transaction.atomic
def publish_period(*, period: EvaluationPeriod, by: User, at: datetime) -> EvaluationPeriod:
    """Score for the last time and publish (公示); from now on nothing is added. Raises PeriodMoveRefused, PeriodNotOver."""
    score_period(period=period, at=at)
    period = _locked(period)
    if period.status == S.REVIEW and day_of(at) < period.ends_on:
        raise PeriodNotOver(
            _("This period runs until %(day)s. Publish it on that day, or end it early while it is open.")
            % {"day": period.ends_on}
        )
    return _move(period, "publish", by=by, at=at, published_at=at)


@transaction.atomic
def take_back_publication(*, period: EvaluationPeriod, by: User, at: datetime) -> EvaluationPeriod:
    """Return a published period to review, e.g. because an objection was right; it is published anew. Raises PeriodMoveRefused."""
    return _move(_locked(period), "take_back", by=by, at=at, published_at=None)


@transaction.atomic
def close_period(*, period: EvaluationPeriod, by: User, at: datetime) -> EvaluationPeriod:
    """Strike what no longer holds, post the bonus lines to the ledger as one set, and freeze the period (a trigger keeps it so).

    Closing a closed period again changes nothing. Raises PeriodMoveRefused unless it is published.
    """
    period = _locked(period)
    if period.status == S.CLOSED:
        return period
    if period.status == S.PUBLISHED:
        scoring.rewrite(period, at, strike_only=True)
    period = _move(period, "close", by=by, at=at, closed_at=at, scored_at=at)
    ledger.post_period(period=period, by=by, at=at)
    return period
