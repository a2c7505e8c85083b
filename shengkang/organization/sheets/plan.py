"""What a file would do: each row is new, changed, the same, or refused; a picture of it can be looked at before anything is written."""

import hashlib
import json
import zlib
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from shengkang.organization import sealed
from shengkang.organization.sheets.cells import shown

NEW, CHANGED, SAME = "new", "changed", "same"
# A file with more mistakes than this is mended at its root; the rest is only counted.
MOST_FAULTS = 1_000


@dataclass
class Row:
    """A row of the file as understood: `number` as Excel counts, empty cells are None (leave as it is)."""

    number: int
    cells: dict[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.cells.get(key)


@dataclass
class Line:
    """What becomes of a row. `changes`: header, old and new in words; `about`: whatever the sheet's `write` needs."""

    row: Row
    kind: str
    title: str
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    about: Any = None
    fresh: dict[str, Any] = field(default_factory=dict)


@dataclass
class Fault:
    row: int
    letter: str
    header: str
    message: str


@dataclass
class Plan:
    """The lines and faults of one file. `columns`: letter and Column of each column that is read, by key."""

    columns: dict[str, tuple[str, Any]]
    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    unread: list[str] = field(default_factory=list)
    _seen: dict[Any, int] = field(default_factory=dict)

    def refuse(self, row: int, key: str, message: Any) -> None:
        """Note that a cell, or a whole row under its first column, cannot be taken."""
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS:
            letter, column = self.columns.get(key, ("", None))
            self.faults.append(Fault(row, letter, str(column.header) if column else "", str(message)))

    def twice(self, row: Row, identity: Any, key: str) -> bool:
        """Whether an earlier row was about the same thing; then this one is refused."""
        first = self._seen.setdefault(identity, row.number)
        if first == row.number:
            return False
        self.refuse(row.number, key, _("This is the same as row %(row)s. Delete one of the two rows.") % {"row": first})
        return True

    def add(self, row: Row, title: str, about: Any = None) -> None:
        """The row is a new thing."""
        changes = [
            (str(column.header), "", column.words(row[key])) for key, (_l, column) in self.columns.items() if row[key] is not None
        ]
        self.lines.append(Line(row, NEW, title, changes, about, row.cells))

    def compare(self, row: Row, title: str, old: dict[str, Any], about: Any = None) -> None:
        """The row is a known thing: filled cells that differ from `old` are changes; empty cells leave it as it is."""
        fresh = {key: row[key] for key in old if row[key] is not None and row[key] != old[key]}
        changes = [
            (str(column.header), column.words(old[key]), column.words(fresh[key]))
            for key, (_l, column) in self.columns.items()
            if key in fresh
        ]
        self.lines.append(Line(row, CHANGED if fresh else SAME, title, changes, about, fresh))

    def of_kind(self, kind: str) -> list[Line]:
        return [line for line in self.lines if line.kind == kind]

    @property
    def counts(self) -> dict[str, int]:
        kinds = [line.kind for line in self.lines]
        return {kind: kinds.count(kind) for kind in (NEW, CHANGED, SAME)} | {"errors": self.fault_count}

    def picture(self) -> dict[str, Any]:
        """What people look at before they agree; plain texts, in the order of the file."""
        return {
            "counts": self.counts,
            "lines": [[each.row.number, each.kind, each.title, each.changes] for each in self.lines if each.kind != SAME],
            "faults": [[each.row, each.letter, each.header, each.message] for each in sorted(self.faults, key=lambda f: f.row)],
            "unread": self.unread,
        }


def fingerprint(picture: dict[str, Any]) -> str:
    """Two pictures that look the same have the same one."""
    return hashlib.sha256(json.dumps(picture, sort_keys=True, default=shown).encode()).hexdigest()


def pack(picture: dict[str, Any]) -> bytes:
    """A picture names people: it is kept sealed, and not for long."""
    return sealed.seal_bytes(zlib.compress(json.dumps(picture).encode()))


def unpack(packed: bytes) -> dict[str, Any]:
    return json.loads(zlib.decompress(sealed.open_sealed_bytes(packed)))
