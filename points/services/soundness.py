"""Telling the chiefs that the books do not fit."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from points.selectors.soundness import Misfit
from shengkang.audit import services as audit
from shengkang.audit.models import AuditEntry
from shengkang.notices.services import notify
from shengkang.organization.access import Role
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of, start_of

VERB = "ledger_does_not_fit"
# Rows named in the audit entry; `manage.py verify_ledger` names all.
NAMED = 50


@transaction.atomic
def report_misfits(*, found: Sequence[Misfit], at: datetime) -> None:
    """Write down what did not fit and tell every chief, once a day for the same rows. Nothing found: nothing is written."""
    if not found:
        return
    detail = {"count": len(found), "rows": [str(misfit) for misfit in found[:NAMED]]}
    today = start_of(day_of(at))
    if not AuditEntry.objects.filter(verb=VERB, at__gte=today, detail=detail).exists():
        audit.note_deed(verb=VERB, about=None, by=None, at=at, detail=detail)
    for chief in User.objects.filter(is_active=True, memberships__role=Role.STATION_CHIEF).distinct():
        notify(
            to=chief,
            kind="ledger",
            text=_(
                "The nightly check of the points ledger found rows that do not fit. Ask the administrator to run the check today."
            ),
            key=f"{VERB}:{day_of(at).isoformat()}",
            at=at,
        )
