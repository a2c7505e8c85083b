"""The face for programs, and the clock's."""

from datetime import date

import pytest
import time_machine
from rest_framework.test import APIClient

from points.models import Deed, EvaluationPeriod, ScoreLine
from points.tasks import score_open_periods
from tests.points.facts import APRIL, deed, fresh, on, period_of, published, reopened, scored, settled_case, with_tariff
from tests.world import NOW

DAY = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def the_clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def here(world):
    return with_tariff(world.here)


def as_(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def body(here, **changes):
    return {"person": here.residents[0].pk, "rule": here.rules[16].pk, "text": "救火", "done_on": "2026-03-10"} | changes


def test_strangers_find_nothing(world, here):
    told, period = deed(here, here.residents[0], 16, DAY), period_of(here)
    stranger = as_(world.there.station_chief)
    for path in (f"evaluation-periods/{period.pk}/", f"deeds/{told.pk}/"):
        assert stranger.get(f"/api/v1/{path}").status_code == 404
    for verb in ("score", "review", "publish", "close"):
        assert stranger.post(f"/api/v1/evaluation-periods/{period.pk}/{verb}/").status_code == 404
    assert stranger.post(f"/api/v1/deeds/{told.pk}/confirm/").status_code == 404
    for path in ("evaluation-periods/", "score-lines/", "deeds/"):
        assert stranger.get(f"/api/v1/{path}").json()["results"] == []


def test_heads_do_not_move_periods_and_officers_do_not_close_them(here):
    period = period_of(here)
    assert as_(here.household_head).post(f"/api/v1/evaluation-periods/{period.pk}/review/").status_code == 404
    assert as_(here.officer).post(f"/api/v1/evaluation-periods/{period.pk}/close/").status_code == 403
    assert as_(here.station_chief).post(f"/api/v1/evaluation-periods/{period.pk}/close/").status_code == 409


def test_a_deed_for_oneself_or_for_a_stranger_is_not_written(world, here):
    for person in (here.household_head.person, world.there.residents[0]):
        answer = as_(here.household_head).post("/api/v1/deeds/", body(here, person=person.pk), HTTP_IDEMPOTENCY_KEY="k")
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["person"])
    assert not Deed.objects.exists()


def test_a_deed_needs_a_key_and_is_written_once_per_key(here):
    head = as_(here.household_head)
    assert head.post("/api/v1/deeds/", body(here)).status_code == 409
    answers = [head.post("/api/v1/deeds/", body(here), HTTP_IDEMPOTENCY_KEY="k") for _again in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json() == {"id": Deed.objects.get().pk}
    assert head.post("/api/v1/deeds/", body(here, text="别的"), HTTP_IDEMPOTENCY_KEY="k").status_code == 409


def test_the_recorder_is_refused_and_a_second_person_confirms(here):
    told = deed(here, here.residents[0], 16, DAY, confirmed=False)
    assert as_(here.officer).post(f"/api/v1/deeds/{told.pk}/confirm/").json()["error"]["code"] == "second_person_needed"
    assert as_(here.household_head).post(f"/api/v1/deeds/{told.pk}/confirm/").status_code == 200
    assert Deed.objects.get().confirmed_by == here.household_head


def test_everyone_reads_his_own_lines_and_staff_the_stations(here):
    settled_case(here, "A1", on(3, 4))
    scored(period_of(here))
    mine = as_(here.household_head).get("/api/v1/score-lines/").json()["results"]
    assert {line["person"] for line in mine} == {here.household_head.person_id}
    assert sorted(line["points"] for line in mine) == [2, 2, 60]
    assert len(as_(here.officer).get("/api/v1/score-lines/").json()["results"]) == 6


def test_a_confidential_line_goes_out_without_its_fact(here):
    told = deed(here, here.residents[0], 4, DAY)
    scored(period_of(here))
    line = next(each for each in as_(here.officer).get("/api/v1/score-lines/").json()["results"] if each["points"] == 3)
    assert told.text not in str(line)
    assert here.rules[4].name not in str(line)


def test_a_period_goes_its_way_by_calls(here):
    period = period_of(here)
    for verb, state in (("score", "open"), ("end-today", "open"), ("review", "review"), ("publish", "published")):
        assert as_(here.officer).post(f"/api/v1/evaluation-periods/{period.pk}/{verb}/").json()["status"] == state
    assert as_(here.station_chief).post(f"/api/v1/evaluation-periods/{period.pk}/close/").json()["status"] == "closed"


def test_the_clock_opens_the_month_and_scores_it_and_may_run_twice(world, here):
    settled_case(here, "A1", on(3, 4))
    score_open_periods()
    period = EvaluationPeriod.objects.get()
    assert (period.station, period.starts_on, period.ends_on) == (here.station, date(2026, 3, 1), date(2026, 3, 31))
    rows = list(ScoreLine.objects.order_by("id").values())
    score_open_periods()
    assert list(ScoreLine.objects.order_by("id").values()) == rows
    assert len(rows) == 6
    assert EvaluationPeriod.objects.count() == 1


def test_the_clock_goes_on_with_a_period_in_review_and_strikes_from_a_published_one(here):
    case = settled_case(here, "A1", on(3, 4))
    march = published(here, period_of(here), at=on(3, 31))
    with time_machine.travel(on(4, 3), tick=False):
        reopened(case, on(4, 2), here.officer)
        score_open_periods()
    assert not march.lines.filter(rule__no=48).exists()
    assert fresh(march).status == "published"
    assert EvaluationPeriod.objects.filter(**APRIL).exists()
