"""Nails for rooms whose things carry attachments: each says which of its rows a user may see."""

from collections.abc import Callable

from django.db.models import Q, QuerySet

_nails: dict[str, Callable[..., QuerySet]] = {}


def hang(label: str, visible_to: Callable[..., QuerySet]) -> None:
    """Room `label` ("cases.disputecase", lower case) answers with `visible_to(user)`: the queryset of owners that user may see."""
    _nails[label] = visible_to


def owners_visible_to(user) -> Q:
    """The condition on attachments that all hung rooms together allow; an owner nobody answers for is seen by nobody."""
    seen = Q(pk__in=[])
    for label, visible_to in _nails.items():
        seen |= Q(owner_label=label, owner_id__in=visible_to(user).values("pk"))
    return seen
