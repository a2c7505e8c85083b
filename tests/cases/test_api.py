"""Disputes for programs: the same law, one shape of answers, creating calls that may be repeated."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from shengkang.audit.models import AccessEntry
from shengkang.cases.models import DisputeCase
from tests.world import NOW, a_picture

CASES = "/api/v1/cases/"


@pytest.fixture
def registration(here, world):
    return {
        "village": here.villages[0].pk,
        "category": world.category.pk,
        "channel": "head",
        "story": "为一只鸡争吵",
        "parties": [{"side": "first", "name": "张三", "phone": "13800001234"}, {"side": "second", "name": "李四"}],
    }


def send(client, path, body=None, key=""):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(CASES + path, body or {}, format="json", headers=headers)


# -- strangers and shapes --


def test_without_a_name_one_is_sent_away_in_the_common_shape(db):
    answer = APIClient().get(CASES)
    assert answer.status_code == 401
    assert list(answer.json()) == ["error"]
    assert list(answer.json()["error"]) == ["code", "message"]


@pytest.mark.parametrize("role", ["shop_keeper", "township_leader", "resident", "administrator", "device"])
def test_for_whom_there_are_no_disputes_there_is_nothing(api, here, role):
    assert api(getattr(here, role)).get(CASES).status_code == 404


def test_a_case_of_another_station_does_not_exist(api, life, world):
    case, client = life.reported(), api(world.there.station_chief)
    assert client.get(CASES).json()["results"] == []
    assert client.get(f"{CASES}{case.pk}/").status_code == 404
    assert send(client, f"{case.pk}/accept/", {"risk": "red", "grade": "simple"}).status_code == 404


def test_a_protected_case_does_not_exist_for_those_not_involved(api, life, here):
    case = life.protected()
    for user in (here.colleague, here.household_head):
        client = api(user)
        assert client.get(CASES).json()["results"] == []
        assert client.get(f"{CASES}{case.pk}/").status_code == 404
        assert send(client, f"{case.pk}/refer/", {"to_whom": "x", "reason": "x"}).status_code in (403, 404)
    assert api(here.station_chief).get(f"{CASES}{case.pk}/").status_code == 200


def test_who_may_not_report_protected_matters_is_refused(api, here, registration):
    answer = send(api(here.volunteer), "", registration | {"restricted": True}, key="k")
    assert (answer.status_code, DisputeCase.objects.count()) == (403, 0)


@pytest.mark.parametrize(
    "step", ["accept", "assign", "correct", "settle", "archive", "reopen", "refer", "take-back", "terminate"]
)
def test_a_head_who_sees_her_case_does_not_take_the_stations_steps(api, life, here, step):
    assert send(api(here.household_head), f"{life.reported().pk}/{step}/").status_code == 403


def test_an_officer_who_is_not_involved_closes_nothing(api, life, here):
    assert send(api(here.colleague), f"{life.agreed().pk}/settle/").status_code == 403


def test_a_wrong_shape_names_its_fields(api, here, registration, world):
    wrong = registration | {"channel": "rumour", "village": world.there.villages[0].pk}
    error = send(api(here.officer), "", wrong, key="k").json()["error"]
    assert (error["code"], sorted(error["fields"])) == ("invalid", ["channel", "village"])


def test_a_refusal_of_the_field_is_409_with_a_name_for_programs(api, life, here):
    answer = send(api(here.officer), f"{life.accepted().pk}/settle/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "move_refused")


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_state_is_never_patched(api, life, here, method):
    case = life.reported()
    answer = getattr(api(here.station_chief), method)(f"{CASES}{case.pk}/", {"status": "settled"}, format="json")
    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"


# -- creating calls may be repeated --


def test_a_creating_call_without_a_key_is_refused(api, here, registration):
    answer = send(api(here.officer), "", registration)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "key_missing")


def test_the_same_key_registers_one_case_and_another_body_is_refused(api, here, registration):
    client = api(here.household_head)
    first, second = (send(client, "", registration, key="k") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    case = DisputeCase.objects.get()
    assert first.json() == second.json() == {"id": case.pk, "no": case.no, "status": "reported"}
    other = send(client, "", registration | {"story": "另一件事"}, key="k")
    assert (other.status_code, other.json()["error"]["code"]) == (409, "key_reused")
    assert DisputeCase.objects.count() == 1


def test_a_session_sent_twice_is_one_session(api, life, here):
    case, client = life.mediating(), api(here.household_head)
    body = {"held_at": NOW.isoformat(), "place": "村委会", "mediators": [here.household_head.pk], "record": "谈话"}
    body |= {"parties": [party.pk for party in case.parties.all()], "impartial": True, "outcome": "goes_on"}
    assert {send(client, f"{case.pk}/session/", body, key="s").json()["made"] for _ in range(2)} == {case.sessions.get().pk}


# -- the life of a case --


def test_a_dispute_is_led_through_its_life(api, here, registration):
    head, officer = api(here.household_head), api(here.officer)
    pk = send(head, "", registration, key="k").json()["id"]
    today = NOW.date().isoformat()
    assert (
        send(officer, f"{pk}/accept/", {"signals": ["knife", "alcohol"], "grade": "simple", "officer": here.officer.pk}).json()[
            "status"
        ]
        == "accepted"
    )
    assert send(officer, f"{pk}/correct/", {"place": "村口", "reason": "听错"}).status_code == 200
    answers = {question["code"]: False for question in officer.get(f"{CASES}gate-questions/").json()}
    assert send(officer, f"{pk}/gate/", {"answers": answers}, key="g").status_code == 201
    assert send(officer, f"{pk}/mediate/", {"mediator": here.household_head.pk}).json()["mediator"] == here.household_head.pk
    agreement = {"facts": "鸡", "terms": "赔一只", "effective_on": today, "obligations": [{"what": "赔鸡", "due_on": today}]}
    assert send(head, f"{pk}/agree/", agreement, key="a").status_code == 201
    case = DisputeCase.objects.get(pk=pk)
    assert send(officer, f"{pk}/settle/").json()["error"]["code"] == "agreement_unsigned"
    for signer in [{"parties": [party.pk]} for party in case.parties.all()] + [{"mediator": here.household_head.pk}]:
        sent = {"how": "finger", "picture": a_picture(), **signer}
        signed = head.post(f"{CASES}{pk}/sign/", sent, format="multipart", headers={"Idempotency-Key": str(signer)})
        assert signed.status_code == 201, signed.json()
    (agreement,) = officer.get(f"{CASES}{pk}/agreements/").json()
    assert (agreement["not_signed_by"], len(agreement["obligations"])) == ([], 1)
    assert send(officer, f"{pk}/settle/").json()["status"] == "settled"
    owed = case.agreements.get().obligations.get().pk
    assert send(head, f"{pk}/perform/", {"obligation": owed, "performed_on": today}).status_code == 200
    assert send(officer, f"{pk}/follow-up/", {"outcome": "holds"}).status_code == 200
    for kind in ("inquiry", "session"):
        sent = {"kind": kind, "pictures": [a_picture()]}
        filed = officer.post(f"{CASES}{pk}/file-paper/", sent, format="multipart", headers={"Idempotency-Key": kind})
        assert filed.status_code == 201, filed.json()
    assert send(officer, f"{pk}/archive/").json()["status"] == "archived"
    assert send(officer, f"{pk}/reopen/", {"reason": "又吵"}).json()["status"] == "accepted"
    assert send(officer, f"{pk}/refer/", {"to_whom": "法庭", "reason": "产权"}).json()["status"] == "referred"
    assert send(officer, f"{pk}/take-back/", {"reason": "退回"}).json()["status"] == "accepted"
    assert send(officer, f"{pk}/assign/", {"officer": here.colleague.pk}).json()["officer"] == here.colleague.pk
    assert send(api(here.colleague), f"{pk}/terminate/", {"reason": "拒绝"}).json()["status"] == "terminated"
    assert [step["move"] for step in officer.get(f"{CASES}{pk}/").json()["steps"]] == [
        *["open", "accept", "correct", "gate", "mediate", "agree", "sign", "sign", "sign", "settle", "perform"],
        *["follow_up", "archive"],
        *["reopen", "refer", "take_back", "assign", "terminate"],
    ]


def test_an_obligation_of_another_case_is_not_marked_here(api, life, here):
    case, other = life.agreed(), life.agreed(obligations=[("装檐沟", NOW.date())])
    body = {"obligation": other.agreements.get().obligations.get().pk, "performed_on": NOW.date().isoformat()}
    assert send(api(here.officer), f"{case.pk}/perform/", body).json()["error"]["code"] == "invalid"


def test_what_was_settled_on_the_spot_is_one_call(api, here, registration):
    questions = api(here.household_head).get(f"{CASES}gate-questions/").json()
    spot = {question["code"]: False for question in questions if question["on_the_spot"]}
    answer = send(api(here.household_head), "settle-on-the-spot/", registration | {"terms": "各退一步", "answers": spot}, key="k")
    assert (answer.status_code, answer.json()["status"]) == (201, "settled")


def test_a_second_reporter_joins(api, life, here):
    case = life.reported()
    answer = send(api(here.officer), f"{case.pk}/join/", {"text": "我也接到电话"}, key="j")
    assert (answer.status_code, case.reports.count()) == (201, 2)


# -- reading --


def test_reading_a_case_is_written_down(api, life, here):
    case = life.reported()
    body = api(here.officer).get(f"{CASES}{case.pk}/").json()
    assert [party["name"] for party in body["parties"]] == ["张三", "李四"]
    assert AccessEntry.objects.get().object_ref == f"cases.DisputeCase:{case.pk}"


def test_the_list_names_no_party_and_tells_no_story(api, life, here):
    life.reported()
    row = api(here.officer).get(CASES).json()["results"][0]
    assert not {"parties", "story", "place"} & row.keys()


def test_the_list_is_filtered_by_state(api, life, here):
    life.reported()
    accepted = life.accepted()
    assert [row["id"] for row in api(here.officer).get(CASES, {"status": "accepted"}).json()["results"]] == [accepted.pk]


def test_the_list_costs_the_same_with_one_row_and_with_three(api, life, here, django_assert_num_queries):
    life.settled()
    client = api(here.officer)
    client.get(CASES)
    with django_assert_num_queries(1):
        client.get(CASES)
    life.reported(), life.mediating()
    with django_assert_num_queries(1):
        assert len(client.get(CASES).json()["results"]) == 3


def test_an_old_list_is_read_on_by_its_cursor(api, here, life):
    for day in range(51):
        life.reported(at=NOW + timedelta(days=day))
    client = api(here.officer)
    first = client.get(CASES).json()
    second = client.get(first["next"]).json()
    assert (len(first["results"]), len(second["results"]), second["next"]) == (50, 1, None)
