"""What the hall does: count days again, close a month for good, write its report, issue it."""

from datetime import date, datetime, timedelta

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.db.models import BigIntegerField, CharField, DateField, F, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.utils.translation import gettext as _

from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization.models import Station, User
from shengkang.organization.selectors import day_of, start_of
from shengkang.reports import briefing as words
from shengkang.reports import nails
from shengkang.reports.models import Briefing, ClosedMonth, DayFigure
from shengkang.reports.nails import Part, Span
from shengkang.reports.selectors import (
    gathering,
    last_closed_month,
    month_of,
    next_month,
    next_quarter,
    previous_month,
    quarter_of,
    span_of,
)

# What the clock counts again every few minutes. Rows that are younger than their day (a correction, a late protection) are met
# by the nightly count, which goes back to the first of January of last year.
RECOUNTED_DAYS = 40


class MonthNotOver(RuleViolation):
    """A month that still runs cannot be closed."""


class AlreadyIssued(RuleViolation):
    """The report was issued before."""


def _one_at_a_time(station: Station) -> None:
    """Two clocks that count or close the same station queue here until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"figures of station {station.pk}"])


@transaction.atomic
def recount_days(*, station: Station, since: date, at: datetime) -> None:
    """Count the station's figures again from `since` up to the day of `at`, one statement for each part.

    Months that are closed are left alone. What vanished is taken out, what did not change is not written. May run twice.
    """
    _one_at_a_time(station)
    closed = last_closed_month(station)
    first, today = max(since, next_month(closed)) if closed else since, day_of(at)
    for part in nails.parts().values():
        for start, until in _stretches(part, first, today):
            _recount(station, part, start, until, at)


def recount_everything_open(*, station: Station, at: datetime) -> None:
    """The nightly count: as far back as a comparison with last year reads."""
    recount_days(station=station, since=day_of(at).replace(year=day_of(at).year - 1, month=1, day=1), at=at)


def recount_lately(*, station: Station, at: datetime) -> None:
    """The count of every few minutes; a station without any figures yet is counted as far back as at night."""
    if not DayFigure.objects.filter(station=station).exists():
        recount_everything_open(station=station, at=at)
    else:
        recount_days(station=station, since=day_of(at) - timedelta(days=RECOUNTED_DAYS), at=at)


def _stretches(part: Part, first: date, today: date) -> list[tuple[date, date]]:
    """What is counted in one statement: all the days, or each month or quarter that `first`…`today` touch."""
    if part.span is Span.DAY:
        return [(first, today + timedelta(days=1))]
    start_at, step = (month_of, next_month) if part.span is Span.MONTH else (quarter_of, next_quarter)
    stretches, start = [], start_at(first)
    while start <= today:
        stretches.append((start, step(start)))
        start = step(start)
    return stretches


def _groups(part: Part, rows: QuerySet, day, *, by_village: bool) -> QuerySet:
    """Rows of `part` grouped by day, village and kind."""
    village = F(part.village) if by_village else Cast(Value(None), BigIntegerField())
    kind = Coalesce(Cast(F(part.kind), CharField()), Value("")) if part.kind else Value("", output_field=CharField())
    return rows.order_by().values(c_day=day, c_village=village, c_kind=kind).annotate(c_value=gathering(part))


def _grouped(part: Part, rows: QuerySet, day) -> list[QuerySet]:
    """The groups of villages, and of the whole station where villages do not add up to it."""
    groups = [_groups(part, rows, day, by_village=True)] if part.village else []
    return groups if part.village and part.adds_up else [*groups, _groups(part, rows, day, by_village=False)]


def _union(groups: list[QuerySet], *columns: str) -> tuple[str, list]:
    """The groups as one SQL text; a whole without rows has no value and no line."""
    texts, params = [], []
    for group in groups:
        sql, values = group.query.sql_with_params()
        texts.append(f"SELECT {', '.join(columns)} FROM ({sql}) AS c WHERE c_value IS NOT NULL")  # noqa: S608 our own column names
        params += values
    return " UNION ALL ".join(texts), params


def _constant(day: date) -> Cast:
    return Cast(Value(day.isoformat()), DateField())


def _day_of(part: Part, start: date):
    """The day a row's figure is kept under: its own, or the first of its month or quarter."""
    if part.span is not Span.DAY:
        return _constant(start)
    return TruncDate(part.day) if part.moment else F(part.day)


def _recount(station: Station, part: Part, start: date, until: date, at: datetime) -> None:
    groups = _grouped(part, part.between(station, start, until, at), _day_of(part, start))
    counted, params = _union(groups, "c_day", "c_village", "c_kind", "c_value")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH counted (day, village_id, kind, value) AS MATERIALIZED ({counted}),
            gone AS (
                DELETE FROM reports_dayfigure AS f
                WHERE station_id = %s AND part = %s AND day >= %s AND day < %s AND NOT EXISTS (
                    SELECT FROM counted AS c
                    WHERE c.day = f.day AND c.kind = f.kind AND c.village_id IS NOT DISTINCT FROM f.village_id))
            INSERT INTO reports_dayfigure AS f (station_id, part, day, village_id, kind, value)
            SELECT %s, %s, day, village_id, kind, value FROM counted
            ON CONFLICT (station_id, part, day, village_id, kind) DO UPDATE SET value = EXCLUDED.value
            WHERE f.value <> EXCLUDED.value
            """,  # noqa: S608 the text is compiled by Django, values travel as parameters
            [*params, station.pk, part.key, start, until, station.pk, part.key],
        )


def freeze_month(*, station: Station, month: date, at: datetime) -> Briefing:
    """Close `month` (its first day) for good: a line for each part, village and kind with the ids it counted, then the report.

    A month closed before stays as it is, whatever happened to its rows since; two clocks at once close it once.
    Raises MonthNotOver.
    """
    if start_of(next_month(month)) > at:
        raise MonthNotOver(_("This month still runs. Its figures can be closed when it is over."))
    with transaction.atomic():
        _one_at_a_time(station)
        if not ClosedMonth.objects.filter(station=station, month=month).exists():
            for part in nails.parts().values():
                _recount(station, part, *span_of(part, month), at)
                if part.span is not Span.QUARTER or next_month(month) == span_of(part, month)[1]:
                    _freeze(station, part, month, at)
            closed = ClosedMonth.objects.create(station=station, month=month, parts=sorted(nails.parts()), frozen_at=at)
            audit.note_deed(verb="freeze_month", about=closed, by=None, at=at)
    return write_briefing(station=station, month=month, at=at)


def freeze_due_months(*, station: Station, at: datetime) -> list[Briefing]:
    """Close last month, and before it every month since the last closed one that a silent clock has missed."""
    last, closed = previous_month(day_of(at)), last_closed_month(station)
    month = next_month(closed) if closed else last
    briefings = []
    while month <= last:
        briefings.append(freeze_month(station=station, month=month, at=at))
        month = next_month(month)
    return briefings


def _freeze(station: Station, part: Part, month: date, at: datetime) -> None:
    rows = part.between(station, *span_of(part, month), at)
    groups = [group.annotate(c_ids=ArrayAgg("pk")) for group in _grouped(part, rows, _constant(month))]
    ids = "'{}'::bigint[] AS c_ids" if part.hidden else "c_ids"
    counted, params = _union(groups, "c_village", "c_kind", "c_value", ids)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO reports_reportline (station_id, month, part, village_id, kind, value, ids, frozen_at)
            SELECT %s, %s, %s, c_village, c_kind, c_value, c_ids, %s FROM ({counted}) AS counted
            """,  # noqa: S608 as above
            [station.pk, month, part.key, at, *params],
        )


@transaction.atomic
def write_briefing(*, station: Station, month: date, at: datetime) -> Briefing:
    """Write the Word report of a closed month from its frozen lines; a report written before stays."""
    _one_at_a_time(station)
    found = Briefing.objects.filter(station=station, month=month).first()
    if found is not None:
        return found
    root = nails.anchor(station, start_of(next_month(month)))
    title, document = words.compose(station=station, month=month, root=root, at=at)
    briefing = Briefing(station=station, month=month, title=title, ledger_root=root, written_at=at)
    briefing.file.save(f"{station.pk}-{month:%Y-%m}.docx", ContentFile(document), save=False)
    briefing.save()
    return briefing


@transaction.atomic
def issue_briefing(*, briefing: Briefing, by: User, at: datetime) -> Briefing:
    """Send the report out under the chief's name; from now on the township's leaders see it. Raises AlreadyIssued."""
    briefing = Briefing.objects.select_for_update().get(pk=briefing.pk)
    if briefing.issued_at is not None:
        raise AlreadyIssued(_("This report was already issued."))
    briefing.issued_by, briefing.issued_at = by, at
    briefing.save(update_fields=["issued_by", "issued_at"])
    audit.note_deed(verb="issue_briefing", about=briefing, by=by, at=at)
    return briefing
