"""Figures for programs: aggregates of one's own station."""

import pytest
from django.utils import timezone
from rest_framework.test import APIClient


@pytest.fixture(autouse=True)
def the_eleventh_of_march(monkeypatch, world):
    monkeypatch.setattr(timezone, "now", lambda: world.now)


def ask(user, **query):
    client = APIClient()
    client.force_authenticate(user)
    return client.get("/api/v1/figures/", query)


def test_a_stranger_is_refused(world):
    assert ask(None).status_code == 401


@pytest.mark.parametrize("role", ["household_head", "shop_keeper", "resident", "device"])
def test_those_without_figures_find_nothing(world, role):
    assert ask(getattr(world.here, role)).status_code == 404


def test_a_wrong_month_or_a_foreign_village_is_a_wrong_question(february):
    assert ask(february.here.officer, month="2026-2-30").status_code == 400
    assert ask(february.here.officer, village=february.there.villages[0].pk).status_code == 400


def test_a_leader_gets_the_figures_of_a_month(february):
    answer = ask(february.here.township_leader, month="2026-02")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["month"], body["closed"]) == ("2026-02", False)
    found = {figure["key"]: figure for figure in body["figures"]}
    assert found["disputes.found"]["value"] == 9
    rate = found["disputes.settlement_rate"]
    assert rate["is_rate"] is True
    assert rate["value"] == pytest.approx(9 / 12 * 100)
    assert [term["value"] for term in rate["terms"]] == [9, 2, 9, 1]


def test_this_month_is_the_answer_when_none_is_asked(february):
    assert ask(february.here.station_chief).json()["month"] == "2026-03"
