"""Nails for rooms whose things carry attachments: each says which of its rows a user may see, and whether a look is written down."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q, QuerySet


@dataclass(frozen=True)
class Nail:
    visible_to: Callable[..., QuerySet]
    note_look: Callable[..., None] | None = None


_nails: dict[str, Nail] = {}


def hang(label: str, visible_to: Callable[..., QuerySet], note_look: Callable[..., None] | None = None) -> None:
    """Room `label` ("cases.disputecase", lower case) answers for its owners.

    `visible_to(user)`: the queryset of owners that user may see. `note_look(owner_id, by=, at=)`: called when a file of an owner was
    opened, for rooms that must write down who looked.
    """
    _nails[label] = Nail(visible_to, note_look)


def owners_visible_to(user) -> Q:
    """The condition on attachments that all hung rooms together allow; an owner nobody answers for is seen by nobody."""
    seen = Q(pk__in=[])
    for label, nail in _nails.items():
        seen |= Q(owner_label=label, owner_id__in=nail.visible_to(user).values("pk"))
    return seen


def note_look(attachment, *, by, at) -> None:
    """Let the owner's room write down that somebody opened a file."""
    nail = _nails[attachment.owner_label]
    if nail.note_look is not None:
        nail.note_look(attachment.owner_id, by=by, at=at)
