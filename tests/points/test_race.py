"""Sixteen clients and one last bag of rice. The same harness with a naive check goes red, so it would notice."""

import threading

import pytest
from django.db import connection, connections

from points import services
from points.models import Redemption, Seal, Transfer
from points.selectors.soundness import misfits
from points.services.refusals import InsufficientPoints, OutOfStock
from tests.points.makers import hold, make_award, make_goods, make_rule, make_wallet, receive, state_of
from tests.points.storm import naive_take, storm
from tests.world import NOW, make_person, make_world

CLIENTS = 16
ROUNDS = 6


@pytest.fixture
def side(committed):
    return make_world().here


@pytest.fixture
def wallets(side):
    people = [make_person(side.station, side.villages[0], f"客户{no}") for no in range(CLIENTS)]
    return [make_wallet(side, person, points=1000) for person in people]


def kinds(answers):
    """(winners, refusals) of a storm, refusals by type."""
    refusals = [type(answer) for answer in answers if isinstance(answer, Exception)]
    return len(answers) - len(refusals), refusals


def test_the_last_unit_has_exactly_one_winner(side, wallets):
    rice = make_goods(side, price=30, pieces=0)
    attempts = 0
    for _ in range(ROUNDS):
        receive(side, rice, 1)
        answers = storm([lambda wallet=wallet: hold(side, wallet, {rice: 1}) for wallet in wallets])
        attempts += len(answers)
        assert kinds(answers) == (1, [OutOfStock] * (CLIENTS - 1))
    assert attempts == CLIENTS * ROUNDS
    assert Redemption.objects.count() == ROUNDS
    assert sum(rice.lots.values_list("left", flat=True)) == 0
    assert list(misfits()) == []


def test_the_last_points_are_spent_once(side):
    wallet, rice = make_wallet(side, points=30), make_goods(side, price=30, pieces=1000)
    for _ in range(ROUNDS):
        answers = storm([lambda: hold(side, wallet, {rice: 1})] * CLIENTS)
        assert kinds(answers) == (1, [InsufficientPoints] * (CLIENTS - 1))
        assert state_of(wallet) == (0, 0)
        make_award(side, wallet, 30)
    assert list(misfits()) == []


def test_a_naive_check_in_the_same_storm_oversells(side):
    """The negative control: if this were green, the two tests above would prove nothing."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE naive (amount integer)")
        cursor.execute("INSERT INTO naive VALUES (1)")
    rounds = 4 * ROUNDS
    sold = 0
    for _ in range(rounds):
        with connections["owner"].cursor() as cursor:
            cursor.execute("UPDATE naive SET amount = 1")
        sold += sum(storm([lambda: naive_take("naive")] * CLIENTS))
    connections["owner"].close()
    assert sold > rounds


def test_sixty_four_calls_with_one_key_have_one_effect(side):
    wallet, rice, rule = make_wallet(side, points=1000), make_goods(side, price=30, pieces=100), make_rule(side.station)
    slips = storm([lambda: hold(side, wallet, {rice: 1}, key="once")] * 64)
    assert len({slip.pk for slip in slips}) == 1
    awards = storm([lambda: make_award(side, wallet, 5, rule=rule, key="once")] * 64)
    assert len({award.pk for award in awards}) == 1
    assert state_of(wallet) == (1000 - 30 + 5, 0)


def test_two_baskets_in_opposite_order_do_not_block_each_other(side, wallets):
    rice, oil = make_goods(side, price=1, pieces=500), make_goods(side, "菜油", price=1, pieces=500)
    answers = storm(
        [
            lambda wallet=wallet, basket=basket: [hold(side, wallet, basket) for _ in range(10)]
            for wallet, basket in zip(wallets, [{rice: 1, oil: 1}, {oil: 1, rice: 1}] * (CLIENTS // 2), strict=True)
        ]
    )
    assert kinds(answers) == (CLIENTS, [])
    assert (rice.lots.get().left, oil.lots.get().left) == (500 - CLIENTS * 10, 500 - CLIENTS * 10)


def test_mixed_verbs_under_a_sealing_clock_leave_books_that_fit(side, wallets):
    rice, rule, done = make_goods(side, price=7, pieces=60), make_rule(side.station), threading.Event()

    def customer(wallet):
        for turn in range(12):
            make_award(side, wallet, 3, rule=rule)
            try:
                slip = hold(side, wallet, {rice: 1 + turn % 2})
            except OutOfStock:
                continue
            verb = services.cancel_redemption if turn % 3 else services.collect_redemption
            verb(redemption=slip, by=side.shop_keeper, at=NOW)

    def sealer():
        seals = 0
        while not done.is_set():
            seals += services.seal_ledger(at=NOW)
        return seals

    clock = threading.Thread(target=lambda: (sealer(), connections.close_all()))
    clock.start()
    try:
        storm([lambda wallet=wallet: customer(wallet) for wallet in wallets])
    finally:
        done.set()
        clock.join()
    services.seal_ledger(at=NOW)
    assert Transfer.objects.filter(kind="award").count() == CLIENTS + CLIENTS * 12
    assert Seal.objects.count() > 1
    assert sum(Seal.objects.values_list("count", flat=True)) == Transfer.objects.count()
    assert list(misfits()) == []


def test_sealing_gives_way_to_a_long_posting(side):
    wallet = make_wallet(side, points=5)
    holder = connections.create_connection("default")
    with holder.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT pg_advisory_xact_lock_shared(7001, 1)")
        assert services.seal_ledger(at=NOW) == 0
        # Nobody queues behind the sealer that gave up.
        make_award(side, wallet, 5)
        cursor.execute("COMMIT")
    holder.close()
    assert services.seal_ledger(at=NOW) == 1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        assert cursor.fetchone() == (0,)
