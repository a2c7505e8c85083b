"""Nails for the backup: what a room wants to find again, beside its rows, when the station comes back."""

from collections.abc import Callable

_marks: dict[str, tuple[Callable[[str], dict], str]] = {}


def hang(room: str, mark: Callable[[str], dict], verify: str = "") -> None:
    """`mark(using)` gives what JSON can hold and must be the same after a restore; `verify` names a command that proves the rows."""
    _marks[room] = (mark, verify)


def marks(using: str) -> dict[str, dict]:
    """The marks of all rooms, as the open transaction on the database `using` sees them."""
    return {room: mark(using) for room, (mark, _verify) in sorted(_marks.items())}


def proofs() -> list[str]:
    """The commands that prove a restored station; each ends with an exit code other than 0 when something does not fit."""
    return [verify for _room, (_mark, verify) in sorted(_marks.items()) if verify]
