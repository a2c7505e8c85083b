"""Nails for sheets: each room hangs what may come and go as Excel. Modules called `imports` are found in every room at the start."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from shengkang.organization.imports import group_name
from shengkang.organization.models import Station, Unit, User
from shengkang.organization.selectors import villages_of
from shengkang.organization.sheets.cells import CellRefused, Reader, plain, shown
from shengkang.organization.sheets.plan import Plan, Row


@dataclass(frozen=True)
class Column:
    """One column: `read` understands a filled cell. `secret`: never shown and never exported, only taken in (an ID number).

    `choices`: the words that fit, for the list in the template. `as_text`: the template keeps long numbers as text.
    """

    key: str
    header: Any
    read: Reader
    required: bool = False
    help: Any = ""
    choices: tuple[tuple[str, Any], ...] = ()
    secret: bool = False
    as_text: bool = False
    width: int = 14

    def words(self, value: Any) -> str:
        if self.secret:
            return "••••••" if value else ""
        return shown(value, self.choices)


@dataclass
class Scene:
    """For whom a sheet is read or written, and the places of his station by name."""

    station: Station
    by: User
    at: datetime
    with_minors: bool = False

    @cached_property
    def villages(self) -> list[Unit]:
        return list(villages_of(self.station))

    @cached_property
    def _by_name(self) -> dict[str, Unit]:
        return {key: village for village in self.villages for key in (village.name, village.code) if key}

    @cached_property
    def _groups(self) -> dict[tuple[int, str], Unit]:
        groups = Unit.objects.filter(level=Unit.Level.GROUP, parent__in=self.villages)
        return {(group.parent_id, group.name): group for group in groups}

    @cached_property
    def units(self) -> dict[int, Unit]:
        """Villages and groups by their id."""
        return {unit.pk: unit for unit in (*self.villages, *self._groups.values())}

    def village(self, name: str) -> Unit:
        """The village of the station that is called so. Raises CellRefused."""
        found = self._by_name.get(name) or self._by_name.get(name.removesuffix("居委会").removesuffix("委会"))
        if found is None:
            raise CellRefused(_("Your station serves no village of this name. Write it as in the list of villages."))
        return found

    def group(self, village: Unit, name: str) -> Unit | None:
        """The group of a village; 1, 1组, 第一组 and 一组 are the same. Raises CellRefused."""
        if not name:
            return None
        called = plain(name).removeprefix("第")
        number = called.removesuffix("组")
        called = group_name(int(number)) if number.isdigit() and 0 < int(number) < 100 else f"{number}组"
        found = self._groups.get((village.pk, called)) or self._groups.get((village.pk, plain(name)))
        if found is None:
            raise CellRefused(_("This village has no such group. Leave the cell empty, or ask for the group to be added."))
        return found


@dataclass(frozen=True)
class Sheet:
    """Rows of one noun, as a station keeps them in Excel.

    identity: in words, what makes two rows the same thing. cell: the line of the matrix for writing such things by hand; who may not
    do that may not import them either. personal: an export needs an approval and is logged as a look at people.
    plan(plan, rows, scene): sorts the rows into new, changed and same, or refuses cells, and writes nothing.
    write(plan, scene): writes the new and the changed lines by the room's verbs and gives counts for the audit, no names.
    rows(scene): what an export holds, a dict by column key for each row.
    """

    key: str
    title: Any
    columns: tuple[Column, ...]
    identity: Any
    cell: tuple[str, str]
    plan: Callable[[Plan, list[Row], Scene], None]
    write: Callable[[Plan, Scene], dict[str, Any]]
    rows: Callable[[Scene], Iterable[dict[str, Any]]]
    personal: bool = True
    order: int = 50
    most_rows: int = 20_000

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)


_sheets: dict[str, Sheet] = {}


def hang(sheet: Sheet) -> None:
    """Hang a sheet; the same key again replaces it."""
    _sheets[sheet.key] = sheet


def sheets() -> list[Sheet]:
    """All sheets, in the order their rooms gave them."""
    return sorted(_sheets.values(), key=lambda sheet: (sheet.order, sheet.key))


def find(key: str) -> Sheet | None:
    return _sheets.get(key)
