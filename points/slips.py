"""How a redemption is shown on a phone: one row of a list, its goods, its facts."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from points.models import Redemption
from points.models.ledger import masked_name

TONES = {
    Redemption.Status.HELD: "warn",
    Redemption.Status.COLLECTED: "ok",
}


def goods_of(slip: Redemption) -> list[dict]:
    """What is on the slip, as rows."""
    return [
        {
            "title": f"{line.item.name} × {line.quantity} {line.item.measure}",
            "meta": _("%(points)s points") % {"points": line.points},
        }
        for line in slip.lines.select_related("item").order_by("pk")
    ]


def row_of(slip: Redemption, *, url_name: str = "points:receipt", who: bool = False) -> dict:
    """One row of a list of slips, as parts/rows.html wants it; `who`: with the person, masked."""
    goods = "、".join(f"{line.item.name} × {line.quantity}" for line in slip.lines.all())
    when = timezone.localtime(slip.at).strftime("%Y-%m-%d %H:%M")
    return {
        "title": goods,
        "text": masked_name(slip.wallet.person.name) if who else str(slip.shop),
        "meta": f"{when} · " + _("%(points)s points") % {"points": slip.points},
        "badge": slip.get_status_display(),
        "tone": TONES.get(slip.status, ""),
        "url": reverse(url_name, args=[slip.pk]),
    }


def facts_of(slip: Redemption, *, own: bool) -> list[dict]:
    """Label and value of a slip; the name in full only for the person himself."""
    name = slip.wallet.person.name
    facts = [
        {"label": _("Number"), "value": str(slip.pk)},
        {"label": _("Card of"), "value": name if own else masked_name(name)},
        {"label": _("Points supermarket"), "value": slip.shop.name},
        {"label": _("At"), "value": timezone.localtime(slip.at).strftime("%Y-%m-%d %H:%M")},
        {"label": _("State"), "value": slip.get_status_display(), "tone": TONES.get(slip.status, "note")},
    ]
    if own:
        facts.append({"label": _("Left on the card"), "value": _("%(points)s points") % {"points": slip.wallet.balance}})
    return facts
