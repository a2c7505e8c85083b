"""Registering for programs: compare first, then join or register; parties and duplicates put right."""

import pytest

from shengkang.cases import services
from shengkang.cases.models import DisputeCase
from tests.cases.conftest import told
from tests.world import NOW

CASES = "/api/v1/cases/"
ID_NUMBER = "11010519491231002X"


@pytest.fixture
def registration(here, world):
    return {
        "village": here.villages[0].pk,
        "category": world.category.pk,
        "channel": "visit",
        "story": "屋檐滴水起争执",
        "parties": [{"side": "first", "name": "张三", "phone": "13800001234"}],
    }


def send(client, path, body, key="k"):
    return client.post(CASES + path, body, format="json", headers={"Idempotency-Key": key})


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"latitude": 31.9}, "latitude"),
        ({"latitude": 99, "longitude": 111}, "latitude"),
        ({"scale": "many"}, "scale"),
        ({"police_class": "none"}, "police_class"),
        ({"parties": [{"side": "first", "name": "张三", "id_number": "110105194912310021"}]}, "parties"),
    ],
)
def test_a_wrong_shape_is_said_by_field_and_nothing_is_written(api, here, registration, wrong, field):
    answer = send(api(here.officer), "", registration | wrong)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, [field])
    assert DisputeCase.objects.count() == 0


def test_a_home_of_another_station_does_not_exist(api, here, registration, world):
    party = {"side": "first", "name": "张三", "home": world.there.homes[0].address_id}
    assert send(api(here.officer), "", registration | {"parties": [party]}).status_code == 400


def test_everything_is_registered_and_the_id_number_never_answered(api, here, registration, world):
    party = {"side": "first", "name": "张三", "id_number": ID_NUMBER, "is_minor": True, "guardian_name": "张父",
             "home": here.homes[0].address_id}  # fmt: skip
    made = send(
        api(here.officer), "", registration | {"parties": [party], "scale": "over_500", "latitude": 31.9, "longitude": 111.2}
    )
    answer = api(here.officer).get(f"{CASES}{made.json()['id']}/")
    case = answer.json()
    assert (case["scale"], case["latitude"], case["parties"][0]["has_id_number"]) == ("over_500", 31.9, True)
    assert (case["parties"][0]["guardian_name"], case["parties"][0]["home"]) == ("张父", here.homes[0].address_id)
    assert ID_NUMBER not in answer.content.decode()


def test_candidates_are_told_and_nothing_is_written(api, here, life, registration):
    case = life.reported()
    found = send(api(here.officer), "candidates/", registration).json()
    assert [(each["case"]["id"], bool(each["reasons"])) for each in found] == [(case.pk, True)]
    assert DisputeCase.objects.count() == 1


def test_candidates_are_only_what_the_caller_sees(api, here, life, registration):
    life.reported(), life.protected()
    assert send(api(here.post_liaison), "candidates/", registration).json() == []
    assert send(api(here.post_liaison), "candidates/", registration | {"restricted": True}).json() == []
    assert len(send(api(here.colleague), "candidates/", registration).json()) == 1


def test_look_alikes_history_and_what_settled_others_are_read(api, here, life, world):
    settled = services.settle_on_the_spot(**told(here, world.category), terms="张三装檐沟")
    case, officer = life.reported(), api(here.officer)
    assert [each["case"]["no"] for each in officer.get(f"{CASES}{case.pk}/look-alikes/").json()] == [settled.no]
    assert [each["case"]["no"] for each in officer.get(f"{CASES}{case.pk}/relapses/").json()] == [settled.no]
    similar = officer.get(f"{CASES}{case.pk}/similar/").json()
    assert [("张三" in each["terms"], "檐沟" in each["terms"]) for each in similar] == [(False, True)]
    for name in ("look-alikes", "relapses", "similar"):
        assert api(world.there.officer).get(f"{CASES}{case.pk}/{name}/").status_code == 404


def test_a_case_is_merged_and_split_again(api, here, life):
    case, other, hidden, officer = life.reported(), life.reported(), life.protected(by=here.station_chief), api(here.officer)
    assert send(officer, f"{case.pk}/merge/", {"into": hidden.pk}).status_code == 400
    assert send(officer, f"{case.pk}/merge/", {"into": other.pk}).json()["status"] == "merged"
    assert send(officer, f"{case.pk}/split/", {"reason": "两回事"}).json()["status"] == "reported"


def test_parties_are_added_corrected_and_removed(api, here, life):
    case, other, officer = life.reported(), life.reported(), api(here.officer)
    added = send(officer, f"{case.pk}/add-party/", {"side": "other", "name": "王五", "reason": "漏了"}).json()["made"]
    assert send(officer, f"{other.pk}/correct-party/", {"party": added, "name": "王六"}).status_code == 400
    assert send(officer, f"{case.pk}/correct-party/", {"party": added, "phone": "13700000000"}).status_code == 200
    party = case.parties.get(pk=added)
    assert (party.name, party.side, party.phone) == ("王五", "other", "13700000000")
    assert send(officer, f"{case.pk}/remove-party/", {"party": added, "reason": "错"}).status_code == 200
    assert case.parties.count() == 2


def test_a_head_puts_nothing_right(api, here, life):
    case = life.reported()
    for name, body in (("merge", {"into": case.pk}), ("add-party", {"side": "other", "name": "x"}), ("split", {"reason": "x"})):
        assert send(api(here.household_head), f"{case.pk}/{name}/", body).status_code == 403


def test_a_correction_of_the_facts_leaves_the_rest(api, here, life):
    case = life.reported(latitude=31.9, longitude=111.2)
    assert send(api(here.officer), f"{case.pk}/correct/", {"reason": "补", "scale": "50_to_100"}).status_code == 200
    case.refresh_from_db()
    assert (case.scale, case.latitude) == ("50_to_100", 31.9)
    assert case.opened_at == NOW
