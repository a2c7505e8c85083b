"""The ledger: who may not, what happens once, what a reversal takes, what a statement says."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext

from points import services
from points.models import Deed, EvaluationPeriod, Rule, ScoreLine, Seal, Transfer, Wallet
from points.models.ledger import masked_name
from points.selectors.ledger import liabilities, statement_of, wallet_by_card, wallet_of
from points.services.ledger import SelfAward
from points.services.refusals import (
    AlreadyReversed,
    NotReversible,
    OtherStation,
    PeriodNotClosed,
    ReasonMissing,
    WalletUnknown,
)
from shengkang.audit.services import KeyReused
from shengkang.cases.services import open_case
from shengkang.organization.services import ApprovalNeeded
from tests.points.makers import approve, hold, make_award, make_goods, make_rule, make_wallet, reverse, state_of
from tests.world import NOW


def make_case(side, category, **fields):
    return open_case(
        station=side.station,
        village=side.villages[0],
        category=category,
        channel="head",
        story="口角",
        by=side.officer,
        at=NOW,
        **fields,
    )


def test_nobody_awards_himself(world):
    officer = world.here.officer
    wallet = make_wallet(world.here, officer.person)
    with pytest.raises(SelfAward):
        make_award(world.here, wallet, 5)
    assert state_of(wallet) == (0, 0)


def test_a_book_of_the_station_is_not_a_wallet_to_award(world):
    make_wallet(world.here, points=5)
    with pytest.raises(WalletUnknown):
        make_award(world.here, Wallet.objects.get(kind="issuance"), 5)


def test_an_award_names_no_case_of_another_station(world):
    wallet = make_wallet(world.here)
    with pytest.raises(OtherStation):
        make_award(world.here, wallet, 5, case=make_case(world.there, world.category))
    assert Transfer.objects.count() == 0


def test_an_award_happens_once_for_its_key(world):
    wallet = make_wallet(world.here)
    first = make_award(world.here, wallet, 7, key="once")
    assert make_award(world.here, wallet, 7, key="once") == first
    assert state_of(wallet) == (7, 0)


@pytest.mark.parametrize("other", ["amount", "wallet", "rule"])
def test_the_same_key_with_other_contents_is_refused(world, other):
    side = world.here
    wallet = make_wallet(side)
    make_award(side, wallet, 7, key="once")
    asked = {"wallet": wallet, "points": 7, "rule": Rule.objects.get()}
    asked |= {
        "amount": {"points": 8},
        "wallet": {"wallet": make_wallet(side, side.residents[1])},
        "rule": {"rule": make_rule(side.station)},
    }[other]
    with pytest.raises(KeyReused):
        make_award(side, key="once", **asked)
    assert state_of(wallet) == (7, 0)


def test_a_refusal_leaves_the_transaction_around_it_usable(world):
    wallet = make_wallet(world.here)
    make_award(world.here, wallet, 7, key="once")
    with pytest.raises(KeyReused):
        make_award(world.here, wallet, 8, key="once")
    make_award(world.here, wallet, 8, key="again")
    assert state_of(wallet) == (15, 0)


def test_opening_a_wallet_twice_is_the_same_wallet(world):
    person = world.here.residents[0]
    wallets = [services.open_wallet(person=person, by=world.here.officer, at=NOW) for _ in range(2)]
    assert wallets[0] == wallets[1]
    assert services.open_wallets(people=[p.pk for p in world.here.residents], by=None, at=NOW) == 1


def test_a_reversal_needs_a_reason(world):
    wallet = make_wallet(world.here, points=5)
    with pytest.raises(ReasonMissing):
        services.reverse(transfer=wallet.incoming.get(), reason="  ", by=world.here.station_chief, at=NOW)


def test_a_reversal_needs_two_people(world):
    wallet = make_wallet(world.here, points=5)
    with pytest.raises(ApprovalNeeded):
        services.reverse(transfer=wallet.incoming.get(), reason="虚报", by=world.here.station_chief, at=NOW)
    assert state_of(wallet) == (5, 0)


def test_an_approval_opens_one_transfer_for_one_day(world):
    wallet = make_wallet(world.here, points=5)
    transfer, other = wallet.incoming.get(), make_award(world.here, wallet, 3)
    chief = approve(world.here, transfer, "points_entry", "reverse")
    with pytest.raises(ApprovalNeeded):
        services.reverse(transfer=other, reason="虚报", by=chief, at=NOW)
    with pytest.raises(ApprovalNeeded):
        services.reverse(transfer=transfer, reason="虚报", by=chief, at=NOW + timedelta(days=2))


def test_an_award_is_reversed_once(world):
    wallet = make_wallet(world.here, points=5)
    transfer = wallet.incoming.get()
    reverse(world.here, transfer)
    with pytest.raises(AlreadyReversed):
        reverse(world.here, transfer)
    assert state_of(wallet) == (0, 0)


def test_only_awards_are_reversed_one_by_one(world):
    side = world.here
    wallet = make_wallet(side, points=50)
    slip = hold(side, wallet, {make_goods(side): 1})
    taken_back = reverse(side, wallet.incoming.get())
    for transfer in (slip.transfers.get(), taken_back):
        with pytest.raises(NotReversible):
            reverse(side, transfer)


def test_what_was_spent_becomes_a_debt_that_the_next_points_pay(world):
    side = world.here
    wallet = make_wallet(side, points=50)
    hold(side, wallet, {make_goods(side, price=30): 1})
    reverse(side, wallet.incoming.get())
    assert state_of(wallet) == (0, 30)
    make_award(side, wallet, 20)
    assert state_of(wallet) == (0, 10)
    make_award(side, wallet, 25)
    assert state_of(wallet) == (15, 0)


def test_points_given_back_pay_a_debt_too(world):
    side = world.here
    wallet = make_wallet(side, points=50)
    slip = hold(side, wallet, {make_goods(side, price=30): 1})
    reverse(side, wallet.incoming.get())
    services.cancel_redemption(redemption=slip, by=side.shop_keeper, at=NOW)
    assert state_of(wallet) == (0, 0)


def make_period(side, **fields):
    days = {"starts_on": NOW.date().replace(day=1), "ends_on": NOW.date().replace(day=31)}
    return EvaluationPeriod.objects.create(station=side.station, **days, **fields)


def make_line(period, person, rule, points, **fields):
    return ScoreLine.objects.create(period=period, person=person, rule=rule, points=points, done_on=NOW.date(), **fields)


def close(period):
    EvaluationPeriod.objects.filter(pk=period.pk).update(status="closed", closed_at=NOW)


def deed(side, person, rule, no):
    return Deed.objects.create(
        station=side.station, person=person, rule=rule, text=f"好事{no}", done_on=NOW.date(), by=side.officer, at=NOW
    )


def test_an_open_period_posts_nothing(world):
    with pytest.raises(PeriodNotClosed):
        services.post_period(period=make_period(world.here), by=world.here.station_chief, at=NOW)


def test_a_closed_period_posts_its_bonus_lines_once_and_opens_the_wallets(world):
    side = world.here
    first, second = side.residents
    base, bonus = make_rule(side.station, part="base"), make_rule(side.station)
    period = make_period(side)
    make_line(period, first, base, 60)
    lines = [
        make_line(period, person, bonus, points, deed=deed(side, person, bonus, points))
        for person, points in ((first, 5), (first, 7), (second, 3))
    ]
    owing = make_wallet(side, second, points=10)
    hold(side, owing, {make_goods(side, price=10): 1})
    reverse(side, owing.incoming.get())
    close(period)
    assert services.post_period(period=period, by=side.station_chief, at=NOW) == 3
    assert services.post_period(period=period, by=side.station_chief, at=NOW) == 0
    assert state_of(wallet_of(first)) == (12, 0)
    assert state_of(owing) == (0, 7)
    posted = (
        Transfer.objects.filter(period=period).order_by("line_id").values_list("line_id", "amount", "rule_id", "deed_id", "key")
    )
    assert list(posted) == [
        (line.pk, line.points, bonus.pk, line.deed_id, f"period:{period.pk}:line:{line.pk}") for line in lines
    ]


def test_a_statement_names_the_rule_and_the_fact_of_every_line(world):
    side = world.here
    wallet = make_wallet(side)
    rule = make_rule(side.station, name="主动调解")
    case = make_case(side, world.category)
    make_award(side, wallet, 50, rule=rule, case=case)
    slip = hold(side, wallet, {make_goods(side, price=20): 2})
    services.cancel_redemption(redemption=slip, by=side.shop_keeper, at=NOW)
    reverse(side, Transfer.objects.get(kind="award"), reason="案件重开")
    wallet.refresh_from_db()
    said = [(line.points, line.after, line.title, line.fact) for line in statement_of(wallet).lines]
    assert said == [
        (-50, 0, gettext("Taken back: %(rule)s") % {"rule": "主动调解"}, "案件重开"),
        (40, 50, gettext("Goods given back"), "大米 × 2 · 超市1"),
        (-40, 10, "大米 × 2", "超市1"),
        (50, 50, "主动调解", f"{case.category} {case.no}"),
    ]


@pytest.mark.parametrize("secret", ["rule", "case"])
def test_a_confidential_matter_names_neither_rule_nor_fact(world, secret):
    side = world.here
    wallet = make_wallet(side)
    rule = make_rule(side.station, name="提供线索", confidential=secret == "rule")
    make_award(side, wallet, 50, rule=rule, case=make_case(side, world.category, restricted=secret == "case"))
    (line,) = statement_of(wallet).lines
    assert (line.title, line.fact) == (gettext("Confidential matter"), "")


def test_a_statement_turns_pages_without_losing_the_running_balance(world):
    wallet = make_wallet(world.here)
    for points in range(1, 8):
        make_award(world.here, wallet, points)
    wallet.refresh_from_db()
    pages, before = [], None
    while before is not None or not pages:
        page = statement_of(wallet, before=before, limit=3)
        pages.append([(line.points, line.after) for line in page.lines])
        before = page.older
    assert pages == [[(7, 28), (6, 21), (5, 15)], [(4, 10), (3, 6), (2, 3)], [(1, 1)]]


def test_a_statement_costs_the_same_for_one_line_and_for_many(world):
    wallet = make_wallet(world.here, points=5)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            statement_of(wallet)
        return len(queries)

    one = cost()
    for _ in range(5):
        make_award(world.here, wallet, 5)
    assert cost() == one


def test_a_card_opens_one_wallet_of_one_station(world):
    wallet = make_wallet(world.here)
    station, elsewhere = world.here.station.pk, world.there.station.pk
    for shown in (
        str(wallet.card),
        wallet.card_code,
        f" {wallet.card_code[:4]} {wallet.card_code[4:]} ",
        f"https://x/counter/{wallet.card}/",
    ):
        assert wallet_by_card(station, shown) == wallet
        assert wallet_by_card(elsewhere, shown) is None
    for wrong in ("", "1", "abc", f"{wallet.pk:04}{(wallet.card.int + 1) % 10_000:04}", "9" * 40, "①②③④⑤"):
        assert wallet_by_card(station, wrong) is None


def test_a_new_card_makes_the_old_one_worthless(world):
    wallet = make_wallet(world.here)
    old = wallet.card
    services.rotate_card(wallet=wallet, by=world.here.resident, at=NOW)
    assert wallet_by_card(world.here.station.pk, str(old)) is None
    assert wallet_by_card(world.here.station.pk, str(wallet.card)) == wallet


def test_a_name_is_masked_but_for_its_surname():
    assert [masked_name(name) for name in ("张三", "欧阳小明", "李")] == ["张*", "欧***", "李*"]


def test_liabilities_are_what_people_hold(world):
    make_wallet(world.here, points=5)
    make_wallet(world.here, world.here.residents[1], points=7)
    make_wallet(world.there, points=100)
    assert liabilities(world.here.station) == {"outstanding": 12, "debts": 0, "wallets": 2}


def test_a_seal_covers_what_was_posted_and_hashes_the_one_before(world):
    wallet = make_wallet(world.here, points=5)
    make_award(world.here, wallet, 7)
    assert services.seal_ledger(at=NOW) == 1
    assert services.seal_ledger(at=NOW) == 0
    make_award(world.here, wallet, 9)
    assert services.seal_ledger(at=NOW) == 1
    first, second = Seal.objects.order_by("pk")
    assert (first.count, first.total, first.previous) == (2, 12, "")
    assert (second.count, second.total, second.previous) == (1, 9, first.root)
    assert second.first_id == first.last_id + 1


def test_a_long_backlog_is_sealed_in_several(world, monkeypatch):
    monkeypatch.setattr("points.services.ledger.SEAL_CHUNK", 2)
    wallet = make_wallet(world.here)
    for points in range(1, 6):
        make_award(world.here, wallet, points)
    assert services.seal_ledger(at=NOW) == 3
    assert list(Seal.objects.values_list("count", flat=True)) == [2, 2, 1]


@pytest.mark.parametrize("role", ["household_head", "post_liaison", "shop_keeper", "volunteer", "resident"])
def test_who_has_no_desk_sees_his_own_wallet_alone(world, role):
    user = getattr(world.here, role)
    make_wallet(world.here, points=5)
    own = make_wallet(world.here, user.person, points=7)
    assert list(Wallet.objects.visible_to(user)) == [own]


def test_a_stranger_sees_no_wallet_and_no_transfer(world):
    make_wallet(world.here, points=5)
    for user in (world.there.station_chief, world.there.resident, world.here.township_leader, world.here.device):
        assert not Wallet.objects.visible_to(user).exists()
        assert not Transfer.objects.visible_to(user).exists()
