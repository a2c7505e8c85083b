"""The counter's law: what is refused, which price, which batch, and how points and goods come back together."""

from datetime import timedelta

import pytest

from points import services
from points.models import Item, Lot, Price, Redemption, Shop, StockMove, Transfer
from points.selectors import shops as questions
from points.services.refusals import (
    BasketEmpty,
    InsufficientPoints,
    NoPrice,
    NotHeld,
    NotYourShop,
    OutOfStock,
    ReasonMissing,
    ShopClosed,
    WalletUnknown,
)
from points.services.shops import HOLD, LotExpired, NoPieces, PriceInThePast
from shengkang.audit.services import KeyReused
from shengkang.organization.services import ApprovalNeeded
from tests.points.makers import approve, hold, make_goods, make_wallet, receive, state_of
from tests.world import NOW


@pytest.fixture
def side(world):
    return world.here


def stock_of(item):
    return sum(item.lots.values_list("left", flat=True))


def nothing_moved(wallet, points):
    assert state_of(wallet) == (points, 0)
    assert Redemption.objects.count() == 0
    assert not StockMove.objects.exclude(kind="receive").exists()
    assert not Transfer.objects.exclude(kind="award").exists()


def test_a_basket_dearer_than_the_wallet_is_refused_and_says_both_numbers(side):
    wallet, rice = make_wallet(side, points=59), make_goods(side, price=30)
    with pytest.raises(InsufficientPoints, match=r"60.*59"):
        hold(side, wallet, {rice: 2})
    nothing_moved(wallet, 59)


def test_more_than_is_on_the_shelf_is_refused_and_named(side):
    wallet, rice, oil = make_wallet(side, points=500), make_goods(side, pieces=3), make_goods(side, "菜油", pieces=9)
    with pytest.raises(OutOfStock, match="大米") as refused:
        hold(side, wallet, {rice: 4, oil: 1})
    assert "菜油" not in str(refused.value)
    nothing_moved(wallet, 500)


def test_goods_past_their_day_are_not_redeemed(side):
    wallet, rice = make_wallet(side, points=100), make_goods(side, expires_in=-1)
    with pytest.raises(OutOfStock):
        hold(side, wallet, {rice: 1})
    nothing_moved(wallet, 100)


@pytest.mark.parametrize("why", ["never priced", "not yet", "no longer offered", "other station", "unknown"])
def test_goods_without_a_price_today_are_refused(world, side, why):
    wallet = make_wallet(side, points=100)
    if why == "other station":
        item = make_goods(world.there)
    elif why == "unknown":
        item = 10**9
    else:
        item = make_goods(side, price=None if why in ("never priced", "not yet") else 30)
    if why == "not yet":
        services.set_price(item=item, points=30, from_day=NOW.date() + timedelta(days=1), by=side.officer, at=NOW)
    if why == "no longer offered":
        Item.objects.filter(pk=item.pk).update(is_offered=False)
    with pytest.raises(NoPrice):
        hold(side, wallet, {item: 1})
    nothing_moved(wallet, 100)


@pytest.mark.parametrize("basket", [{}, {1: 0}, {1: -1}, {1: 2, 2: 0}])
def test_an_empty_basket_is_refused(side, basket):
    wallet, rice, oil = make_wallet(side, points=100), make_goods(side), make_goods(side, "菜油")
    with pytest.raises(BasketEmpty):
        hold(side, wallet, {(rice, oil)[number - 1]: pieces for number, pieces in basket.items()})
    nothing_moved(wallet, 100)


def test_a_closed_shop_redeems_nothing(side):
    wallet, rice = make_wallet(side, points=100), make_goods(side)
    Shop.objects.filter(pk=side.shop.pk).update(is_open=False)
    with pytest.raises(ShopClosed):
        hold(side, wallet, {rice: 1})
    nothing_moved(wallet, 100)


def test_only_a_keeper_of_the_shop_redeems(world, side):
    wallet, rice = make_wallet(side, points=100), make_goods(side)
    for somebody in (side.officer, side.household_head, world.there.shop_keeper):
        with pytest.raises(NotYourShop):
            hold(side, wallet, {rice: 1}, by=somebody)
    nothing_moved(wallet, 100)


def test_a_card_of_another_station_redeems_nothing(world, side):
    wallet, rice = make_wallet(world.there, points=100), make_goods(side)
    with pytest.raises(WalletUnknown):
        hold(side, wallet, {rice: 1})
    nothing_moved(wallet, 100)


def test_points_goods_and_slip_move_together(side):
    wallet, rice, oil = make_wallet(side, points=100), make_goods(side, price=30), make_goods(side, "菜油", price=15)
    slip = hold(side, wallet, {rice: 2, oil: 1})
    assert (slip.status, slip.points, slip.hold_ends_at) == ("held", 75, NOW + HOLD)
    assert state_of(wallet) == (25, 0)
    assert (stock_of(rice), stock_of(oil)) == (8, 9)
    assert list(slip.lines.order_by("item").values_list("item", "quantity", "points")) == [(rice.pk, 2, 60), (oil.pk, 1, 15)]
    assert list(slip.transfers.values_list("amount", "kind", "from_wallet")) == [(75, "redemption", wallet.pk)]


def test_a_redemption_happens_once_for_its_key(side):
    wallet, rice = make_wallet(side, points=100), make_goods(side)
    first = hold(side, wallet, {rice: 1}, key="once")
    assert hold(side, wallet, {rice: 1}, key="once") == first
    assert (state_of(wallet), stock_of(rice)) == ((70, 0), 9)


def test_the_same_key_with_another_basket_or_card_is_refused(side):
    wallet, rice = make_wallet(side, points=100), make_goods(side)
    other = make_wallet(side, side.residents[1], points=100)
    hold(side, wallet, {rice: 1}, key="once")
    for changed, basket in ((wallet, {rice: 2}), (other, {rice: 1})):
        with pytest.raises(KeyReused):
            hold(side, changed, basket, key="once")
    assert (state_of(wallet), state_of(other), stock_of(rice)) == ((70, 0), (100, 0), 9)


def test_what_expires_first_goes_first_and_undated_goods_last(side):
    wallet, rice = make_wallet(side, points=1000), make_goods(side, pieces=4)
    late, soon = receive(side, rice, 3, expires_on=NOW.date() + timedelta(days=90)), receive(side, rice, 3, expires_on=NOW.date())
    hold(side, wallet, {rice: 5})
    assert {lot.pk: lot.left for lot in rice.lots.all()} == {rice.lots.get(expires_on=None).pk: 4, late.pk: 1, soon.pk: 0}


def test_the_price_of_the_local_day_counts(side):
    wallet, rice = make_wallet(side, points=1000), make_goods(side, price=30)
    tomorrow = NOW.date() + timedelta(days=1)
    services.set_price(item=rice, points=40, from_day=tomorrow, by=side.officer, at=NOW)
    midnight = NOW.replace(hour=23, minute=59)
    assert hold(side, wallet, {rice: 1}, at=midnight).points == 30
    assert hold(side, wallet, {rice: 1}, at=midnight + timedelta(minutes=1)).points == 40


def test_a_new_price_ends_the_old_one_and_replaces_one_set_for_later(side):
    rice = make_goods(side, price=30)
    today, later = NOW.date(), NOW.date() + timedelta(days=5)
    services.set_price(item=rice, points=50, from_day=later, by=side.officer, at=NOW)
    services.set_price(item=rice, points=40, from_day=today, by=side.officer, at=NOW)
    prices = list(Price.objects.filter(item=rice).order_by("active_from").values_list("points", "active_from", "active_to"))
    assert prices == [(30, today - timedelta(days=1), today), (40, today, None)]


def test_the_price_of_a_day_that_is_over_is_not_rewritten(side):
    with pytest.raises(PriceInThePast):
        services.set_price(item=make_goods(side), points=1, from_day=NOW.date() - timedelta(days=1), by=side.officer, at=NOW)


def test_a_delivery_has_pieces_that_are_still_good(side):
    rice = make_goods(side, pieces=0)
    with pytest.raises(NoPieces):
        receive(side, rice, 0)
    with pytest.raises(LotExpired):
        receive(side, rice, 5, received_on=NOW.date(), expires_on=NOW.date() - timedelta(days=1))
    assert Lot.objects.count() == 0


def test_collecting_twice_is_collecting_once(side):
    wallet, rice = make_wallet(side, points=100), make_goods(side)
    slip = hold(side, wallet, {rice: 1})
    first = services.collect_redemption(redemption=slip, by=side.shop_keeper, at=NOW)
    again = services.collect_redemption(redemption=slip, by=side.shop_keeper, at=NOW + timedelta(minutes=1))
    assert (again.status, again.ended_at) == ("collected", first.ended_at)


def test_cancelling_brings_points_and_pieces_back_to_where_they_were(side):
    wallet, rice = make_wallet(side, points=100), make_goods(side, pieces=1, expires_in=10)
    receive(side, rice, 5)
    before = dict(rice.lots.values_list("pk", "left"))
    slip = hold(side, wallet, {rice: 3})
    for _ in range(2):
        slip = services.cancel_redemption(redemption=slip, by=side.shop_keeper, at=NOW)
    assert slip.status == "cancelled"
    assert (state_of(wallet), dict(rice.lots.values_list("pk", "left"))) == ((100, 0), before)
    assert Transfer.objects.filter(kind="reversal", reverses__redemption=slip).count() == 1


def test_only_a_keeper_of_the_shop_collects_or_cancels(world, side):
    slip = hold(side, make_wallet(side, points=100), {make_goods(side): 1})
    for verb in (services.collect_redemption, services.cancel_redemption):
        for somebody in (side.officer, world.there.shop_keeper):
            with pytest.raises(NotYourShop):
                verb(redemption=slip, by=somebody, at=NOW)
    slip.refresh_from_db()
    assert slip.status == "held"


def test_what_is_over_is_neither_collected_nor_cancelled(side):
    wallet, rice = make_wallet(side, points=100), make_goods(side)
    collected, cancelled = hold(side, wallet, {rice: 1}), hold(side, wallet, {rice: 1})
    services.collect_redemption(redemption=collected, by=side.shop_keeper, at=NOW)
    services.cancel_redemption(redemption=cancelled, by=side.shop_keeper, at=NOW)
    with pytest.raises(NotHeld):
        services.cancel_redemption(redemption=collected, by=side.shop_keeper, at=NOW)
    with pytest.raises(NotHeld):
        services.collect_redemption(redemption=cancelled, by=side.shop_keeper, at=NOW)
    assert (state_of(wallet), stock_of(rice)) == ((70, 0), 9)


def test_a_hold_runs_out_by_itself_once_and_not_early(side):
    wallet, rice = make_wallet(side, points=100), make_goods(side)
    slip = hold(side, wallet, {rice: 2})
    assert services.time_out_holds(at=NOW + HOLD - timedelta(seconds=1)) == 0
    assert services.time_out_holds(at=NOW + HOLD) == 1
    assert services.time_out_holds(at=NOW + HOLD) == 0
    slip.refresh_from_db()
    assert (slip.status, state_of(wallet), stock_of(rice)) == ("timed_out", (100, 0), 10)


def test_the_station_takes_a_redemption_back_only_by_two_people_and_with_a_reason(side):
    wallet, rice = make_wallet(side, points=100), make_goods(side)
    slip = services.collect_redemption(redemption=hold(side, wallet, {rice: 1}), by=side.shop_keeper, at=NOW)
    with pytest.raises(ReasonMissing):
        services.reverse_redemption(redemption=slip, reason=" ", by=side.station_chief, at=NOW)
    with pytest.raises(ApprovalNeeded):
        services.reverse_redemption(redemption=slip, reason="拿错", by=side.station_chief, at=NOW)
    assert state_of(wallet) == (70, 0)


@pytest.mark.parametrize(("goods_back", "left"), [(True, 10), (False, 9)])
def test_a_redemption_taken_back_returns_the_points_and_the_goods_if_they_are_there(side, goods_back, left):
    wallet, rice = make_wallet(side, points=100), make_goods(side)
    slip = services.collect_redemption(redemption=hold(side, wallet, {rice: 1}), by=side.shop_keeper, at=NOW)
    chief = approve(side, slip, "redemption", "reverse")
    slip = services.reverse_redemption(redemption=slip, reason="拿错", by=chief, at=NOW, goods_back=goods_back)
    assert (slip.status, slip.ended_at, state_of(wallet), stock_of(rice)) == ("reversed", NOW, (100, 0), left)


def test_a_held_redemption_is_cancelled_not_reversed(side):
    slip = hold(side, make_wallet(side, points=100), {make_goods(side): 1})
    chief = approve(side, slip, "redemption", "reverse")
    with pytest.raises(NotHeld):
        services.reverse_redemption(redemption=slip, reason="拿错", by=chief, at=NOW)


def test_a_shop_offers_what_is_priced_and_good_cheapest_first(side):
    oil, rice = make_goods(side, "菜油", price=15), make_goods(side, price=30)
    make_goods(side, "盐", price=None)
    make_goods(side, "糖", expires_in=-1)
    make_goods(side, "茶", pieces=0)
    receive(side, rice, 5, expires_on=NOW.date() - timedelta(days=1))
    offered = [(offer.item, offer.points, offer.stock) for offer in questions.offers(side.shop, NOW.date())]
    assert offered == [(oil, 15, 10), (rice, 30, 10)]


@pytest.mark.parametrize(("days", "tone"), [(None, ""), (31, ""), (30, "warn"), (0, "warn"), (-1, "bad")])
def test_goods_near_their_day_are_marked(side, days, tone):
    lot = make_goods(side, expires_in=days).lots.get()
    assert questions.expiry_tone(lot, NOW.date()) == tone


def test_a_keeper_sees_the_slips_of_his_shop_and_a_customer_his_own(world, side):
    own = hold(side, make_wallet(side, side.resident.person, points=100), {make_goods(side): 1})
    other = hold(side, make_wallet(side, points=100), {make_goods(side): 1})
    assert set(Redemption.objects.visible_to(side.shop_keeper)) == {own, other}
    assert set(Redemption.objects.visible_to(side.resident)) == {own}
    assert set(Redemption.objects.visible_to(side.officer)) == {own, other}
    for stranger in (world.there.station_chief, world.there.shop_keeper, side.township_leader, side.post_liaison):
        assert not Redemption.objects.visible_to(stranger).exists()
