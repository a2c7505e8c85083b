"""How a figure is said: numbers, months, and what a comparison may claim. One wording for the page, the API and the paper."""

from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from shengkang.reports.selectors import Comparison, Line


def say_number(value: float | None, places: int = 0) -> str:
    """A number with thousands grouped; a dash for what is not known."""
    if value is None:
        return "—"
    places = places if value != int(value) else 0
    return number_format(round(value, places), decimal_pos=places, use_l10n=True, force_grouping=True)


def say_value(line: Line) -> str:
    """The value without its unit: a whole number, a rate as 87.5%, a median with one place."""
    if line.value is None:
        return "—"
    return f"{say_number(line.value, 1)}%" if line.indicator.bottom else say_number(line.value, 1)


def say_base(line: Line, comparison: Comparison) -> str:
    """The earlier value, as it stood."""
    if comparison.base is None:
        return "—"
    return f"{say_number(comparison.base, 1)}%" if line.indicator.bottom else say_number(comparison.base, 1)


def say_change(line: Line, comparison: Comparison) -> str:
    """+12.5% for counts, +3.2 points for rates, +0.5 for medians; a small base is said and no percentage printed."""
    if comparison.small:
        return _("base too small")
    if comparison.change is None:
        return _("no data")
    change = round(comparison.change, 1)
    if change == 0:
        return _("unchanged")
    signed = f"{'+' if change > 0 else '−'}{say_number(abs(change), 1)}"
    if line.indicator.bottom:
        return _("%s points") % signed
    return f"{signed}%" if line.indicator.top.adds_up else signed


def say_movement(line: Line, comparison: Comparison) -> str:
    """The same in words, for the paper: up 12.5%, down 3.2 points, unchanged."""
    change = round(comparison.change, 1)
    unit = "" if line.indicator.top.adds_up else line.indicator.unit
    return say_direction(change, f"{say_change(line, comparison).lstrip('+−')}{unit}")


def say_direction(change: float, amount: str) -> str:
    """A rise or a fall by `amount`, or that nothing changed."""
    if not change:
        return _("unchanged")
    return (_("up %s") if change > 0 else _("down %s")) % amount


def tone_of(line: Line, comparison: Comparison) -> str:
    """ "ok" for good news, "bad" for bad, "" where neither can be said."""
    if not comparison.change or line.indicator.better == "":
        return ""
    return "ok" if (comparison.change > 0) == (line.indicator.better == "up") else "bad"


def say_month(month: date) -> str:
    return date_format(month, "YEAR_MONTH_FORMAT")


def say_quarter(quarter: date) -> str:
    return _("quarter %(no)d of %(year)d") % {"no": (quarter.month + 2) // 3, "year": quarter.year}
