"""Finding cases by what somebody types: case number, place, what happened, a name, the last digits of a telephone."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQueryField
from django.db.models import BooleanField, F, Func, IntegerField, QuerySet, TextField, Value

from shengkang.organization.selectors import day_of

# How many calendar years, this one included, a search looks into unless it is asked for all.
RECENT_YEARS = 3
# Longer than any sentence of a search; what is typed beyond it is left out.
LONGEST = 100


class _Asked(Func):
    """What was typed, as a question to the index (the database's cases_asked, beside the function that wrote the words)."""

    function = "cases_asked"
    output_field = SearchQueryField()


class _Fits(Func):
    arg_joiner = " @@ "
    template = "%(expressions)s"
    output_field = BooleanField()


def recent_years(at: datetime) -> list[int]:
    """The years a search looks into by itself, the oldest first."""
    this = day_of(at).year
    return list(range(this - RECENT_YEARS + 1, this + 1))


def found(cases: QuerySet, typed: str, *, years: list[int]) -> QuerySet:
    """Those of `cases` that hold every word of `typed`, registered in one of `years` (empty: in any).

    A word is found wherever it was written, in the middle of a sentence too; one of digits alone also as the end of a telephone or a
    case number. Nothing typed: all of them; nothing but dots and dashes: none. Who sees which case is not decided here: `cases` comes
    from `visible_to`.
    """
    typed = typed.strip()[:LONGEST]
    if not typed:
        return cases
    # A NUL the database refuses stands in no text.
    asked = _Asked(
        Value(typed.replace("\x00", " "), output_field=TextField()), Value(years, output_field=ArrayField(IntegerField()))
    )
    return cases.filter(_Fits(F("words__found_by"), asked))
