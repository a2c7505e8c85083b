"""What the ledger does. Every verb is one call of a database function (points/migrations/0003, 0005); nothing here looks before it leaps."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from points.models import Deed, EvaluationPeriod, Rule, Transfer, Wallet
from points.services.refusals import ReasonMissing, call, call_for
from shengkang.audit import services as audit
from shengkang.cases.models import DisputeCase
from shengkang.errors import RuleViolation
from shengkang.organization.models import Person, User
from shengkang.organization.services import approval_in_force

# Rows of one seal; a long backlog is sealed in several.
SEAL_CHUNK = 20_000
# Building all sixteen fields of a row nobody looks at costs a third of an award.
AWARD_BRINGS = ("id", "from_wallet_id", "to_wallet_id", "amount", "kind", "key")


class SelfAward(RuleViolation):
    """Nobody awards points to himself."""


def open_wallet(*, person: Person, by: User | None, at: datetime) -> Wallet:
    """The wallet of `person`, opened empty with a fresh card if there is none yet."""
    if call("points_open_wallets", [person.pk]):
        wallet = Wallet.objects.get(person=person)
        audit.note_deed(verb="open_wallet", about=wallet, by=by, at=at)
        return wallet
    return Wallet.objects.get(person=person)


def open_wallets(*, people: Iterable[int], by: User | None, at: datetime) -> int:
    """Open the missing wallets of many people (ids) as one set; returns how many were missing."""
    return call("points_open_wallets", list(people))


def award(
    *,
    wallet: Wallet,
    amount: int,
    rule: Rule,
    key: str,
    by: User | None,
    at: datetime,
    case: DisputeCase | None = None,
    deed: Deed | None = None,
    period: EvaluationPeriod | None = None,
) -> Transfer:
    """Give `amount` > 0 points under `rule`; a debt of the wallet is paid first.

    `key` (at most 100 characters) makes it happen once: the same key and contents give the same transfer again.
    Raises SelfAward, WalletUnknown, KeyReused, OtherStation.
    """
    if by is not None and by.person_id is not None and by.person_id == wallet.person_id:
        raise SelfAward(_("Nobody awards points to himself. Ask a colleague."))
    return call_for(
        Transfer,
        "points_award",
        wallet.pk,
        amount,
        rule.pk,
        key,
        case and case.pk,
        deed and deed.pk,
        period and period.pk,
        by and by.pk,
        at,
        only=AWARD_BRINGS,
    )


def post_period(*, period: EvaluationPeriod, by: User | None, at: datetime) -> int:
    """Post every bonus line of a closed period as one set and return how many were posted now; a second call posts nothing.

    Missing wallets are opened, debts are paid first, the base score is never transferred. Raises PeriodNotClosed.
    """
    return call("points_post_period", period.pk, by and by.pk, at)


def reverse(*, transfer: Transfer, reason: str, by: User, at: datetime) -> Transfer:
    """Take an award back by a second row: what is in the wallet goes, the rest is a debt that the next points pay.

    Two people are needed (domain §3): `by` holds an approval of points_entry/reverse for this transfer.
    Raises ReasonMissing, ApprovalNeeded, AlreadyReversed, NotReversible (not an award).
    """
    if not reason.strip():
        raise ReasonMissing(_("Say why these points are taken back; the person will read it."))
    approval_in_force(obj="points_entry", action="reverse", target_ref=audit.ref(transfer), by=by, at=at)
    return call_for(Transfer, "points_reverse", transfer.pk, reason.strip()[:200], by.pk, at)


@transaction.atomic
def rotate_card(*, wallet: Wallet, by: User, at: datetime) -> Wallet:
    """Give the wallet a new card; what is printed on the old one opens nothing any more."""
    wallet.card = uuid.uuid4()
    wallet.save(update_fields=["card"])
    audit.note_deed(verb="rotate_card", about=wallet, by=by, at=at)
    return wallet


def seal_ledger(*, at: datetime) -> int:
    """Seal every transfer posted so far; returns how many seals were written (0: nothing new, or a long posting is under way)."""
    return call("points_seal_up", at, SEAL_CHUNK)
