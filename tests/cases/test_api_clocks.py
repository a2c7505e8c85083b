"""The clock and the hands of a case for programs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from shengkang.cases.models import Limit
from tests.cases.test_api import send

SOON = "2099-01-01"


@pytest.mark.parametrize("step", ["assess", "receipt", "answer", "refer"])
def test_a_head_who_sees_her_case_judges_and_refers_nothing(api, life, here, step):
    assert send(api(here.household_head), f"{life.reported().pk}/{step}/").status_code == 403


def test_another_station_finds_no_case_to_stop(api, life, world):
    assert send(api(world.there.officer), f"{life.accepted().pk}/pause/", key="p").status_code == 404


def test_another_colour_than_the_points_suggest_needs_a_reason(api, life, here):
    case, officer = life.reported(), api(here.officer)
    answer = send(officer, f"{case.pk}/accept/", {"risk": "red", "grade": "simple"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "override_unexplained")
    assert send(officer, f"{case.pk}/accept/", {"signals": ["rumour"], "grade": "simple"}).status_code == 400
    body = send(officer, f"{case.pk}/accept/", {"signals": ["knife", "alcohol"], "grade": "simple"}).json()
    assert (body["risk"], body["grade"]) == ("red", "simple")
    assert body["state_due_at"] is not None


def test_the_clock_is_stopped_once_per_key_and_started(api, life, here):
    case, officer = life.accepted(), api(here.officer)
    far = {"kind": "party", "reason": "外出", "look_again_on": SOON}
    assert send(officer, f"{case.pk}/pause/", far, key="x").json()["error"]["code"] == "pause_refused"
    body = far | {"look_again_on": (timezone.localdate() + timedelta(days=3)).isoformat()}
    assert {send(officer, f"{case.pk}/pause/", body, key="p").json()["made"] for _ in range(2)} == {case.pauses.get().pk}
    assert officer.get(f"/api/v1/cases/{case.pk}/").json()["paused_at"] is not None
    assert send(officer, f"{case.pk}/resume/").json()["paused_at"] is None


def test_a_case_is_offered_declined_and_taken_over(api, life, here):
    case, officer, colleague = life.accepted(), api(here.officer), api(here.colleague)
    offer = {"to": here.colleague.pk, "reason": "培训"}
    assert send(officer, f"{case.pk}/offer/", offer, key="1").status_code == 201
    assert send(officer, f"{case.pk}/take-over/").json()["error"]["code"] == "hand_over_refused"
    assert send(colleague, f"{case.pk}/decline/", {"reason": "忙"}).json()["officer"] == here.officer.pk
    assert send(officer, f"{case.pk}/offer/", offer, key="2").status_code == 201
    assert send(colleague, f"{case.pk}/take-over/").json()["officer"] == here.colleague.pk


def test_a_colleague_of_another_station_cannot_be_named(api, life, here, world):
    answer = send(api(here.officer), f"{life.accepted().pk}/offer/", {"to": world.there.officer.pk, "reason": "?"}, key="1")
    assert (answer.status_code, sorted(answer.json()["error"]["fields"])) == (400, ["to"])


def test_a_referral_gets_its_receipt_and_its_answer(api, life, here):
    case, chief = life.accepted(), api(here.station_chief)
    assert send(chief, f"{case.pk}/receipt/", {"received_on": "2026-03-11", "received_by": "x"}).status_code == 404
    assert send(chief, f"{case.pk}/refer/", {"reason": "产权"}).json()["error"]["code"] == "referral_refused"
    assert send(chief, f"{case.pk}/refer/", {"office": "court", "reason": "产权"}).json()["status"] == "referred"
    today = case.referrals.get().at.date().isoformat()
    assert send(chief, f"{case.pk}/receipt/", {"received_on": today, "received_by": "立案庭"}).status_code == 200
    assert send(chief, f"{case.pk}/answer/", {"answered_on": today, "answer": "已立案"}).status_code == 200
    assert send(chief, f"{case.pk}/answer/", {"answered_on": today, "answer": "又"}).status_code == 409


def test_the_tables_are_read_by_the_station_and_by_nobody_else(api, here):
    url = "/api/v1/case-clock-tables/"
    body = api(here.officer).get(url).json()
    assert {name: len(rows) for name, rows in body.items()} == {
        "signals": 8,
        "bands": 3,
        "limits": Limit.objects.count(),
        "rungs": 5,
    }
    assert api(here.household_head).get(url).status_code == 404
    assert api(here.officer).post(url, {}).status_code == 405
