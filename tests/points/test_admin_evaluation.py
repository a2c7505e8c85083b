"""The desk of the evaluation: read-only where facts are, a button where the matrix has one."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from points.models import Deed, EvaluationPeriod, ScoreLine, Tariff
from tests.points.facts import closed, deed, fresh, on, period_of, published, scored, settled_case, with_tariff
from tests.world import NOW

DAY = date(2026, 3, 10)
LISTS = ["tariff", "rule", "deed", "evaluationperiod", "scoreline"]


@pytest.fixture(autouse=True)
def the_clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def here(world):
    return with_tariff(world.here)


def knock(client, user, url, **data):
    client.force_login(user)
    return client.post(f"/admin/points/{url}", data) if data else client.get(f"/admin/points/{url}")


def test_another_stations_rows_do_not_exist(client, world, here):
    told = deed(here, here.residents[0], 16, DAY)
    period = period_of(here)
    scored(period)
    stranger = world.there.station_chief
    for page in (
        f"tariff/{here.tariff.pk}", f"rule/{here.rules[16].pk}", f"deed/{told.pk}", f"evaluationperiod/{period.pk}",
        f"scoreline/{ScoreLine.objects.first().pk}",
    ):  # fmt: skip
        assert knock(client, stranger, f"{page}/change/").status_code == 404, page
    for name in LISTS:
        assert knock(client, stranger, f"{name}/").context["cl"].result_count == 0, name


def test_a_period_is_closed_by_the_chief_alone(client, here):
    period = published(here, period_of(here))
    with time_machine.travel(on(4, 10), tick=False):
        assert knock(client, here.officer, f"evaluationperiod/{period.pk}/close/", sure="1").status_code == 403
        assert knock(client, here.station_chief, f"evaluationperiod/{period.pk}/close/", sure="1").status_code == 302
    assert fresh(period).status == "closed"


def test_what_the_table_refuses_is_said_on_the_form(client, here):
    period = period_of(here)
    answer = knock(client, here.officer, f"evaluationperiod/{period.pk}/publish/", sure="1")
    assert answer.status_code == 409
    assert fresh(period).status == "open"


def test_a_period_goes_its_way_by_buttons(client, here):
    period = period_of(here)
    for verb in ("score", "end-today", "review", "publish", "take-back", "publish"):
        assert knock(client, here.officer, f"evaluationperiod/{period.pk}/{verb}/", sure="1").status_code == 302, verb
    assert fresh(period).status == "published"
    assert fresh(period).ends_on == NOW.date()


def test_only_fitting_buttons_are_offered(client, here):
    period = period_of(here)

    def offered(user):
        return [verb["name"] for verb in knock(client, user, f"evaluationperiod/{period.pk}/change/").context["verbs"]]

    assert offered(here.officer) == ["score", "end_today", "review"]
    published(here, period)
    assert offered(here.officer) == ["score", "take_back"]
    assert offered(here.station_chief) == ["score", "take_back", "close"]
    assert offered(here.aux_police) == []


def test_the_page_of_a_period_sums_its_lines_by_rule_and_person(client, here):
    settled_case(here, "A1", on(3, 4))
    period = period_of(here)
    scored(period)
    deed(here, here.residents[0], 16, DAY)
    context = knock(client, here.officer, f"evaluationperiod/{period.pk}/change/").context
    sums = {row["cells"][0]["text"]: row["cells"][3]["text"] for row in context["rule_rows"]}
    assert sums == {here.rules[0].name: 240, here.rules[47].name: 2, here.rules[48].name: 2}
    assert len(context["people_rows"]) == 4
    assert [fact["value"] for fact in context["facts"]] == [1, 0, 0]
    link = context["people_rows"][0]["cells"][0]["url"]
    assert client.get(link).status_code == 200


def test_closed_lines_and_periods_are_read_only(client, here):
    period = closed(here, period_of(here))
    line = period.lines.first()
    assert knock(client, here.station_chief, f"scoreline/{line.pk}/change/", points="99").status_code == 403
    assert knock(client, here.station_chief, f"evaluationperiod/{period.pk}/change/", status="open").status_code == 403
    assert EvaluationPeriod.objects.get().status == "closed"


def test_a_clue_given_in_confidence_is_read_by_officers_only(client, here):
    told = deed(here, here.residents[0], 4, DAY)
    scored(period_of(here))
    assert told.text in knock(client, here.officer, "scoreline/").content.decode()
    for page in ("scoreline/", "scoreline/?rule__no=4", "deed/"):
        assert told.text not in knock(client, here.aux_police, page).content.decode()
        assert not knock(client, here.aux_police, page).context["cl"].queryset.filter(rule__confidential=True).exists()
    assert knock(client, here.aux_police, f"deed/{told.pk}/change/").status_code == 404


def test_an_officer_records_and_another_confirms(client, here):
    sheet = {"who": here.residents[0].name, "rule": here.rules[3].pk, "text": "协助", "done_on": "2026-03-10"}
    assert knock(client, here.officer, "deed/add/", **sheet).status_code == 302
    told = Deed.objects.get()
    assert knock(client, here.officer, f"deed/{told.pk}/confirm/", sure="1").status_code == 409
    assert knock(client, here.station_chief, f"deed/{told.pk}/confirm/", sure="1").status_code == 302
    assert Deed.objects.get().confirmed_by == here.station_chief


def test_a_tariff_in_force_is_read_only_and_its_copy_is_not_yet(client, here):
    assert knock(client, here.station_chief, f"tariff/{here.tariff.pk}/change/", name="改").status_code == 403
    given = {"active_from": "2026-05-01", "name": "五月起"}
    assert knock(client, here.officer, f"tariff/{here.tariff.pk}/copy/", **given).status_code == 403
    assert knock(client, here.station_chief, f"tariff/{here.tariff.pk}/copy/", **given).status_code == 302
    copy = Tariff.objects.get(name="五月起")
    page = knock(client, here.station_chief, f"tariff/{copy.pk}/change/")
    assert page.context["has_change_permission"]
    assert not knock(client, here.officer, f"tariff/{copy.pk}/change/").context["has_change_permission"]


@pytest.mark.parametrize("name", LISTS)
def test_a_longer_list_asks_no_more_questions(client, here, name):
    settled_case(here, "A1", on(3, 4))
    deed(here, here.residents[0], 16, DAY)
    period = period_of(here)
    scored(period)

    def cost():
        client.force_login(here.officer)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/admin/points/{name}/").status_code == 200
        return len(queries)

    first = cost()
    for number in (2, 3):
        settled_case(here, f"A{number}", on(3, 4 + number))
        deed(here, here.residents[0], 16, date(2026, 3, number))
    scored(period)
    assert cost() == first
