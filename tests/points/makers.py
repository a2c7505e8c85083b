"""What the tests of the reward are made of: a tariff with a rule, a person with points, a shop with rice."""

from datetime import date, timedelta
from itertools import count

from points import services
from points.models import Item, Rule, Tariff
from shengkang.audit.services import ref
from shengkang.organization.access import Role
from shengkang.organization.models import User
from shengkang.organization.services import ask_approval, decide_approval
from tests.world import NOW, make_user

_keys = count()


def make_rule(station, **fields) -> Rule:
    tariff, _created = Tariff.objects.get_or_create(station=station, defaults={"name": "试行", "active_from": date(2026, 1, 1)})
    no = tariff.rules.count() + 1
    return Rule.objects.create(**{"tariff": tariff, "no": no, "name": f"规则{no}", "points": 5, **fields})


def make_wallet(side, person=None, points=0):
    """The wallet of a resident of `side` (tests/world.py), holding `points`."""
    wallet = services.open_wallet(person=person or side.residents[0], by=side.officer, at=NOW)
    if points:
        make_award(side, wallet, points)
    wallet.refresh_from_db()
    return wallet


def make_award(side, wallet, points, **fields):
    rule = Rule.objects.filter(tariff__station=side.station).first() or make_rule(side.station)
    return services.award(
        **{
            "wallet": wallet,
            "amount": points,
            "rule": rule,
            "key": f"made:{next(_keys)}",
            "by": side.officer,
            "at": NOW,
            **fields,
        }
    )


def make_goods(side, name="大米", price=30, pieces=10, expires_in=None, shop=None):
    """Goods of the catalogue with a price since yesterday and a batch in the shop."""
    item, _created = Item.objects.get_or_create(station=side.station, name=name, defaults={"measure": "袋"})
    if price and not item.prices.exists():
        services.set_price(
            item=item, points=price, from_day=NOW.date() - timedelta(days=1), by=side.officer, at=NOW - timedelta(days=1)
        )
    if pieces:
        expires_on = None if expires_in is None else NOW.date() + timedelta(days=expires_in)
        receive(side, item, pieces, expires_on=expires_on, shop=shop)
    return item


def receive(side, item, pieces, shop=None, **fields):
    return services.receive_goods(
        **{
            "shop": shop or side.shop,
            "item": item,
            "pieces": pieces,
            "received_on": NOW.date() - timedelta(days=60),
            "by": side.shop_keeper,
            "at": NOW,
            **fields,
        }
    )


def hold(side, wallet, basket, **fields):
    return services.hold_redemption(
        **{
            "shop": side.shop,
            "wallet": wallet,
            "basket": {getattr(item, "pk", item): pieces for item, pieces in basket.items()},
            "key": f"hold:{next(_keys)}",
            "by": side.shop_keeper,
            "at": NOW,
            **fields,
        }
    )


def approve(side, thing, obj, action):
    """An approval of a P cell for this thing, asked by the chief and granted by a second one; gives the asking chief."""
    chief = side.station_chief
    second = User.objects.filter(phone=f"177{side.station.pk:08}").first() or make_user(
        side.station, side.town, Role.STATION_CHIEF, "副所长", f"177{side.station.pk:08}"
    )
    asked = ask_approval(obj=obj, action=action, target_ref=ref(thing), reason="核对有误", by=chief, at=NOW)
    decide_approval(approval=asked, grant=True, by=second, at=NOW)
    return chief


def reverse(side, transfer, reason="事实不符"):
    by = approve(side, transfer, "points_entry", "reverse")
    return services.reverse(transfer=transfer, reason=reason, by=by, at=NOW)


def state_of(wallet) -> tuple[int, int]:
    """(balance, debt) as the database has them."""
    wallet.refresh_from_db()
    return wallet.balance, wallet.debt
