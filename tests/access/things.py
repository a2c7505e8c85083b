"""What a URL is about: for each key of `urls.csv` the role's own (or involved) instance, one of the same station, one of the other."""

from collections.abc import Callable

from django.urls import reverse

from shengkang.cases.models import Category
from tests.access import wings
from tests.access.trio import Trio, by_role, by_user, of_place


def _user(ground, role):
    return Trio(ground.here.users.get(role), ground.here.colleague["officer"], ground.there.officer)


def _person(ground, role):
    user = ground.here.users.get(role)
    return Trio(user.person if user else None, ground.here.stranger, ground.there.stranger)


def _card(ground, role):
    """A card that is shown to a keeper is his business, whoever it belongs to; one of the other station is unknown here."""
    return Trio(ground.here.far_wallet.card, None, ground.there.far_wallet.card)


def _of_head(own: str, same: str) -> Callable:
    """Terms and assignments: a head's own are his; an auxiliary has none."""

    def build(ground, role):
        mine = own(ground.here) if role != "aux_police" else None
        return Trio(mine, getattr(ground.here, same), own(ground.there))

    return build


def _shared(find: Callable) -> Callable:
    """Belongs to no station."""
    return lambda ground, role: Trio(own=find(ground))


def _shop(ground, role):
    """Every shop of the station is in the catalogue; the far one is kept by somebody else."""
    return Trio(ground.here.shop, ground.here.far_shop, ground.there.shop)


def _attachment(ground, role):
    """A file on a dispute is everybody's who is involved in it; a volunteer or keeper has none of his own there."""
    mine = None if role in ("shop_keeper", "volunteer") else ground.here.file
    return Trio(mine, ground.here.far_file, ground.there.file)


def _deed_to_confirm(ground, role):
    """Waits in the near village for a second person; nobody else has to do with it."""
    mine = ground.here.waiting_deed if role in ("station_chief", "officer", "aux_police", "household_head") else None
    return Trio(mine, ground.here.far_deed, ground.there.waiting_deed)


BUILDERS: dict[str, Callable] = {
    "accessentry": of_place("access_entry"),
    "app_label": _shared(lambda ground: "organization"),
    "approval": by_user("approvals"),
    "assignment": _of_head(lambda place: place.head.assignments.first(), "far_assignment"),
    "attachment": _attachment,
    "auditentry": of_place("audit_entry"),
    "briefing": of_place("issued", "draft"),
    "card": _card,
    "case": of_place("case", "far_case"),
    "category": _shared(lambda ground: Category.objects.get(code="02")),
    "closedmonth": of_place("closed_month"),
    "consent": by_user("consents"),
    "deed": by_role("deeds", "far_deed"),
    "deed_to_confirm": _deed_to_confirm,
    "evaluationperiod": of_place("period"),
    "holiday": _shared(lambda ground: ground.holiday),
    "home": of_place("home", "far_home"),
    "householdhead": _of_head(lambda place: place.head, "far_head"),
    "item": of_place("item"),
    "lot": of_place("lot", "far_lot"),
    "notice": by_user("notices"),
    "person": _person,
    "price": lambda ground, role: Trio(ground.here.item.prices.first(), None, ground.there.item.prices.first()),
    "protected_case": of_place("protected", "far_protected"),
    "published_period": of_place("published"),
    "redemption": by_role("slips", "far_slip"),
    "reportline": of_place("report_line"),
    "resident": lambda ground, role: Trio(
        ground.here.home.residents.first(), ground.here.far_resident, ground.there.home.residents.first()
    ),
    "rows_query": _shared(lambda ground: "?part=disputes.found"),
    "rule": lambda ground, role: Trio(ground.here.rule, None, ground.there.rule),
    "scoreline": by_role("score_lines", "far_score_line"),
    "seal": _shared(lambda ground: ground.seal),
    "shop": _shop,
    "sighting": by_role("sightings", "far_sighting"),
    "station": lambda ground, role: Trio(ground.here.station, None, ground.there.station),
    "stockmove": of_place("move", "far_move"),
    "tariff": of_place("coming_tariff"),
    "transfer": by_role("awards", "far_award"),
    "unit": _shared(lambda ground: ground.here.villages[0]),
    "user": _user,
    "visit": by_role("visits", "far_visit"),
    "wallet": by_role("wallets", "far_wallet"),
    **wings.builders(),
}


def address_of(name: str, thing) -> str:
    """The URL of a thing; a text that begins with "?" is a question to a list."""
    if isinstance(thing, str) and thing.startswith("?"):
        return reverse(name) + thing
    parts = thing if isinstance(thing, tuple) else (thing,)
    return reverse(name, args=[getattr(part, "pk", part) for part in parts])
