"""The desk: facts are read-only to everybody, catalogue and prices are the station's, a reversal needs a second person."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from points import services
from points.models import Item, Seal, Shop
from shengkang.audit.models import AccessEntry
from shengkang.organization.models import Approval
from shengkang.organization.services import decide_approval
from tests.points.makers import hold, make_award, make_goods, make_rule, make_wallet, state_of
from tests.world import NOW, make_user

PAGES = ["wallet", "transfer", "seal", "shop", "item", "price", "lot", "stockmove", "redemption"]
FACTS = ["wallet", "transfer", "seal", "price", "lot", "stockmove", "redemption"]


@pytest.fixture
def side(world):
    return world.here


@pytest.fixture
def rows(side):
    wallet, rice = make_wallet(side, points=100), make_goods(side)
    slip = hold(side, wallet, {rice: 1})
    services.seal_ledger(at=NOW)
    return {
        "wallet": wallet,
        "transfer": wallet.incoming.get(),
        "seal": Seal.objects.get(),
        "shop": side.shop,
        "item": rice,
        "price": rice.prices.get(),
        "lot": rice.lots.get(),
        "stockmove": slip.moves.get(),
        "redemption": slip,
    }


def page(name, row=None, verb=None):
    if row is None:
        return reverse(f"admin:points_{name}_changelist")
    return reverse(f"admin:points_{name}_{verb or 'change'}", args=[row.pk])


@pytest.mark.parametrize("name", PAGES)
def test_an_officer_opens_every_list_and_page(client, side, rows, name):
    client.force_login(side.officer)
    assert client.get(page(name)).status_code == 200
    assert client.get(page(name, rows[name])).status_code == 200


@pytest.mark.parametrize("name", [name for name in PAGES if name != "seal"])
def test_another_stations_rows_do_not_exist(client, world, rows, name):
    client.force_login(world.there.station_chief)
    assert client.get(page(name, rows[name])).status_code in (302, 404)
    assert rows[name].pk not in [row.pk for row in client.get(page(name)).context["cl"].result_list]


@pytest.mark.parametrize("name", FACTS)
def test_nobody_adds_edits_or_deletes_a_fact_not_even_a_superuser(client, side, rows, name):
    boss = make_user(side.station, side.town, "station_chief", "总管", "13900000003")
    type(boss).objects.filter(pk=boss.pk).update(is_superuser=True)
    for user in (side.station_chief, boss):
        client.force_login(user)
        assert client.post(page(name, rows[name]), {"balance": 10**6, "amount": 10**6}).status_code == 403
        assert client.get(reverse(f"admin:points_{name}_add")).status_code == 403
        assert client.post(page(name, rows[name], "delete"), {"post": "yes"}).status_code == 403


def test_the_desk_names_no_confidential_matter(client, side):
    rule = make_rule(side.station, name="提供线索", confidential=True)
    transfer = make_award(side, make_wallet(side), 5, rule=rule)
    client.force_login(side.officer)
    for url in (page("transfer"), page("transfer", transfer)):
        assert "提供线索" not in client.get(url).content.decode()


def test_who_may_not_see_people_sees_their_points_under_a_masked_name(client, side, rows):
    name = rows["wallet"].person.name
    for user, seen in ((side.officer, True), (side.aux_police, False)):
        client.force_login(user)
        for url in (page("wallet"), page("wallet", rows["wallet"])):
            assert (name in client.get(url).content.decode()) is seen
        for url in (page("transfer"), page("transfer", rows["transfer"])):
            assert name not in client.get(url).content.decode()


def test_who_opens_a_wallet_is_written_down(client, side, rows):
    client.force_login(side.officer)
    client.get(page("wallet", rows["wallet"]))
    assert list(AccessEntry.objects.values_list("what", "object_ref")) == [
        ("points_account", f"points.Wallet:{rows['wallet'].pk}")
    ]


def test_a_shop_and_goods_are_added_to_ones_own_station(client, world, side):
    client.force_login(side.officer)
    client.post(reverse("admin:points_shop_add"), {"name": "新店", "village": side.villages[1].pk, "is_open": "on"})
    assert Shop.objects.get(name="新店").station == side.station
    refused = client.post(reverse("admin:points_shop_add"), {"name": "错店", "village": world.there.villages[0].pk})
    assert (refused.status_code, Shop.objects.filter(name="错店").exists()) == (200, False)
    prices = {"prices-TOTAL_FORMS": 0, "prices-INITIAL_FORMS": 0}
    client.post(reverse("admin:points_item_add"), {"name": "牙膏", "measure": "支", "is_offered": "on", **prices})
    assert Item.objects.get(name="牙膏").station == side.station


def test_a_price_is_set_and_goods_received_by_their_buttons(client, side, rows):
    client.force_login(side.officer)
    day = "2099-01-01"
    client.post(page("item", rows["item"], "set_price"), {"points": 45, "from_day": day})
    assert rows["item"].prices.filter(points=45, active_from=day).exists()
    client.post(page("shop", side.shop, "receive_goods"), {"item": rows["item"].pk, "pieces": 12, "origin": "采购"})
    assert rows["item"].lots.filter(left=12, origin="采购").exists()
    past = client.post(page("item", rows["item"], "set_price"), {"points": 1, "from_day": "2026-01-01"})
    assert past.status_code == 409


def test_an_auxiliary_sets_no_price(client, side, rows):
    client.force_login(side.aux_police)
    assert client.post(page("item", rows["item"], "set_price"), {"points": 1, "from_day": "2099-01-01"}).status_code == 403


def offered(client, name, row):
    return [verb["name"] for verb in client.get(page(name, row)).context["verbs"]]


def test_a_chief_takes_points_back_only_after_a_second_one_agreed(client, side, rows):
    client.force_login(side.station_chief)
    transfer, verb = rows["transfer"], page("transfer", rows["transfer"], "reverse")
    assert offered(client, "transfer", transfer) == ["ask_reverse"]
    assert client.post(verb, {"reason": "虚报"}).status_code == 403
    assert client.post(page("transfer", transfer, "ask_reverse"), {"reason": "虚报"}).status_code == 302
    assert client.post(verb, {"reason": "虚报"}).status_code == 403
    second = make_user(side.station, side.town, "station_chief", "副所长", "13900000004")
    decide_approval(approval=Approval.objects.get(), grant=True, by=second, at=timezone.now())
    assert offered(client, "transfer", transfer) == ["reverse"]
    assert client.post(verb, {"reason": "虚报"}).status_code == 302
    assert state_of(rows["wallet"]) == (0, 30)
    assert offered(client, "transfer", transfer) == []


def test_an_officer_cannot_even_ask_to_take_points_back(client, side, rows):
    client.force_login(side.officer)
    answer = client.post(page("transfer", rows["transfer"], "ask_reverse"), {"reason": "虚报"})
    assert (answer.status_code, Approval.objects.count(), state_of(rows["wallet"])) == (409, 0, (70, 0))


@pytest.mark.parametrize("name", PAGES)
def test_a_list_asks_the_same_of_the_database_for_one_row_and_for_three(client, side, name):
    client.force_login(side.officer)

    def add(no):
        wallet, goods = make_wallet(side, side.residents[no % 2], points=100), make_goods(side, f"货{no}")
        hold(side, wallet, {goods: 1})
        services.seal_ledger(at=NOW)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page(name)).status_code == 200
        return len(queries)

    add(0)
    one = cost()
    add(1)
    add(2)
    assert cost() == one
