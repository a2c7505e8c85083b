"""Cells that only the sheets of this room know: a moment, a class by its name or code."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from shengkang.organization.sheets.cells import CellRefused, as_text, plain

_WRITTEN = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[ T]*(\d{1,2})[:时](\d{1,2})分?(?::(\d{1,2})|(\d{1,2})秒)?")
# Excel counts days from here, the time of day as a fraction.
_DAY_ZERO = datetime.combine(date(1899, 12, 30), time.min)
_DAYS = (3_654, 73_415)


def moment(value: Any) -> datetime:
    """A day with its time: a real one, 2024-5-1 13:05, 2024/5/1 13:05:20, 2024年5月1日13时5分, or Excel's own count. Local time."""
    if isinstance(value, datetime):
        return timezone.make_aware(value.replace(microsecond=0, tzinfo=None))
    if isinstance(value, float) and _DAYS[0] <= value < _DAYS[1]:
        return timezone.make_aware(_DAY_ZERO + timedelta(seconds=round(value * 86_400)))
    written = _WRITTEN.fullmatch(plain(value))
    if written is None:
        raise CellRefused(_("Type day and time like 2024-5-1 13:05."))
    year, month, day, hour, minute, second, other = (int(each or 0) for each in written.groups())
    try:
        return timezone.make_aware(datetime.combine(date(year, month, day), time(hour, minute, second or other)))
    except ValueError as error:
        raise CellRefused(_("There is no such day in the calendar.")) from error


def shown(at: datetime) -> datetime:
    """A moment as a cell holds it: local time without a zone, which Excel does not know."""
    return timezone.localtime(at).replace(tzinfo=None)


class Classes:
    """The rows of a table of classes, found by name or by code."""

    def __init__(self, model: type[Model]):
        self.rows = list(model.objects.order_by("code"))
        self._found = {row.code: row for row in self.rows} | {row.name: row for row in self.rows}

    def find(self, told: str) -> Model:
        """Raises CellRefused where no class is called so."""
        found = self._found.get(told) or self._found.get(plain(told))
        if found is None and told.isdecimal():
            # Excel drops the zero in front.
            found = self._found.get(told.zfill(2))
        if found is None:
            raise CellRefused(
                _("No class is called so. Take one of the list: %(names)s.") % {"names": "、".join(map(str, self.rows))}
            )
        return found


def words(value: Any) -> str:
    """A class or a word as the file spells it, on one line."""
    return " ".join(as_text(value).split())
