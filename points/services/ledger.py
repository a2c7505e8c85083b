"""Posting of a closed period, until the ledger itself arrives."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import F

from points.models import EvaluationPeriod, ScoreLine, Transfer, Wallet


@transaction.atomic
def post_period(*, period: EvaluationPeriod, by, at: datetime) -> int:
    """Post every bonus line of the period once; returns how many were posted."""
    issuance, _created = Wallet.objects.get_or_create(station=period.station, kind=Wallet.Kind.ISSUANCE)
    posted = 0
    for line in ScoreLine.objects.filter(period=period, rule__part="bonus"):
        wallet, _created = Wallet.objects.get_or_create(
            person_id=line.person_id,
            defaults={"station": period.station, "kind": "person", "balance": 0, "card": uuid.uuid4()},
        )
        _transfer, created = Transfer.objects.get_or_create(
            key=f"line:{line.pk}",
            defaults={
                "from_wallet": issuance, "to_wallet": wallet, "amount": line.points, "kind": "award", "rule": line.rule,
                "period": period, "case": line.case, "deed": line.deed, "by": by, "at": at,
            },
        )  # fmt: skip
        if created:
            Wallet.objects.filter(pk=wallet.pk).update(balance=F("balance") + line.points)
            posted += 1
    return posted
