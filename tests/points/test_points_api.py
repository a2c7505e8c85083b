"""The programs' face: one's own wallet, the shop's slips, and creating calls that may be repeated."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext
from rest_framework.test import APIClient

from points.models import Redemption
from tests.points.makers import hold, make_award, make_goods, make_rule, make_wallet, state_of

LISTS = ["wallets", "transfers", "shops", "catalogue", "redemptions"]


@pytest.fixture
def side(world):
    return world.here


def knock(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def url(name, pk=None, verb=None):
    return "/api/v1/" + "/".join(str(part) for part in (name, pk, verb) if part is not None) + "/"


def basket(side, wallet, *lines):
    return {"shop": side.shop.pk, "card": str(wallet.card), "basket": [{"item": item.pk, "pieces": n} for item, n in lines]}


@pytest.mark.parametrize("name", LISTS)
def test_without_a_log_in_nothing_is_told(db, name):
    assert APIClient().get(url(name)).status_code == 401


@pytest.mark.parametrize("name", LISTS)
def test_a_leader_and_a_device_have_no_such_lists(side, name):
    for user in (side.township_leader, side.device):
        assert knock(user).get(url(name)).status_code == 404


@pytest.mark.parametrize("name", LISTS)
def test_another_stations_rows_are_not_there(world, side, name):
    wallet, rice = make_wallet(side, points=100), make_goods(side)
    slip = hold(side, wallet, {rice: 1})
    rows = {"wallets": wallet, "transfers": wallet.incoming.get(), "shops": side.shop, "catalogue": rice, "redemptions": slip}
    own, stranger = knock(side.officer), knock(world.there.officer)
    assert own.get(url(name, rows[name].pk)).status_code == 200
    assert stranger.get(url(name, rows[name].pk)).status_code == 404
    assert rows[name].pk not in [row["id"] for row in stranger.get(url(name)).json()["results"]]


def test_a_resident_sees_his_own_wallet_without_its_card(side):
    make_wallet(side, points=9)
    own = make_wallet(side, side.resident.person, points=5)
    answer = knock(side.resident).get(url("wallets")).json()["results"]
    assert answer == [{"id": own.pk, "person": side.resident.person_id, "balance": 5, "debt": 0}]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("name", ["wallets", "transfers", "shops", "catalogue"])
def test_facts_have_no_writing_calls(side, method, name):
    rows = {"wallets": make_wallet(side, points=5), "shops": side.shop, "catalogue": make_goods(side)}
    rows["transfers"] = rows["wallets"].incoming.get()
    assert getattr(knock(side.officer), method)(url(name, rows[name].pk), {}).status_code == 405


def test_a_confidential_rule_is_not_named(side):
    wallet = make_wallet(side)
    make_award(side, wallet, 5, rule=make_rule(side.station, name="提供线索", confidential=True))
    assert [row["rule"] for row in knock(side.officer).get(url("transfers")).json()["results"]] == [
        gettext("Confidential matter")
    ]


@pytest.mark.parametrize("role", ["officer", "resident", "household_head", "volunteer"])
def test_who_keeps_no_shop_redeems_nothing(side, role):
    wallet, rice = make_wallet(side, points=100), make_goods(side)
    answer = knock(getattr(side, role)).post(
        url("redemptions"), basket(side, wallet, (rice, 1)), format="json", headers={"Idempotency-Key": "k"}
    )
    assert (answer.status_code, Redemption.objects.count()) == (403, 0)


def test_a_keeper_redeems_only_in_his_own_shop(world, side):
    wallet, rice = make_wallet(side, points=100), make_goods(side)
    answer = knock(world.there.shop_keeper).post(
        url("redemptions"), basket(side, wallet, (rice, 1)), format="json", headers={"Idempotency-Key": "k"}
    )
    assert (answer.status_code, Redemption.objects.count()) == (404, 0)


def test_a_call_without_a_key_is_refused(side):
    wallet, rice = make_wallet(side, points=100), make_goods(side)
    answer = knock(side.shop_keeper).post(url("redemptions"), basket(side, wallet, (rice, 1)), format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "key_missing")


def test_a_repeated_call_gets_the_same_answer_and_another_body_is_refused(side):
    wallet, rice = make_wallet(side, points=100), make_goods(side)
    keeper = knock(side.shop_keeper)
    body = basket(side, wallet, (rice, 1))
    answers = [keeper.post(url("redemptions"), body, format="json", headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    other = keeper.post(url("redemptions"), basket(side, wallet, (rice, 2)), format="json", headers={"Idempotency-Key": "k"})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "key_reused")
    assert state_of(wallet) == (70, 0)


def test_a_refusal_says_why_and_the_same_key_may_try_again(side):
    wallet, rice = make_wallet(side, points=20), make_goods(side, price=30)
    keeper, body = knock(side.shop_keeper), basket(side, wallet, (rice, 1))
    refused = keeper.post(url("redemptions"), body, format="json", headers={"Idempotency-Key": "k"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "insufficient_points")
    make_award(side, wallet, 20)
    assert keeper.post(url("redemptions"), body, format="json", headers={"Idempotency-Key": "k"}).status_code == 201


@pytest.mark.parametrize(
    "wrong", [{"basket": []}, {"basket": [{"item": 1, "pieces": 0}]}, {"basket": [{"item": 1, "pieces": 1}] * 2}, {"shop": "x"}]
)
def test_a_wrong_shape_is_told_by_field(side, wrong):
    body = {**basket(side, make_wallet(side), (make_goods(side), 1)), **wrong}
    answer = knock(side.shop_keeper).post(url("redemptions"), body, format="json", headers={"Idempotency-Key": "k"})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, list(wrong))


@pytest.mark.parametrize(("verb", "state", "left"), [("collect", "collected", 70), ("cancel", "cancelled", 100)])
def test_a_slip_is_moved_by_its_verbs_and_twice_is_once(side, verb, state, left):
    wallet = make_wallet(side, points=100)
    slip = hold(side, wallet, {make_goods(side): 1})
    keeper = knock(side.shop_keeper)
    for _ in range(2):
        answer = keeper.post(url("redemptions", slip.pk, verb))
        assert (answer.status_code, answer.json()["status"]) == (200, state)
    assert state_of(wallet) == (left, 0)


def test_who_only_sees_a_slip_does_not_move_it(world, side):
    slip = hold(side, make_wallet(side, side.resident.person, points=100), {make_goods(side): 1})
    assert knock(side.officer).post(url("redemptions", slip.pk, "collect")).status_code == 403
    assert knock(side.resident).post(url("redemptions", slip.pk, "cancel")).status_code == 403
    assert knock(world.there.shop_keeper).post(url("redemptions", slip.pk, "cancel")).status_code == 404


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_the_same_of_the_database_for_one_row_and_for_three(side, name):
    client = knock(side.officer)

    def add(no):
        wallet = make_wallet(side, side.residents[no % 2], points=100)
        hold(side, wallet, {make_goods(side, f"货{no}"): 1})

    def cost():
        client.get(url(name))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url(name)).status_code == 200
        return len(queries)

    add(0)
    one = cost()
    add(1)
    add(2)
    assert cost() == one
