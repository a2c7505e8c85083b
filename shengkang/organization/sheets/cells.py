"""What stands in a cell, understood as people mean it: full-width digits, telephones kept as numbers, days in every spelling.

A reader takes a raw value (text, number, day) and gives what it means, or raises CellRefused with a sentence that says what to type.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shengkang.errors import RuleViolation
from shengkang.organization.forms import plain_phone
from shengkang.organization.services import check_id_number

Reader = Callable[[Any], Any]
# A text that begins so would be run by Excel as a formula; behind an apostrophe it stays a text.
FORMULA = re.compile(r"'*[=+\-@\t\r]")
_WRITTEN_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 0{1,2}:00(?::00)?)?")
_YES, _NO = {"1", "y", "yes", "true", "√", "✓"}, {"0", "n", "no", "false", "×"}
# Excel counts days from here; numbers outside the range are no days of ours.
_DAY_ZERO, _DAYS = date(1899, 12, 30), range(3_654, 73_415)


class CellRefused(RuleViolation):
    """A cell does not hold what its column wants."""


def neutral(text: str) -> str:
    """The text as it may stand in a cell: one apostrophe in front of what looks like a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def as_text(value: Any) -> str:
    """A raw value as text: 13800000000.0 is 13800000000, the apostrophe of `neutral` is taken off again."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.date() if value.time() == value.time().min else value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value)
    if text.startswith("'") and FORMULA.match(text):
        text = text[1:]
    return "".join(c for c in text.replace("\u3000", " ") if c >= " " or c in "\t\n").strip()


def plain(value: Any) -> str:
    """As `as_text`, with full-width digits, letters and signs made plain."""
    return unicodedata.normalize("NFKC", as_text(value)).strip()


def text(most: int) -> Reader:
    def read(value):
        found = " ".join(as_text(value).split())
        if found.startswith("#") and found.endswith(("!", "?", "/A")):
            raise CellRefused(_("The formula in this cell went wrong. Type the text itself."))
        if len(found) > most:
            raise CellRefused(_("At most %(most)s characters fit here.") % {"most": most})
        return found

    return read


def code(most: int) -> Reader:
    """A code of letters and digits; a long one that Excel has taken for a number has lost its last digits."""

    def read(value):
        if isinstance(value, int | float) and abs(value) >= 10**15:
            raise CellRefused(_("Excel has cut off the last digits of this number. Set the column to “text” and type it again."))
        found = plain(value).replace(" ", "")
        return text(most)(found)

    return read


def name(value):
    """The name of a person or a place, without blanks between Chinese characters (张 三)."""
    return re.sub(r"(?<=[^\x00-\x7f]) +(?=[^\x00-\x7f])", "", text(40)(value))


def door(value):
    """A door of a village; where only the number was written, the word behind it is added."""
    found = re.sub(r"\s", "", plain(value))
    found = f"{found}号" if found.isdigit() else found
    return text(40)(found)


def phone(value):
    found = plain_phone(plain(value))
    if not 3 <= len(found) <= 20 or not found.isdigit():
        raise CellRefused(_("This is no telephone number. Type its digits, or leave the cell empty."))
    return found


def id_number(value):
    if isinstance(value, int | float):
        raise CellRefused(_("Excel has cut off the last digits of this number. Set the column to “text” and type it again."))
    return check_id_number(plain(value))


def whole(low: int, high: int) -> Reader:
    def read(value):
        found = plain(value)
        if not re.fullmatch(r"-?\d{1,12}", found) or not low <= int(found) <= high:
            raise CellRefused(_("Type a whole number from %(low)s to %(high)s.") % {"low": low, "high": high})
        return int(found)

    return read


def decimal(low: float, high: float) -> Reader:
    def read(value):
        found = plain(value)
        if not re.fullmatch(r"-?\d{1,3}(\.\d{1,15})?", found) or not low <= float(found) <= high:
            raise CellRefused(_("Type a number from %(low)s to %(high)s.") % {"low": low, "high": high})
        return round(float(found), 6)

    return read


def day(value):
    """A day: a real date, 2024-5-1, 2024/5/1, 2024.5.1, 2024年5月1日, 20240501, or Excel's own count of days."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    found = plain(value)
    written = _WRITTEN_DAY.fullmatch(found) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", found)
    try:
        if written:
            return date(*map(int, written.groups()))
    except ValueError as error:
        raise CellRefused(_("There is no such day in the calendar.")) from error
    if found.isdigit() and int(found) in _DAYS:
        return _DAY_ZERO + timedelta(days=int(found))
    raise CellRefused(_("Type a day like 2024-5-1."))


def yes_no(value):
    found = plain(value).lower()
    if found in _YES or found == pgettext("in a cell", "yes"):
        return True
    if found in _NO or found == pgettext("in a cell", "no"):
        return False
    raise CellRefused(_("Type “%(yes)s” or “%(no)s”.") % {"yes": pgettext("in a cell", "yes"), "no": pgettext("in a cell", "no")})


def choice(choices: Iterable[tuple[str, Any]]) -> Reader:
    """One of a model's choices, by its word or its code."""

    def read(value):
        found = as_text(value)
        words = {str(word): code for code, word in choices if code != ""}
        if found in words:
            return words[found]
        if found in words.values():
            return found
        raise CellRefused(_("Type one of: %(words)s.") % {"words": pgettext("list", ", ").join(words)})

    return read


def shown(value: Any, choices: Iterable[tuple[str, Any]] = ()) -> str:
    """A value in words, for the picture of what will change."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return pgettext("in a cell", "yes") if value else pgettext("in a cell", "no")
    if isinstance(value, date | Model):
        return str(value)
    return str(dict(choices).get(value, value))
