"""Nails for figures: each room hangs the indicators it is able to count, as querysets of its own rows.

An indicator is one part (a count, a sum, a median) or a rate of parts. A part is a queryset of rows, so the number, its split by
village, month and kind, and the rows behind it are always the same rows. Modules called `indicators` are found in every installed
room when the house starts; nothing here knows them by name.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.urls import reverse

from shengkang.organization.selectors import day_of, start_of


class Span(Enum):
    """What a part is counted over."""

    DAY = "day"  # rows have a day; months are sums of days
    MONTH = "month"  # rows are a matter of the whole month: what stood at its start, at its end, whoever took part in it
    QUARTER = "quarter"  # as MONTH, of a calendar quarter


class Gather(Enum):
    """What becomes of the rows."""

    COUNT = "count"
    SUM = "sum"  # of `amount`
    MEDIAN = "median"  # of `amount`; medians of villages do not add up, so the whole station is counted by itself


@dataclass(frozen=True)
class Part:
    """Countable rows of one room.

    rows: for Span.DAY `rows(station)`, every row that may count, over all time; otherwise `rows(station, start, end)` with the first
    moment of the span and the first moment after it (or now, when the span still runs). No row may come twice: join to-one only.
    day: field path of the date or moment a DAY row counts on (`moment` says which). village: field path of its village; "" when it
    is counted for the whole station alone. kind: field path of a class that splits the figure, `kinds()` its values with their names.
    amount: field path or annotation to sum. scale: what is stored is `scale` times what is shown (a median of 3.5 days is kept as 35).
    shown: `shown(station)`, the rows that may still be opened from a closed month, whatever became of them; a DAY part may leave it
    out when that is `rows(station)`.
    describe(row): `{"title", "day", "state", "sort"}`, no names, places or text: leaders see it.
    hidden: rows are never listed, no ids are kept, and a value below 5 is shown as "<5".
    """

    key: str
    name: Any
    rows: Callable[..., QuerySet]
    describe: Callable[[Any], dict]
    day: str = ""
    moment: bool = True
    village: str = "village"
    kind: str = ""
    kinds: Callable[[], dict[str, Any]] = dict
    span: Span = Span.DAY
    gather: Gather = Gather.COUNT
    amount: str = ""
    scale: int = 1
    shown: Callable[[Any], QuerySet] | None = None
    hidden: bool = False

    def between(self, station, first: date, until: date, at: datetime) -> QuerySet:
        """The rows of the days from `first` up to, not including, `until`; nothing after `at` is counted."""
        if self.span is not Span.DAY:
            return self.rows(station, start_of(first), min(start_of(until), at))
        until = min(until, day_of(at) + timedelta(days=1))
        bounds = (start_of(first), start_of(until)) if self.moment else (first, until)
        return self.rows(station).filter(**{f"{self.day}__gte": bounds[0], f"{self.day}__lt": bounds[1]})

    def still_shown(self, station, ids: list[int]) -> QuerySet:
        """Those of the rows counted once that may still be opened."""
        return (self.shown or self.rows)(station).filter(pk__in=ids)

    @property
    def adds_up(self) -> bool:
        return self.gather is not Gather.MEDIAN


@dataclass(frozen=True)
class Indicator:
    """One line of the leader's page: a figure (`top` only) or a rate (`top` ÷ the sum of `bottom`), with its formula in words.

    better: which direction is good news ("up", "down" or "" for neither). advice(value): a sentence for the report's suggestions,
    or "" when there is nothing to suggest; it names the unit responsible and something measurable.
    """

    key: str
    name: Any
    formula: Any
    top: Part
    bottom: tuple[Part, ...] = ()
    unit: Any = ""
    group: Any = ""
    order: int = 50
    better: str = "up"
    advice: Callable[[float], Any] | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        return (self.top, *self.bottom)


@dataclass(frozen=True)
class Chart:
    """A picture on the dashboard: `by` "month" (a line over 12 months), "kind" or "village" (bars of the chosen month)."""

    key: str
    title: Any
    by: str
    parts: tuple[Part, ...]
    head: Any
    unit: Any = ""
    drawn: str = "bar"
    order: int = 50


@dataclass(frozen=True)
class Table:
    """The report's table village × kind: each cell holds the parts' values side by side, e.g. settled / still open.

    `analysed` is the part whose kinds the report's sections on rise and fall are about.
    """

    key: str
    title: Any
    parts: tuple[Part, ...]
    analysed: Part
    order: int = 50


@dataclass
class _Board:
    indicators: dict[str, Indicator] = field(default_factory=dict)
    charts: dict[str, Chart] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    quiet: dict[str, Part] = field(default_factory=dict)
    anchor: Callable[[Any, datetime], str] | None = None


_board = _Board()


def hang(indicator: Indicator) -> None:
    """Hang an indicator; the same key again replaces it."""
    _board.indicators[indicator.key] = indicator


def hang_chart(chart: Chart) -> None:
    """Hang a picture; its parts need no indicator of their own."""
    _board.charts[chart.key] = chart


def hang_table(table: Table) -> None:
    """Hang a table of the monthly report."""
    _board.tables[table.key] = table


def hang_protected(part: Part) -> None:
    """Hang a part that is shown per station and quarter only, below 5 as "<5"."""
    _board.quiet[part.key] = part


def hang_anchor(root: Callable[[Any, datetime], str]) -> None:
    """Hang the one anchor: `root(station, at)` is the ledger's root up to that moment, printed in each report outside the database."""
    _board.anchor = root


def indicators() -> list[Indicator]:
    """All indicators, in the order their rooms gave them."""
    return sorted(_board.indicators.values(), key=lambda indicator: (indicator.order, indicator.key))


def charts() -> list[Chart]:
    return sorted(_board.charts.values(), key=lambda chart: (chart.order, chart.key))


def tables() -> list[Table]:
    return sorted(_board.tables.values(), key=lambda table: (table.order, table.key))


def protected() -> list[Part]:
    return list(_board.quiet.values())


def anchor(station, at: datetime) -> str:
    """The ledger's root up to `at`, or "" when no room hung one."""
    return _board.anchor(station, at) if _board.anchor else ""


def parts() -> dict[str, Part]:
    """Every part that is counted, once."""
    drawn = [part for chart in charts() for part in chart.parts]
    tabled = [part for table in tables() for part in (*table.parts, table.analysed)]
    return {part.key: part for part in (*(p for each in indicators() for p in each.parts), *drawn, *tabled, *protected())}


def desk_page(row: Model) -> str:
    """The staff page of a row, "" when it has none."""
    if not admin.site.is_registered(type(row)):
        return ""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
