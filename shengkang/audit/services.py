"""What the audit room does: note a deed, note a look, answer a repeated call once."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from shengkang.audit.models import AccessEntry, AuditEntry, Receipt
from shengkang.errors import RuleViolation


class KeyReused(RuleViolation):
    """The same idempotency key came with another body."""


class KeyMissing(RuleViolation):
    """A creating call came without an idempotency key."""


def ref(thing) -> str:
    """The text by which audit rows name a model instance, e.g. ``cases.DisputeCase:12``; None (the clock itself) is ``clock``."""
    return "clock" if thing is None else f"{thing._meta.label}:{thing.pk}"


def note_deed(*, verb: str, about, by, at: datetime, detail: dict[str, Any] | None = None) -> AuditEntry:
    """Write down a deed that leaves no step row. `detail` must hold no personal data, only ids, codes and counts."""
    return AuditEntry.objects.create(at=at, by_ref=ref(by), verb=verb, object_ref=ref(about), detail=detail or {})


def note_look(*, what: str, about, by, at: datetime, reason: str = "") -> AccessEntry:
    """Write down that `by` looked at `about` (an instance, or a text for a list or an export)."""
    target = about if isinstance(about, str) else ref(about)
    return AccessEntry.objects.create(at=at, by_ref=ref(by), what=what, object_ref=target, reason=reason)


@transaction.atomic
def once(*, by, verb: str, key: str, body: Any, at: datetime, do: Callable[[], dict]) -> dict:
    """Run `do` once for this user, verb and key; a repeat gets the first answer without running it again.

    `body` is anything JSON can hold and is compared by its hash; `do` returns a small JSON dict (usually ids). A refusal raised
    by `do` rolls everything back and is not stored, so the caller may correct himself and send the same key again.

    Raises KeyMissing, KeyReused, and whatever `do` raises.
    """
    if not key or len(key) > 80:
        raise KeyMissing(_("This request carries no valid idempotency key. Reload the page and send it once more."))
    digest = hashlib.sha256(json.dumps(body, sort_keys=True, cls=DjangoJSONEncoder).encode()).hexdigest()
    with connection.cursor() as cursor:
        # Repeats in flight queue here; the second one then finds the receipt of the first.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{ref(by)}|{verb}|{key}"])
    earlier = Receipt.objects.filter(by_ref=ref(by), verb=verb, key=key).first()
    if earlier is None:
        result = do()
        Receipt.objects.create(by_ref=ref(by), verb=verb, key=key, body_hash=digest, result=result, at=at)
        return result
    if earlier.body_hash != digest:
        raise KeyReused(_("This form was already sent with other contents. Open a fresh form to send something new."))
    return earlier.result


def was_answered(*, by, verb: str, key: str) -> bool:
    """Whether this call was answered before; a face that asks something first does not ask again when its form comes twice."""
    return Receipt.objects.filter(by_ref=ref(by), verb=verb, key=key).exists()
