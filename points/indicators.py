"""What is worth counting about points: in, out, outstanding, and who takes part; and the ledger's root for the printed report."""

from django.db.models import Exists, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from points.models import Redemption, Seal, Transfer, Wallet
from shengkang.organization.selectors import day_of
from shengkang.reports import nails
from shengkang.reports.nails import Chart, Gather, Indicator, Part, Span

GROUP = _("Hundred-point reward")
POINTS = pgettext_lazy("unit", "points")


def _awards(station):
    return Transfer.objects.filter(to_wallet__station=station, kind=Transfer.Kind.AWARD).select_related("rule")


def _redeemed(station):
    """Slips that were collected; one that the station took back later stays in its month."""
    ended = (Redemption.Status.COLLECTED, Redemption.Status.REVERSED)
    return Redemption.objects.filter(station=station, status__in=ended).select_related("shop")


def _wallets(station):
    return Wallet.objects.filter(station=station, kind=Wallet.Kind.PERSON)


def _moved(direction, **when):
    """The points that went in or out of the outer wallet since a moment."""
    sums = Transfer.objects.filter(**{direction: OuterRef("pk")}, **when).order_by().values(direction).annotate(s=Sum("amount"))
    return Coalesce(Subquery(sums.values("s")), 0)


def _outstanding(station, start, end):
    """Wallets with points in them at the end: today's balance less what came in since, plus what went out."""
    stood = F("balance") - _moved("to_wallet", at__gte=end) + _moved("from_wallet", at__gte=end)
    return _wallets(station).annotate(points_then=stood).filter(points_then__gt=0)


def _taking_part(station, start, end):
    moved = Transfer.objects.filter(at__gte=start, at__lt=end)
    touched = Exists(moved.filter(to_wallet=OuterRef("pk"))) | Exists(moved.filter(from_wallet=OuterRef("pk")))
    return _wallets(station).filter(touched)


def _award(transfer):
    # A confidential rule would tell what somebody did for the station.
    rule = _("confidential matter") if transfer.rule.confidential else transfer.rule.name
    return {
        "title": _("transfer no. %d") % transfer.pk,
        "day": day_of(transfer.at),
        "state": transfer.get_kind_display(),
        "sort": rule,
        "page": transfer,
    }


def _redemption(redemption):
    return {
        "title": _("redemption no. %d") % redemption.pk,
        "day": day_of(redemption.ended_at),
        "state": redemption.get_status_display(),
        "sort": "",
        "page": redemption,
    }


def _wallet(wallet):
    return {"title": _("wallet no. %d") % wallet.pk, "day": None, "state": "", "sort": "", "page": wallet}


awarded = Part(
    "points.awarded", _("points awarded"), _awards, _award, day="at", village="to_wallet__person__village",
    gather=Gather.SUM, amount="amount",
)  # fmt: skip
redeemed = Part(
    "points.redeemed", _("points redeemed"), _redeemed, _redemption, day="ended_at", village="shop__village",
    gather=Gather.SUM, amount="points",
)  # fmt: skip
outstanding = Part(
    "points.outstanding", _("points outstanding"), _outstanding, _wallet, village="person__village", span=Span.MONTH,
    gather=Gather.SUM, amount="points_then", shown=_wallets,
)  # fmt: skip
taking_part = Part(
    "points.people", _("people taking part"), _taking_part, _wallet, village="person__village", span=Span.MONTH, shown=_wallets
)

for _indicator in (
    Indicator("points.awarded", _("Points awarded"), _("Points of the awards posted to the ledger in the period."), awarded,
              unit=POINTS, group=GROUP, order=40, better=""),
    Indicator("points.redeemed", _("Points redeemed"), _("Points of the slips collected in the period."), redeemed,
              unit=POINTS, group=GROUP, order=41, better=""),
    Indicator("points.outstanding", _("Points outstanding"), _("What people's wallets hold at the end of the period, or now."),
              outstanding, unit=POINTS, group=GROUP, order=42, better=""),
    Indicator("points.people", _("People taking part"), _("People whose points moved in the period."), taking_part,
              unit=pgettext_lazy("unit", "people"), group=GROUP, order=43),
):  # fmt: skip
    nails.hang(_indicator)

nails.hang_chart(Chart("points.trend", _("Points in and out"), "month", (awarded, redeemed), _("Month"), POINTS, "bar", 20))


def _root(station, at):
    """The root of the last seal made before a moment; seals cover the whole ledger, all stations together."""
    return Seal.objects.filter(at__lt=at).order_by("-id").values_list("root", flat=True).first() or ""


nails.hang_anchor(_root)
