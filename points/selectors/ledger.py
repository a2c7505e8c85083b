"""What a wallet holds, and why: every line of a statement names its rule and its fact, or its goods."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum, prefetch_related_objects
from django.utils.translation import gettext as _

from points.models import Transfer, Wallet

# Lines on one page of a statement.
PAGE = 20


@dataclass(frozen=True)
class Line:
    """One line of a statement: `points` signed as the person sees it, `after` what was left then (negative: owed)."""

    transfer: Transfer
    points: int
    after: int
    title: str
    fact: str
    at: datetime


@dataclass(frozen=True)
class Statement:
    """A page of a statement, newest first; `older` is the `before` of the next page, None at its end."""

    lines: list[Line]
    older: int | None


def wallet_of(person) -> Wallet | None:
    """The wallet of a person, None while there is none."""
    return Wallet.objects.filter(person=person).first() if person else None


def wallet_by_card(station_id: int, text: str) -> Wallet | None:
    """The wallet of this station whose card shows `text`: the QR code's id, or the digits printed below it."""
    wallets = Wallet.objects.filter(station_id=station_id, kind=Wallet.Kind.PERSON).select_related("person")
    text = text.strip().rstrip("/").rpartition("/")[2]
    digits = "".join(text.split())
    if digits.isascii() and digits.isdigit() and 4 < len(digits) <= 22:
        wallet = wallets.filter(pk=int(digits[:-4])).first() if len(digits[:-4]) < 19 else None
        return wallet if wallet and wallet.card_code == digits else None
    try:
        card = uuid.UUID(text)
    except ValueError:
        return None
    return wallets.filter(card=card).first()


def statement_of(wallet: Wallet, *, before: int | None = None, limit: int = PAGE) -> Statement:
    """A page of a wallet's statement, the newest `limit` lines older than transfer `before`. No count over the table, two short index scans."""
    older = Q(pk__lt=before) if before else Q()
    found = [
        transfer
        for side in ("to_wallet", "from_wallet")
        for transfer in Transfer.objects.filter(older, **{side: wallet}).order_by("-pk")[: limit + 1]
    ]
    found.sort(key=lambda transfer: -transfer.pk)
    more, found = len(found) > limit, found[:limit]
    # One small query for each kind of reason that occurs; as one join of ten tables the planning alone would cost more.
    prefetch_related_objects(
        found, "rule", "case__category", "line", "deed", "period", "redemption__shop", "redemption__lines__item"
    )
    after = (wallet.balance or 0) - wallet.debt
    if before:
        after -= _net(wallet, Q(pk__gte=before))
    lines = []
    for transfer in found:
        points = transfer.amount if transfer.to_wallet_id == wallet.pk else -transfer.amount
        title, fact = why(transfer)
        lines.append(Line(transfer, points, after, title, fact, transfer.at))
        after -= points
    return Statement(lines, lines[-1].transfer.pk if more else None)


def _net(wallet, which) -> int:
    total = {
        side: Transfer.objects.filter(which, **{side: wallet}).aggregate(sum=Sum("amount"))["sum"] or 0
        for side in ("to_wallet", "from_wallet")
    }
    return total["to_wallet"] - total["from_wallet"]


def rule_of(transfer: Transfer) -> str:
    """The rule of a transfer in words; a confidential one, or one for a protected case, is not named (domain §3)."""
    if _is_secret(transfer):
        return _("Confidential matter")
    return str(transfer.rule) if transfer.rule_id else ""


def _is_secret(transfer) -> bool:
    return bool((transfer.rule_id and transfer.rule.confidential) or (transfer.case_id and transfer.case.restricted))


def why(transfer: Transfer) -> tuple[str, str]:
    """A transfer in words: its rule and its fact, or its goods and their shop. A confidential one names neither rule nor fact."""
    if transfer.redemption_id:
        goods = "、".join(f"{line.item.name} × {line.quantity}" for line in transfer.redemption.lines.all())
        if transfer.kind == Transfer.Kind.REVERSAL:
            return _("Goods given back"), f"{goods} · {transfer.redemption.shop}"
        return goods, str(transfer.redemption.shop)
    rule = rule_of(transfer) or transfer.get_kind_display()
    if transfer.kind == Transfer.Kind.REVERSAL:
        return _("Taken back: %(rule)s") % {"rule": rule}, transfer.reason
    return rule, "" if _is_secret(transfer) else " · ".join(_facts(transfer))


def _facts(transfer):
    if transfer.line_id:
        yield f"{transfer.line.done_on:%Y-%m-%d}"
    if transfer.deed_id:
        yield transfer.deed.text
    elif transfer.case_id:
        yield f"{transfer.case.category} {transfer.case.no}"
    elif transfer.period_id:
        yield str(transfer.period)


def liabilities(station) -> dict[str, int]:
    """What the station owes its people and they owe it, in points: `{"outstanding": …, "debts": …, "wallets": …}`."""
    people = Wallet.objects.filter(station=station, kind=Wallet.Kind.PERSON)
    sums = people.aggregate(outstanding=Sum("balance"), debts=Sum("debt"))
    return {"outstanding": sums["outstanding"] or 0, "debts": sums["debts"] or 0, "wallets": people.count()}
