"""Nails for the phone's front page: each room hangs the tiles its users press."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Shelf(StrEnum):
    """Where a tile stands: DO is a big button, WAIT stands on top while something waits there and below otherwise, LOOK stands below."""

    DO = "do"
    WAIT = "wait"
    LOOK = "look"


@dataclass(frozen=True)
class Tile:
    """One way from the front page. `access_line` is the line of the matrix that lets a user see it; `count(user)` an optional badge
    (0 shows none), which a tile on the shelf WAIT must have. `tone` "danger" is for alarms alone."""

    key: str
    title: Any
    hint: Any
    icon: str
    url_name: str
    access_line: tuple[str, str]
    order: int = 50
    count: Callable[[Any], int] | None = None
    offered: Callable[[Any], bool] | None = None
    shelf: Shelf = Shelf.DO
    tone: str = ""


_tiles: dict[str, Tile] = {}


def hang(tile: Tile) -> None:
    """Hang a tile; the same key again replaces it."""
    _tiles[tile.key] = tile


def tiles() -> list[Tile]:
    """All tiles, in the order their rooms gave them."""
    return sorted(_tiles.values(), key=lambda tile: (tile.order, tile.key))
