"""What a URL is knocked at with: an instance that is the role's own, one of the same station, one of the other."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.access.law import OTHER, OWN, SAME


class Trio(NamedTuple):
    """None: there is no such instance (nothing is own by nature, or nothing belongs to a station)."""

    own: Any = None
    same: Any = None
    other: Any = None

    def cases(self):
        return [(name, thing) for name, thing in zip((OWN, SAME, OTHER), self, strict=True) if thing is not None]


def of_place(own: str, same: str = "") -> Callable:
    """Things that hang on the place: the near one is everybody's own as far as the matrix entrusts it to a role."""

    def build(ground, role):
        return Trio(getattr(ground.here, own), getattr(ground.here, same) if same else None, getattr(ground.there, own))

    return build


def by_role(rows: str, same: str) -> Callable:
    """Things of which every role has one of its own."""

    def build(ground, role):
        here, there = getattr(ground.here, rows), getattr(ground.there, rows)
        return Trio(here.get(role), getattr(ground.here, same), there.get(role) or next(iter(there.values())))

    return build


def by_user(rows: str) -> Callable:
    """Things kept under the account they belong to; the colleague's is of the same station."""

    def build(ground, role):
        here, there = ground.here, ground.there
        mine, colleague = here.users.get(role), here.colleague["officer"]
        return Trio(
            getattr(here, rows).get(mine.pk if mine else None), getattr(here, rows)[colleague.pk],
            getattr(there, rows)[there.colleague["officer"].pk],
        )  # fmt: skip

    return build
