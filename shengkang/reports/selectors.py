"""Questions about figures: what a month counted, compared with before, and which rows are behind a number."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Aggregate, BigIntegerField, Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from shengkang.organization.selectors import day_of
from shengkang.reports import nails
from shengkang.reports.models import ClosedMonth, DayFigure, ReportLine
from shengkang.reports.nails import Gather, Indicator, Part, Span

# Below this base a change in percent says nothing (domain, "The leader's report": 基数小).
SMALL_BASE = 10
# Below this a protected figure could point at somebody.
TELLS_TOO_MUCH = 5


class Median(Aggregate):
    function = "PERCENTILE_CONT"
    template = "ROUND(%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s))::bigint"
    output_field = BigIntegerField()


def gathering(part: Part) -> Aggregate:
    """The aggregate that turns rows of `part` into its figure."""
    return {
        Gather.COUNT: lambda: Count("pk"),
        Gather.SUM: lambda: Sum(part.amount),
        Gather.MEDIAN: lambda: Median(part.amount),
    }[part.gather]()


def month_of(day: date) -> date:
    return day.replace(day=1)


def next_month(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def previous_month(day: date) -> date:
    return (month_of(day) - timedelta(days=1)).replace(day=1)


def same_month_last_year(month: date) -> date:
    return month.replace(year=month.year - 1)


def quarter_of(day: date) -> date:
    """The first day of the quarter."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def next_quarter(quarter: date) -> date:
    return next_month(next_month(next_month(quarter)))


def span_of(part: Part, month: date) -> tuple[date, date]:
    """First day, and first day after, of what a figure of `month` is counted over."""
    if part.span is Span.QUARTER:
        return quarter_of(month), next_quarter(quarter_of(month))
    return month, next_month(month)


def months_up_to(month: date, count: int) -> list[date]:
    """`count` months, the last of them `month`."""
    months = [month]
    while len(months) < count:
        months.insert(0, previous_month(months[0]))
    return months


def closed_months(station) -> dict[date, set[str]]:
    """Each closed month with the parts that were counted in it."""
    return {closed.month: set(closed.parts) for closed in ClosedMonth.objects.filter(station=station)}


@dataclass(frozen=True)
class Figures:
    """Stored values of some months: `values[month, part key]`, whole or split by one more field."""

    values: dict
    closed: dict[date, set[str]]

    def of(self, part: Part, month: date, *split) -> int | None:
        """The stored value (see Part.scale); None when the part was not yet counted in that closed month, or has no median."""
        value = self.values.get((month, part.key, *split))
        if value is not None:
            return value
        counted = part.key in self.closed.get(month, {part.key})
        return 0 if counted and part.adds_up else None

    def split_of(self, part: Part, month: date) -> dict:
        """The values of one part and month by what they are split by (a tuple where it is more than one)."""
        own = {key[2:]: value for key, value in self.values.items() if key[:2] == (month, part.key)}
        return {key[0] if len(key) == 1 else key: value for key, value in own.items()}


def figures(
    station,
    months: Iterable[date],
    parts: Iterable[Part],
    *,
    village=None,
    split: tuple[str, ...] = (),
    until_day: int | None = None,
) -> Figures:
    """Stored figures of `months` (first days): closed months from their frozen lines, the others from the day figures.

    village: that village alone. split: more keys, of "kind" and "village_id". until_day: only the days of each month up to this one,
    to compare a running month with the same days of others; then all months are read from the day figures. Two or three queries.
    """
    months, parts = set(months), list(parts)
    keys = [part.key for part in parts if not part.hidden]
    medians = [part.key for part in parts if not part.adds_up]
    closed = closed_months(station)
    frozen = set() if until_day else months & closed.keys()
    where = Q(station=station, part__in=keys)
    if village is not None:
        where &= Q(village=village)
    elif "village_id" not in split:
        where &= Q(village__isnull=True) | ~Q(part__in=medians)
    by = ["part", *split]
    values: dict = defaultdict(int)
    if frozen:
        for row in ReportLine.objects.filter(where, month__in=frozen).values_list("month", *by).annotate(Sum("value")).order_by():
            values[row[:-1]] += row[-1]
    if moving := months - frozen:
        days = Q()
        for month in moving:
            last = next_month(month) if until_day is None else min(next_month(month), month + timedelta(days=until_day))
            days |= Q(day__gte=month, day__lt=last)
        counted = DayFigure.objects.filter(where, days).annotate(month=TruncMonth("day"))
        for row in counted.values_list("month", *by).annotate(Sum("value")).order_by():
            values[row[:-1]] += row[-1]
    return Figures(dict(values), closed)


@dataclass(frozen=True)
class Comparison:
    """How a value stands to an earlier one. `change`: percent for counts, points for rates, the unit itself for medians;
    None with `small` when the base is too small for a percentage to mean anything, or when there is nothing to compare with."""

    month: date
    base: float | None
    change: float | None
    small: bool


@dataclass(frozen=True)
class Line:
    """One indicator of one month, as it is shown: value, the parts it was made of, and what it was before."""

    indicator: Indicator
    month: date
    value: float | None
    terms: tuple[tuple[Part, float | None], ...]
    last_month: Comparison
    last_year: Comparison

    @property
    def of_how_many(self) -> float:
        """The base of a rate."""
        return sum(value or 0 for _part, value in self.terms[1:])


def _value(indicator: Indicator, month: date, counted: Figures) -> tuple[float | None, float]:
    """(what is shown, its base: the denominator of a rate, else the value itself)"""
    top = counted.of(indicator.top, month)
    if not indicator.bottom:
        shown = None if top is None else top / indicator.top.scale
        return shown, shown or 0
    bottoms = [counted.of(part, month) for part in indicator.bottom]
    if top is None or None in bottoms:
        return None, 0
    base = sum(bottoms)
    return (top * 100 / base if base else None), base


def compare(indicator: Indicator, month: date, earlier: date, counted: Figures) -> Comparison:
    """Percent on a base below SMALL_BASE is not given, nor points between rates of which one stands on so few."""
    now, now_base = _value(indicator, month, counted)
    then, then_base = _value(indicator, earlier, counted)
    if now is None or then is None:
        return Comparison(earlier, then, None, small=False)
    if not indicator.top.adds_up:
        return Comparison(earlier, then, now - then, small=False)
    if indicator.bottom:
        small = min(now_base, then_base) < SMALL_BASE
        return Comparison(earlier, then, None if small else now - then, small)
    small = then < SMALL_BASE and not now == then == 0
    return Comparison(earlier, then, None if small else (now - then) * 100 / (then or 1), small)


def lines(station, month: date, *, today: date, village=None) -> list[Line]:
    """Every indicator of `month` beside the month before and the same month last year.

    A month that still runs is compared with the same days of the others, so that the third of a month does not look like a collapse.
    """
    running = month_of(today) == month
    before, year_ago = previous_month(month), same_month_last_year(month)
    parts = [part for indicator in nails.indicators() for part in indicator.parts]
    counted = figures(station, {month, before, year_ago}, parts, village=village, until_day=today.day if running else None)
    return [
        Line(
            indicator=indicator,
            month=month,
            value=_value(indicator, month, counted)[0],
            terms=tuple((part, _shown(part, counted.of(part, month))) for part in indicator.parts),
            last_month=compare(indicator, month, before, counted),
            last_year=compare(indicator, month, year_ago, counted),
        )
        for indicator in nails.indicators()
    ]


def _shown(part: Part, value: int | None) -> float | None:
    return None if value is None else value / part.scale if part.scale > 1 else value


def protected_figures(station, month: date) -> list[tuple[Part, date, str]]:
    """(part, first day of the quarter, "<5" or the number) of the quarter of `month`; the number itself never leaves here below 5."""
    quarter = quarter_of(month)
    last = previous_month(next_quarter(quarter))
    answer = []
    for part in nails.protected():
        line = ReportLine.objects.filter(station=station, month=last, part=part.key).values_list("value", flat=True).first()
        if line is None:
            line = DayFigure.objects.filter(station=station, day=quarter, part=part.key).values_list("value", flat=True).first()
        answer.append((part, quarter, str(line) if (line or 0) >= TELLS_TOO_MUCH else f"<{TELLS_TOO_MUCH}"))
    return answer


@dataclass(frozen=True)
class Behind:
    """The rows behind one figure. `gone`: counted in the closed month, but erased or protected since."""

    value: float | None
    rows: QuerySet
    count: int
    frozen: bool
    gone: int = 0


def rows_behind(station, part: Part, month: date, *, at: datetime, village=None, kind: str | None = None) -> Behind | None:
    """The rows that `part` counts in `month`, newest first; a closed month answers with the ids frozen then.

    None when the part is hidden, or was not yet counted when that month was closed.
    """
    if part.hidden:
        return None
    closed = closed_months(station).get(month)
    if closed is None:
        rows = part.between(station, *span_of(part, month), at)
        if village is not None:
            rows = rows.filter(**{part.village: village}) if part.village else rows.none()
        if kind is not None and part.kind:
            rows = rows.filter(**{part.kind: kind})
        counted = rows.order_by().aggregate(n=Count("pk"), value=gathering(part))
        value = counted["value"] or (0 if part.adds_up else None)
        return Behind(_shown(part, value), rows.order_by("-pk"), counted["n"], frozen=False)
    if part.key not in closed:
        return None
    kept = ReportLine.objects.filter(station=station, month=month, part=part.key)
    if village is not None:
        kept = kept.filter(village=village)
    elif not part.adds_up:
        kept = kept.filter(village__isnull=True)
    if kind is not None and part.kind:
        kept = kept.filter(kind=kind)
    kept = list(kept)
    ids = [pk for line in kept for pk in line.ids]
    rows = part.still_shown(station, ids).order_by("-pk")
    value = sum(line.value for line in kept) if part.adds_up or kept else None
    return Behind(_shown(part, value), rows, len(ids), frozen=True, gone=len(ids) - rows.count())


def last_closed_month(station) -> date | None:
    return ClosedMonth.objects.filter(station=station).order_by("-month").values_list("month", flat=True).first()


def is_running(month: date, at: datetime) -> bool:
    return month_of(day_of(at)) == month
