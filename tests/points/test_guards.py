"""What must never be, proved at the database with the application's own role: no sentence of Python stands in between."""

import pytest
from django.db import DatabaseError, connection, connections, transaction

from points import services
from points.models import Lot, Redemption, Seal, Shop, StockMove, Transfer, Wallet
from tests.points.makers import hold, make_goods, make_wallet
from tests.world import NOW, make_world

KEPT = [
    "points_transfer",
    "points_wallet",
    "points_lot",
    "points_stockmove",
    "points_redemption",
    "points_redemptionline",
    "points_seal",
]


def run(sql, *params, using="default"):
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(sql, params)


def refused(sql, *params, code=None):
    with pytest.raises(DatabaseError) as error:
        run(sql, *params)
    if code:
        assert error.value.__cause__.pgcode == code


@pytest.fixture
def busy(world):
    """A wallet with points, a shop with rice, a slip, a seal."""
    side = world.here
    wallet = make_wallet(side, points=100)
    hold(side, wallet, {make_goods(side): 1})
    services.seal_ledger(at=NOW)
    return side


def test_the_application_is_the_role_that_owns_nothing(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)")
        role, superuser = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert (role, superuser, cursor.fetchone()[0]) == ("shengkang_app", False, 0)


@pytest.mark.parametrize("table", KEPT)
def test_the_application_only_reads_what_the_functions_write(busy, table):
    run(f"SELECT count(*) FROM {table}")
    for sql in (f"DELETE FROM {table}", f"TRUNCATE {table}", f"INSERT INTO {table} SELECT * FROM {table}"):
        refused(sql, code="42501")


@pytest.mark.parametrize(
    "change",
    [
        "points_wallet SET balance = balance + 1",
        "points_wallet SET debt = 0",
        "points_wallet SET person_id = NULL",
        "points_transfer SET amount = amount + 1",
        'points_lot SET "left" = "left" + 1',
        "points_redemption SET status = 'collected'",
        "points_seal SET root = 'x'",
    ],
)
def test_the_application_changes_no_balance_stock_or_state(busy, change):
    refused(f"UPDATE {change}", code="42501")


def test_the_application_may_still_change_a_card(busy):
    run("UPDATE points_wallet SET card = gen_random_uuid() WHERE kind = 'person'")


def test_the_orm_cannot_do_it_either(busy):
    wallet = Wallet.objects.get(kind="person")
    wallet.balance += 1000
    for attempt in (wallet.save, wallet.delete, Transfer.objects.all().delete, Lot.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_not_even_the_owner_writes_past_the_functions(committed):
    side = make_world().here
    wallet = make_wallet(side, points=100)
    slip = hold(side, wallet, {make_goods(side): 1})
    for sql in (
        "UPDATE points_wallet SET balance = balance + 1",
        'UPDATE points_lot SET "left" = "left" + 1',
        "UPDATE points_redemption SET status = 'collected', ended_at = now()",
        "UPDATE points_transfer SET amount = amount + 1",
        "DELETE FROM points_transfer",
        "TRUNCATE points_transfer CASCADE",
        "DELETE FROM points_wallet",
        "INSERT INTO points_wallet (station_id, kind, debt) SELECT station_id, 'expiry', 0 FROM points_wallet LIMIT 1",
        "INSERT INTO points_transfer (from_wallet_id, to_wallet_id, amount, kind, key, reason, at) "
        f"SELECT to_wallet_id, from_wallet_id, 5, 'expiry', 'x', '', now() FROM points_transfer WHERE redemption_id = {slip.pk}",
        "INSERT INTO points_stockmove (lot_id, kind, pieces, at) SELECT id, 'receive', 5, now() FROM points_lot",
    ):
        with pytest.raises(DatabaseError):
            run(sql, using="owner")
    wallet.refresh_from_db()
    assert (wallet.balance, Transfer.objects.count(), StockMove.objects.count()) == (70, 2, 2)
    connections["owner"].close()


def test_nobody_but_the_application_calls_the_functions(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, has_function_privilege('public', oid, 'EXECUTE'), has_function_privilege(current_user, oid, 'EXECUTE'), "
            "proconfig::text LIKE '%%search_path=public, pg_temp%%' FROM pg_proc "
            "WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        )
        rights = cursor.fetchall()
    assert len(rights) >= 9
    assert {row[1:] for row in rights} == {(False, True, True)}


@pytest.mark.parametrize(
    ("sql", "constraint"),
    [
        ("UPDATE points_wallet SET balance = -1 WHERE kind = 'person'", "wallet_never_below_zero"),
        ("UPDATE points_wallet SET debt = -1 WHERE kind = 'person'", "wallet_debt_is_a_debt"),
        ("UPDATE points_wallet SET debt = 5 WHERE kind = 'person'", "wallet_pays_its_debt_first"),
        ("UPDATE points_wallet SET balance = 0 WHERE kind = 'issuance'", "wallet_of_a_person_has_a_balance"),
        ('UPDATE points_lot SET "left" = -1', "lot_never_oversold"),
        ("UPDATE points_redemption SET status = 'collected'", "redemption_ended_means_when"),
    ],
)
def test_what_the_functions_might_get_wrong_the_constraints_refuse(committed, sql, constraint):
    side = make_world().here
    hold(side, make_wallet(side, points=100), {make_goods(side): 1})
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for table in ("points_wallet", "points_lot", "points_redemption"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        with pytest.raises(DatabaseError, match=constraint), transaction.atomic(using="owner"):
            cursor.execute(sql)
        transaction.set_rollback(True, using="owner")
    connections["owner"].close()


def test_a_shop_lies_in_a_village_of_its_station(world):
    with pytest.raises(DatabaseError, match="not served"), transaction.atomic():
        Shop.objects.create(station=world.here.station, village=world.there.villages[0], name="错")


def test_goods_of_another_station_do_not_enter_a_shop(world):
    with pytest.raises(DatabaseError, match="different stations"), transaction.atomic():
        services.receive_goods(
            shop=world.here.shop,
            item=make_goods(world.there),
            pieces=1,
            received_on=NOW.date(),
            by=world.here.shop_keeper,
            at=NOW,
        )


def test_a_person_has_one_wallet_and_a_station_one_book_of_a_kind(busy):
    assert Wallet.objects.filter(person__isnull=False).count() == 1
    assert sorted(Wallet.objects.filter(station=busy.station).values_list("kind", flat=True)) == [
        "issuance",
        "person",
        "redemption",
    ]
    assert (Redemption.objects.count(), Seal.objects.count()) == (1, 1)
