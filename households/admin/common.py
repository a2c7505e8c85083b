"""What the desk pages of homes and heads share: tables with numbers, a day."""

from django.utils.translation import gettext_lazy as _

from shengkang.organization.desk import VerbForm
from shengkang.organization.desk_parts import day_field


def table(columns, rows) -> dict:
    """A table as parts/table.html wants it; a cell is a text or {"text", "url", "tone", "number"}, a column a text or {"label", "number"}."""
    return {
        "columns": [column if isinstance(column, dict) else {"label": column} for column in columns],
        "rows": [{"cells": [cell if isinstance(cell, dict) else {"text": cell} for cell in row]} for row in rows],
    }


def number(value, url="") -> dict:
    return {"text": str(value), "number": True, "url": url}


class DayForm(VerbForm):
    on = day_field(_("day"))
