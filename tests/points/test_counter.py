"""The phone: the loop's bag of rice through HTTP, and who gets nothing."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from points.models import Redemption, StockMove
from shengkang.audit.models import AccessEntry
from tests.points.makers import hold, make_award, make_goods, make_wallet, receive, state_of
from tests.world import make_user

KEEPER_PAGES = ["points:counter", "points:stock", "points:receive"]
OWN_PAGES = ["points:mine", "points:card", "points:card_picture", "points:redemptions"]


@pytest.fixture
def side(world, client):
    return world.here


@pytest.fixture
def rice(side):
    return make_goods(side, price=30)


@pytest.fixture
def wallet(side):
    return make_wallet(side, points=100)


def page_of(wallet):
    return reverse("points:basket", args=[wallet.card])


def key_on(answer):
    return re.search(r'name="key" value="([^"]+)"', answer.content.decode())[1]


def test_a_log_in_is_asked_before_anything(client, wallet):
    for url in [page_of(wallet), *map(reverse, KEEPER_PAGES + OWN_PAGES)]:
        answer = client.get(url)
        assert (answer.status_code, answer["Location"]) == (302, f"{reverse('login')}?next={url}")


@pytest.mark.parametrize(
    "role", ["resident", "household_head", "volunteer", "post_liaison", "officer", "station_chief", "township_leader"]
)
def test_the_code_on_a_card_grants_nothing_to_who_keeps_no_shop(client, side, wallet, rice, role):
    client.force_login(getattr(side, role))
    for url in [page_of(wallet), *map(reverse, KEEPER_PAGES[:1])]:
        assert client.get(url).status_code == 404
        assert client.post(url, {f"item-{rice.pk}": 1, "key": "k"}).status_code == 404
    assert not Redemption.objects.exists()
    assert not AccessEntry.objects.exists()


def test_a_keeper_of_another_station_finds_no_such_card(client, world, wallet):
    client.force_login(world.there.shop_keeper)
    assert client.get(page_of(wallet)).status_code == 404


def test_a_keeper_without_a_shop_opens_no_card(client, side, wallet):
    client.force_login(make_user(side.station, side.villages[0], "shop_keeper", "新店主", "13900000001"))
    assert client.get(page_of(wallet)).status_code == 404
    assert client.get(reverse("points:counter")).status_code == 200


def test_the_keeper_sees_a_masked_name_and_the_balance_and_the_look_is_logged(client, side, wallet, rice):
    client.force_login(side.shop_keeper)
    page = client.get(page_of(wallet)).content.decode()
    name = wallet.person.name
    assert name not in page
    assert f"{name[0]}{'*' * (len(name) - 1)}" in page
    looked = AccessEntry.objects.values_list("what", "object_ref", "by_ref")
    assert list(looked) == [("points_account", f"points.Wallet:{wallet.pk}", f"organization.User:{side.shop_keeper.pk}")]


def test_three_taps_from_the_card_to_the_bag_of_rice(client, side, wallet, rice):
    client.force_login(side.shop_keeper)
    page = client.get(page_of(wallet))
    held = client.post(page_of(wallet), {"key": key_on(page), f"item-{rice.pk}": "1"})
    slip = Redemption.objects.get()
    assert held["Location"] == reverse("points:hand_over", args=[slip.pk])
    assert state_of(wallet) == (70, 0)
    client.post(reverse("points:collect", args=[slip.pk]))
    slip.refresh_from_db()
    assert (slip.status, rice.lots.get().left) == ("collected", 9)
    assert "大米 × 1 袋" in client.get(reverse("points:receipt", args=[slip.pk])).content.decode()


def test_a_form_sent_twice_redeems_once(client, side, wallet, rice):
    client.force_login(side.shop_keeper)
    form = {"key": key_on(client.get(page_of(wallet))), f"item-{rice.pk}": "1"}
    answers = [client.post(page_of(wallet), form)["Location"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert state_of(wallet) == (70, 0)
    changed = client.post(page_of(wallet), {**form, f"item-{rice.pk}": "2"})
    assert "已" in changed.content.decode() or "already sent" in changed.content.decode()
    assert Redemption.objects.count() == 1


def test_plus_and_minus_work_without_javascript(client, side, wallet, rice):
    client.force_login(side.shop_keeper)
    form = {"key": "k", f"item-{rice.pk}": "1"}
    page = client.post(page_of(wallet), {**form, "step": f"+item-{rice.pk}"})
    assert (page.context["total"], page.context["left"], key_on(page)) == (60, 40, "k")
    page = client.post(page_of(wallet), {**form, "step": f"-item-{rice.pk}"})
    assert (page.context["total"], page.context["left"]) == (0, 100)
    assert not Redemption.objects.exists()


@pytest.mark.parametrize("pieces", ["", "0", "-1", "abc", "1000", "4"])
def test_a_basket_that_cannot_be_is_refused_on_the_page_and_keeps_what_was_typed(client, side, wallet, rice, pieces):
    client.force_login(side.shop_keeper)
    page = client.post(page_of(wallet), {"key": "k", f"item-{rice.pk}": pieces})
    assert page.status_code == 200
    assert page.context["form"].errors
    assert state_of(wallet) == (100, 0)


def test_a_basket_without_a_key_is_refused(client, side, wallet, rice):
    client.force_login(side.shop_keeper)
    page = client.post(page_of(wallet), {f"item-{rice.pk}": "1"})
    assert (page.status_code, Redemption.objects.count()) == (200, 0)


def test_typing_the_number_on_the_card_leads_to_the_same_page(client, side, wallet):
    client.force_login(side.shop_keeper)
    code = wallet.card_code
    answer = client.post(reverse("points:counter"), {"card": f"{code[:4]} {code[4:]}"})
    assert answer["Location"] == page_of(wallet)
    wrong = client.post(reverse("points:counter"), {"card": "99990000"})
    assert (wrong.status_code, bool(wrong.context["form"].errors)) == (200, True)


def test_cancel_gives_everything_back(client, side, wallet, rice):
    client.force_login(side.shop_keeper)
    slip = hold(side, wallet, {rice: 2})
    client.post(reverse("points:cancel", args=[slip.pk]))
    slip.refresh_from_db()
    assert (slip.status, state_of(wallet), rice.lots.get().left) == ("cancelled", (100, 0), 10)
    # The hand-over page of what is over is its receipt.
    assert client.get(reverse("points:hand_over", args=[slip.pk]))["Location"] == reverse("points:receipt", args=[slip.pk])


def test_looking_at_a_verb_does_nothing(client, side, wallet, rice):
    client.force_login(side.shop_keeper)
    slip = hold(side, wallet, {rice: 2})
    assert client.get(reverse("points:collect", args=[slip.pk])).status_code == 405
    slip.refresh_from_db()
    assert slip.status == "held"


def test_a_slip_of_another_shop_is_not_there_and_a_customers_own_is_not_his_to_move(client, world, side, rice):
    keeper_as_customer = make_wallet(side, side.shop_keeper.person, points=100)
    other = make_user(side.station, side.villages[0], "shop_keeper", "他店主", "13900000002", person=side.residents[1])
    elsewhere = type(side.shop).objects.create(station=side.station, village=side.villages[1], name="别店")
    elsewhere.keepers.add(other)
    receive(side, rice, 5, shop=elsewhere)
    slip = hold(side, keeper_as_customer, {rice: 1}, shop=elsewhere, by=other)
    client.force_login(side.shop_keeper)
    assert client.get(reverse("points:receipt", args=[slip.pk])).status_code == 200
    assert client.post(reverse("points:collect", args=[slip.pk])).status_code == 403
    for stranger in (world.there.shop_keeper, side.household_head):
        client.force_login(stranger)
        assert client.get(reverse("points:receipt", args=[slip.pk])).status_code == 404
        assert client.post(reverse("points:cancel", args=[slip.pk])).status_code == 404
    slip.refresh_from_db()
    assert slip.status == "held"


def test_a_person_sees_points_and_why_and_the_slips(client, side, rice):
    wallet = make_wallet(side, side.resident.person)
    client.force_login(side.resident)
    make_award(side, wallet, 55)
    slip = hold(side, wallet, {rice: 1})
    page = client.get(reverse("points:mine"))
    assert [(line.points, line.after) for line in page.context["statement"].lines] == [(-30, 25), (55, 55)]
    assert "大米 × 1" in client.get(reverse("points:redemptions")).content.decode()
    receipt = client.get(reverse("points:receipt", args=[slip.pk])).content.decode()
    assert wallet.person.name in receipt


def test_somebody_without_points_is_told_where_they_come_from(client, side):
    client.force_login(side.resident)
    assert client.get(reverse("points:mine")).status_code == 200
    assert client.get(reverse("points:card")).status_code == 404


def test_the_code_is_a_picture_of_the_counters_address_and_never_cached(client, side):
    wallet = make_wallet(side, side.resident.person)
    client.force_login(side.resident)
    picture = client.get(reverse("points:card_picture"))
    assert (picture["Content-Type"], "no-store" in picture["Cache-Control"]) == ("image/svg+xml", True)
    assert picture.content.startswith(b"<svg")
    before = picture.content
    client.post(reverse("points:card"))
    wallet.refresh_from_db()
    assert client.get(reverse("points:card_picture")).content != before


def test_goods_that_came_in_are_on_the_shelf_once(client, side, rice):
    client.force_login(side.shop_keeper)
    soon = (timezone.localdate() + timedelta(days=3)).isoformat()
    form = {"key": "k1", "item": rice.pk, "pieces": 7, "expires_on": soon, "origin": "爱心捐赠"}
    for _ in range(2):
        assert client.post(reverse("points:receive"), form).status_code == 302
    assert sorted(rice.lots.values_list("left", flat=True)) == [7, 10]
    assert StockMove.objects.filter(kind="receive").count() == 2
    assert [(row["tone"], row["text"]) for row in client.get(reverse("points:stock")).context["rows"]] == [
        ("warn", "爱心捐赠"),
        ("", ""),
    ]


def test_goods_past_their_day_stand_below_the_others(client, side, rice):
    client.force_login(side.shop_keeper)
    with time_machine.travel(timezone.now() - timedelta(days=9)):
        soon = timezone.localdate() + timedelta(days=3)
        form = {"key": "k1", "item": rice.pk, "pieces": 7, "expires_on": soon.isoformat(), "origin": "旧货"}
        client.post(reverse("points:receive"), form)
    context = client.get(reverse("points:stock")).context
    assert ([row["text"] for row in context["rows"]], [row["text"] for row in context["gone"]]) == ([""], ["旧货"])


def test_goods_of_another_station_are_not_received(client, world, side):
    client.force_login(side.shop_keeper)
    answer = client.post(reverse("points:receive"), {"key": "k", "item": make_goods(world.there, pieces=0).pk, "pieces": 7})
    assert (answer.status_code, StockMove.objects.count()) == (200, 0)


def test_a_keeper_of_two_shops_chooses(client, world, side):
    second = type(side.shop).objects.create(station=side.station, village=side.villages[1], name="二店")
    second.keepers.add(side.shop_keeper)
    client.force_login(side.shop_keeper)
    assert client.get(reverse("points:counter")).context["shop"] == side.shop
    client.post(reverse("points:choose_shop", args=[second.pk]))
    assert client.get(reverse("points:counter")).context["shop"] == second
    assert client.post(reverse("points:choose_shop", args=[world.there.shop.pk])).status_code == 404


@pytest.mark.parametrize("name", ["points:counter", "points:stock", "points:mine", "points:redemptions", "basket"])
def test_a_page_asks_the_same_of_the_database_for_one_row_and_for_three(client, side, name):
    keeper = side.shop_keeper
    wallet = make_wallet(side, keeper.person, points=1000)
    url = page_of(wallet) if name == "basket" else reverse(name)
    client.force_login(keeper)

    def add(no):
        goods = make_goods(side, f"货{no}", price=5)
        hold(side, wallet, {goods: 1}, at=timezone.now())
        make_award(side, wallet, 1)

    def cost():
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    add(1)
    one = cost()
    add(2)
    add(3)
    assert cost() == one
