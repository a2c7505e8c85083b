"""Telling somebody something: a row in the transaction of the deed, delivered by the clock, read by a person."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from shengkang.errors import RuleViolation
from shengkang.notices.backends import DeliveryFailed
from shengkang.notices.models import Notice
from shengkang.organization.models import User

# Waits of 1, 2, 4 … minutes; after the last try the notice stays readable in the app and is not tried again.
MAX_ATTEMPTS = 8
FIRST_WAIT = timedelta(minutes=1)


class NotYourNotice(RuleViolation):
    """A notice is read by the one it is for."""


@transaction.atomic
def notify(*, to: User, kind: str, text: str, key: str, at: datetime, link: str = "") -> Notice:
    """Write a notice. The same `key` to the same account again is the same notice, unchanged.

    `text` (at most 300 characters) names no party, place or number: it may reach a lock screen. `link` is a path of this site.
    """
    notice, _created = Notice.objects.get_or_create(
        to=to, key=key, defaults={"kind": kind, "text": text, "link": link, "at": at, "next_try_at": at}
    )
    return notice


@transaction.atomic
def mark_read(*, notice: Notice, by: User, at: datetime) -> Notice:
    """The one it is for has read it; the first time counts. Raises NotYourNotice."""
    if notice.to_id != by.pk:
        raise NotYourNotice(_("This message is for somebody else. Open your own messages."))
    if notice.read_at is None:
        notice.read_at = at
        notice.save(update_fields=["read_at"])
    return notice


@transaction.atomic
def mark_all_read(*, by: User, at: datetime) -> int:
    """`by` has read whatever is there for him; gives how many were new."""
    return Notice.objects.visible_to(by).unread().update(read_at=at)


@transaction.atomic
def notify_many(*, notices: Iterable[Notice]) -> None:
    """Write many unsaved notices as one set; those whose account was told under the same key before are left out."""
    Notice.objects.bulk_create(notices, ignore_conflicts=True, batch_size=1000)


def deliver_due(*, at: datetime, limit: int = 500) -> int:
    """Hand every notice that is due to all back ends of `settings.NOTICE_BACKENDS`; gives how many were delivered.

    A notice is claimed (attempt counted, next try put off) before it is sent and committed, so two deliverers never send the same one
    and one that kills its deliverer does not stand in the way of the others. May run at any time, any number of times.
    """
    backends = [import_string(name)() for name in settings.NOTICE_BACKENDS]
    return sum(_send(notice, backends, at) for notice in _claim(at, limit))


@transaction.atomic
def _claim(at: datetime, limit: int) -> list[Notice]:
    due = Notice.objects.undelivered().filter(next_try_at__lte=at, attempts__lt=MAX_ATTEMPTS)
    # Only the notice is locked; its account stays free for everybody else.
    claimed = list(
        due.select_related("to").select_for_update(skip_locked=True, of=("self",)).order_by("next_try_at", "id")[:limit]
    )
    for notice in claimed:
        notice.next_try_at = at + FIRST_WAIT * 2**notice.attempts
        notice.attempts += 1
    Notice.objects.bulk_update(claimed, ["next_try_at", "attempts"])
    return claimed


def _send(notice: Notice, backends, at: datetime) -> bool:
    try:
        for backend in backends:
            backend.send(notice)
    except DeliveryFailed as failure:
        Notice.objects.filter(pk=notice.pk).update(last_error=str(failure)[:200])
        return False
    Notice.objects.filter(pk=notice.pk).update(delivered_at=at, last_error="")
    return True
