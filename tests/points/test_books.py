"""Any sequence of verbs against a model in plain Python: the same balances, debts, stock and states, and books that fit."""

import os
from collections import defaultdict
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from points import services
from points.models import Lot, Redemption, Transfer, Wallet
from points.selectors.ledger import statement_of
from points.selectors.soundness import misfits
from points.services.refusals import InsufficientPoints, OutOfStock
from points.services.shops import HOLD
from shengkang.errors import RuleViolation
from tests.points.makers import approve, hold, make_award, make_goods, make_wallet, receive, reverse
from tests.world import NOW

PRICES = {"大米": 30, "菜油": 7}
PEOPLE = st.integers(0, 1)
GOODS = st.sampled_from(sorted(PRICES))


class Books(RuleBasedStateMachine):
    """`net` of a person, pieces of a lot and the state of a slip are all the model knows."""

    side = None
    awards, slips, collected = Bundle("awards"), Bundle("slips"), Bundle("collected")

    @initialize()
    def open(self):
        self.around = transaction.atomic()
        self.around.__enter__()
        self.now = NOW
        self.wallets = [make_wallet(self.side, person) for person in self.side.residents]
        self.items = {name: make_goods(self.side, name, price, pieces=0) for name, price in PRICES.items()}
        self.net = [0, 0]
        self.moved = [[], []]
        self.lots = defaultdict(dict)  # name → {lot id: [pieces, use-by]}
        self.held = {}  # slip id → (person, points, {lot id: pieces}, ends at)

    def teardown(self):
        if hasattr(self, "around"):
            transaction.set_rollback(True)
            self.around.__exit__(None, None, None)

    def move(self, person, points):
        self.net[person] += points
        self.moved[person].append(points)

    @rule(target=awards, person=PEOPLE, points=st.integers(1, 60))
    def award(self, person, points):
        transfer = make_award(self.side, self.wallets[person], points)
        self.move(person, points)
        return transfer, person

    @rule(award=consumes(awards))
    def reverse(self, award):
        transfer, person = award
        reverse(self.side, transfer)
        self.move(person, -transfer.amount)

    @rule(name=GOODS, pieces=st.integers(1, 5), good_for=st.sampled_from([None, -1, 0, 40]))
    def receive(self, name, pieces, good_for):
        expires_on = None if good_for is None else NOW.date() + timedelta(days=good_for)
        lot = receive(self.side, self.items[name], pieces, expires_on=expires_on)
        self.lots[name][lot.pk] = [pieces, expires_on]

    @rule(target=slips, person=PEOPLE, basket=st.dictionaries(GOODS, st.integers(1, 3), min_size=1))
    def hold(self, person, basket):
        cost = sum(PRICES[name] * pieces for name, pieces in basket.items())
        draws = {}
        for name, pieces in basket.items():
            good = {lot: row for lot, row in self.lots[name].items() if row[0] and (row[1] is None or row[1] >= NOW.date())}
            for lot in sorted(good, key=lambda lot: (good[lot][1] is None, good[lot][1] or NOW.date(), lot)):
                take = min(pieces, good[lot][0])
                draws |= {lot: take} if take else {}
                pieces -= take
            if pieces:
                draws = None
                break
        expected = InsufficientPoints if cost > self.net[person] else OutOfStock if draws is None else None
        refusal = None
        try:
            slip = hold(self.side, self.wallets[person], {self.items[name]: n for name, n in basket.items()}, at=self.now)
        except RuleViolation as said:
            refusal = said
        assert type(refusal) is (expected or type(None))
        if refusal:
            return multiple()
        self.take(draws, -1)
        self.move(person, -cost)
        self.held[slip.pk] = (person, cost, draws, self.now + HOLD)
        return slip

    def take(self, draws, sign):
        for rows in self.lots.values():
            for lot in rows.keys() & draws.keys():
                rows[lot][0] += sign * draws[lot]

    def give_back(self, slip_id, goods=True):
        person, cost, draws, _ends = self.held.pop(slip_id)
        if goods:
            self.take(draws, +1)
        self.move(person, cost)

    @rule(target=collected, slip=consumes(slips))
    def collect(self, slip):
        if slip.pk not in self.held:
            return multiple()
        services.collect_redemption(redemption=slip, by=self.side.shop_keeper, at=self.now)
        return slip, self.held.pop(slip.pk)

    @rule(slip=consumes(slips))
    def cancel(self, slip):
        if slip.pk in self.held:
            services.cancel_redemption(redemption=slip, by=self.side.shop_keeper, at=self.now)
            self.give_back(slip.pk)

    @rule(slip=consumes(collected), goods=st.booleans())
    def take_back(self, slip, goods):
        slip, kept = slip
        chief = approve(self.side, slip, "redemption", "reverse")
        services.reverse_redemption(redemption=slip, reason="拿错", by=chief, at=NOW, goods_back=goods)
        self.held[slip.pk] = kept
        self.give_back(slip.pk, goods)

    @rule(minutes=st.sampled_from([5, 20]))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)
        due = [slip for slip, row in self.held.items() if row[3] <= self.now]
        assert services.time_out_holds(at=self.now) == len(due)
        for slip in due:
            self.give_back(slip)

    @rule()
    def seal(self):
        services.seal_ledger(at=self.now)

    @invariant()
    def balances_and_stock_are_the_models(self):
        if not hasattr(self, "net"):
            return
        rows = {row[0]: row[1:] for row in Wallet.objects.filter(kind="person").values_list("pk", "balance", "debt")}
        assert [rows[wallet.pk] for wallet in self.wallets] == [(max(net, 0), max(-net, 0)) for net in self.net]
        lots = {lot: row[0] for shelf in self.lots.values() for lot, row in shelf.items()}
        assert dict(Lot.objects.values_list("pk", "left")) == lots
        held = set(Redemption.objects.filter(status="held").values_list("pk", flat=True))
        assert held == set(self.held)

    @rule()
    def books_fit_and_statements_say_so(self):
        assert list(misfits()) == []
        for wallet, moved, net in zip(self.wallets, self.moved, self.net, strict=True):
            wallet.refresh_from_db()
            lines = statement_of(wallet, limit=500).lines
            # A set posted together has one order in the database and none in the model.
            assert sorted(line.points for line in lines) == sorted(moved)
            assert (lines[0].after if lines else 0) == net
        assert sum(self.net) == sum(
            transfer.amount * (1 if transfer.to_wallet_id in {w.pk for w in self.wallets} else -1)
            for transfer in Transfer.objects.all()
        )


def play(side, examples, steps):
    Books.side = side
    calm = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    run_state_machine_as_test(Books, settings=calm)


def test_any_sequence_of_verbs_keeps_the_books(world):
    play(world.here, examples=12, steps=25)


@pytest.mark.soak
def test_many_long_sequences_of_verbs_keep_the_books(world):
    play(world.here, examples=2000 if os.environ.get("SOAK_SIZE") == "large" else 100, steps=80)
