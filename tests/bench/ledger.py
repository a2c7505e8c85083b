"""Award and redeem through our services against the same database function called in a bare psycopg2 loop, in the same run."""

import json
import threading
import time
import uuid
from datetime import date, datetime, timedelta
from statistics import median

import psycopg2
from django.db import connection, connections
from django.utils import timezone

from points import services
from points.models import Item, Rule, Shop, Tariff, Wallet
from points.selectors.ledger import statement_of
from shengkang.organization.access import Role
from shengkang.organization.models import Coverage, Membership, Person, Station, Unit, User
from shengkang.organization.selectors import day_of

WALLETS = 2000
# Short turns of raw and ours in alternation, and their medians: what a busy machine or a growing table does, it does to both.
TURNS = 7
SECONDS = 0.5
CLIENTS = (1, 4)
# A statement page has no other way to be measured against; its baseline is what was promised.
STATEMENT_GOAL_MS = 5.0
# Enough for every call of a run; the bench measures the call, not the refusal.
PLENTY = 1_000_000


def _fill(at: datetime):
    """A station of its own with 2,000 wallets, one shop with ten kinds of goods in two batches each."""
    mark = uuid.uuid4().hex[:8]
    province = Unit.objects.create(level=Unit.Level.PROVINCE, name=mark, path=f"bench{mark}.")
    village = Unit.objects.create(level=Unit.Level.VILLAGE, name=mark, path=f"bench{mark}.1.", parent=province)
    station = Station.objects.create(name=f"bench {mark}", sits_in=province)
    Coverage.objects.create(station=station, unit=village)
    keeper = User.objects.create(phone=f"bench{mark}", name="bench", station=station)
    Membership.objects.create(user=keeper, role=Role.SHOP_KEEPER, unit=village)
    shop = Shop.objects.create(station=station, village=village, name="bench")
    shop.keepers.add(keeper)
    people = Person.objects.bulk_create(
        Person(station=station, village=village, name=f"bench {no}", name_key=f"bench {no}") for no in range(WALLETS)
    )
    services.open_wallets(people=[person.pk for person in people], by=keeper, at=at)
    tariff = Tariff.objects.create(station=station, name="bench", active_from=date(2020, 1, 1))
    rule = Rule.objects.create(tariff=tariff, no=1, name="bench", points=5)
    wallets = list(Wallet.objects.filter(station=station, kind=Wallet.Kind.PERSON).order_by("pk"))
    for wallet in wallets:
        services.award(wallet=wallet, amount=PLENTY, rule=rule, key=f"bench:{uuid.uuid4()}", by=keeper, at=at)
    items = [Item.objects.create(station=station, name=f"bench {no}", measure="1") for no in range(10)]
    for item in items:
        services.set_price(item=item, points=1, from_day=day_of(at), by=keeper, at=at)
        for days in (30, 60):
            services.receive_goods(
                shop=shop,
                item=item,
                pieces=PLENTY,
                received_on=day_of(at),
                expires_on=day_of(at) + timedelta(days=days),
                by=keeper,
                at=at,
            )
    return keeper, shop, wallets, items, rule


def _rate(clients: int, make) -> float:
    """Calls per second of `clients` threads; `make(client)` opens what the thread needs and gives `(call(turn), close)`."""
    ready, counts = threading.Barrier(clients + 1), [0] * clients

    def run(client):
        call, close = make(client)
        call(-1)
        ready.wait()
        end, turn = time.perf_counter() + SECONDS, 0
        while time.perf_counter() < end:
            call(turn)
            turn += 1
        counts[client] = turn
        close()

    threads = [threading.Thread(target=run, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    ready.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - begun)


def _raw(sql, arguments_of):
    def make(client):
        bare = psycopg2.connect(**{k: v for k, v in connection.get_connection_params().items() if k != "cursor_factory"})
        bare.autocommit = True
        cursor = bare.cursor()

        def call(turn):
            cursor.execute(sql, arguments_of(client, turn))
            cursor.fetchone()

        return call, bare.close

    return make


def _through_django(do):
    def make(client):
        return (lambda turn: do(client, turn)), connections.close_all

    return make


def rows() -> list[dict]:
    """Lines of `make bench`; leaves a bench station behind, so it runs on a database of its own."""
    at = timezone.now()
    keeper, shop, wallets, items, rule = _fill(at)
    lines = []

    def wallet_at(client, turn):
        return wallets[(client * 499 + turn * 7) % WALLETS]

    def key():
        return f"bench:{uuid.uuid4()}"

    def goods_at(client, turn):
        return {items[(client * 3 + turn) % len(items)].pk: 1}

    verbs = {
        "award": (
            lambda client, turn: services.award(
                wallet=wallet_at(client, turn), amount=5, rule=rule, key=key(), by=keeper, at=at
            ),
            "SELECT * FROM points_award(%s, %s, %s, %s, NULL, NULL, NULL, %s, %s)",
            lambda client, turn: (wallet_at(client, turn).pk, 5, rule.pk, key(), keeper.pk, at),
        ),
        "redeem": (
            lambda client, turn: services.hold_redemption(
                shop=shop, wallet=wallet_at(client, turn), basket=goods_at(client, turn), key=key(), by=keeper, at=at
            ),
            "SELECT * FROM points_redeem_hold(%s, %s, %s, %s, %s, %s, %s, %s)",
            lambda client, turn: (
                shop.pk, wallet_at(client, turn).pk, json.dumps({str(i): n for i, n in goods_at(client, turn).items()}), key(),
                keeper.pk, at, day_of(at), at + timedelta(minutes=15),
            ),
        ),
    }  # fmt: skip
    for name, (do, sql, arguments_of) in verbs.items():
        for clients in CLIENTS:
            turns = [(_rate(clients, _raw(sql, arguments_of)), _rate(clients, _through_django(do))) for _turn in range(TURNS)]
            raw, ours = (median(rates) for rates in zip(*turns, strict=True))
            ratio = median(own / bare for bare, own in turns)
            lines.append(_line(f"ledger.{name}.vs_raw.c{clients}", ours, "calls/s", raw, ratio))
    took = _statement_p95(wallets)
    lines.append(_line("points.statement.p95_ms", took, "ms", STATEMENT_GOAL_MS, STATEMENT_GOAL_MS / took))
    return lines


def _statement_p95(wallets) -> float:
    """Milliseconds of a statement page, read from the database each time."""
    took = []
    for wallet in wallets[:200]:
        begun = time.perf_counter()
        statement_of(wallet)
        took.append((time.perf_counter() - begun) * 1000)
    return sorted(took)[int(len(took) * 0.95)]


def _line(name, value, unit, baseline, ratio) -> dict:
    return {"name": name, "value": round(value, 2), "unit": unit, "baseline": round(baseline, 2), "ratio": round(ratio, 3)}
