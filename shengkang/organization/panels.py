"""Nails for the desk's front page: each room hangs what needs a hand now."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

_panels: dict[str, tuple[int, Callable[[Any, datetime], list[dict]]]] = {}


def hang(room: str, needs_a_hand: Callable[[Any, datetime], list[dict]], order: int = 50) -> None:
    """`needs_a_hand(user, at)` gives the panels of one room as templates/admin/desk_panels.html wants them; few and small queries."""
    _panels[room] = (order, needs_a_hand)


def panels_for(user, at: datetime) -> list[dict]:
    """All panels of all rooms for a user, in the order the rooms gave."""
    return [
        panel for _order, needs_a_hand in sorted(_panels.values(), key=lambda hung: hung[0]) for panel in needs_a_hand(user, at)
    ]
