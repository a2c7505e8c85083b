"""The life of a thing as a table: states, the only moves between them, and one immutable step row for each move made.

A room keeps its own `Status` and `MOVES` on one screen (`moves.py`) and its own step model, a Fact with the fields
`no, move, from_status, to_status, at, by, note` and a key to the thing; `Life` is the one place where a state is changed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shengkang.errors import RuleViolation
from shengkang.organization.models import User


class MoveRefused(RuleViolation):
    """The table of moves has no such move from the thing's state."""


class WrongStation(RuleViolation):
    """A person, a place or a village belongs to another station than the thing it shall belong to."""


class Move(NamedTuple):
    label: Any
    origins: tuple[str, ...]
    target: str | None  # None: the state stays, the step is still written


@dataclass(frozen=True)
class Life:
    """`moves`: the table · `status`: its states · `step`: the model of the step rows · `owner`: the step's key to the thing.

    The thing has the fields `station`, `status` and `steps_taken`.
    """

    moves: dict[str, Move]
    status: type[models.TextChoices]
    step: type[models.Model]
    owner: str

    def begin(self, thing: models.Model, move: str, *, by: User | None, at: datetime, note: str = "", **fields) -> models.Model:
        """Save the thing for the first time in the target of its opening move, and write step 1. `fields` go to the step."""
        thing.status, thing.steps_taken = self.moves[move].target, 1
        thing.save()
        return self._write(thing, move, "", by=by, at=at, note=note, **fields)

    def lock(self, thing: models.Model, move: str, by: User | None) -> None:
        """Hold the thing's row until the transaction ends, bring it up to date and ask the table.

        `by` is None where no person moves it, e.g. a device. Raises MoveRefused, WrongStation.
        """
        thing.refresh_from_db(from_queryset=type(thing)._default_manager.select_for_update(of=("self",)))
        if by is not None and by.station_id != thing.station_id:
            raise WrongStation(_("This belongs to another station. Ask that station to take the step."))
        if thing.status not in self.moves[move].origins:
            possible = [str(each.label) for each in self.moves.values() if thing.status in each.origins]
            raise MoveRefused(
                _("The state is “%(state)s”, so it cannot be “%(move)s” now. Possible from here: %(possible)s.")
                % {
                    "state": self.status(thing.status).label,
                    "move": self.moves[move].label,
                    "possible": pgettext("list", ", ").join(possible) or _("nothing more"),
                }
            )

    def move(
        self,
        thing: models.Model,
        move: str,
        *,
        by: User | None,
        at: datetime,
        note: str = "",
        changes: dict[str, Any] | None = None,
        **fields,
    ) -> models.Model:
        """Make one move: lock, refuse what the table does not list, write `changes` to the thing and exactly one step (with `fields`).

        Raises MoveRefused, WrongStation.
        """
        self.lock(thing, move, by)
        before = thing.status
        thing.status = self.moves[move].target or before
        thing.steps_taken += 1
        for name, value in (changes or {}).items():
            setattr(thing, name, value)
        thing.save(update_fields=["status", "steps_taken", *(changes or {})])
        return self._write(thing, move, before, by=by, at=at, note=note, **fields)

    def _write(self, thing, move, before, *, by, at, note, **fields):
        return self.step.objects.create(
            **{self.owner: thing},
            no=thing.steps_taken,
            move=move,
            from_status=before,
            to_status=thing.status,
            at=at,
            by=by,
            note=note.strip()[:500],
            **fields,
        )
