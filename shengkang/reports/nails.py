"""Nails for figures: each room hangs the indicators it is able to count, as querysets of its own rows.

An indicator is one part (a count or a sum) or two parts (a rate). A part is a queryset of rows with a day and a village, so the
number, its split by village and month, and the rows behind it are always the same rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True)
class Part:
    """Countable rows of one room.

    rows(station) → queryset of every row that may count, over all time; day: the field path of the date or datetime a row counts
    on (local day); village: the field path of its village; amount: the field to sum, None to count rows; describe(row) → dict with
    `title` (no names, place or text: leaders see it), `day`, `state`, and `url` (the staff page of the row or "").
    """

    key: str
    name: Any
    rows: Callable[[Any], QuerySet]
    day: str
    village: str
    describe: Callable[[Any], dict]
    amount: str | None = None


@dataclass(frozen=True)
class Indicator:
    """One line of the leader's page: a figure (`top` only) or a rate (`top` / `bottom`), with its formula in words."""

    key: str
    name: Any
    formula: Any
    top: Part
    bottom: Part | None = None
    measure: Any = ""
    order: int = 50
    better: str = "up"  # which direction is good news: "up", "down" or "" for neither


_indicators: dict[str, Indicator] = {}


def hang(indicator: Indicator) -> None:
    """Hang an indicator; the same key again replaces it."""
    _indicators[indicator.key] = indicator


def indicators() -> list[Indicator]:
    """All indicators, in the order their rooms gave them."""
    return sorted(_indicators.values(), key=lambda indicator: (indicator.order, indicator.key))


def parts() -> dict[str, Part]:
    """Every part of every indicator, once."""
    return {part.key: part for each in indicators() for part in (each.top, each.bottom) if part is not None}
