"""The phone's pages: one task each, and nobody sees what is not his."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from points.models import Deed
from shengkang.organization.models import Consent
from tests.points.facts import closed, deed, needs_care, on, period_of, published, scored, settled_case, take_part, with_tariff
from tests.world import NOW

DAY = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def the_clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def here(world):
    return with_tariff(world.here)


def knock(client, user, url, **data):
    client.force_login(user)
    return client.post(url, data) if data else client.get(url)


def sheet(here, **changes):
    return {
        "key": "k1",
        "who": here.residents[0].name,
        "rule": here.rules[16].pk,
        "text": "救火",
        "done_on": "2026-03-10",
    } | changes


@pytest.mark.parametrize(
    "url", ["deeds/", "deeds/new/", "deeds/to-confirm/", "why/", "publication/", "publication/1/", "publication/1/sheet/"]
)
def test_without_a_log_in_there_is_only_the_door(client, db, url):
    assert client.get(f"/m/points/{url}").headers["Location"].startswith("/login/")


@pytest.mark.parametrize(("role", "url"), [
    ("shop_keeper", "deeds/new/"), ("resident", "deeds/new/"), ("township_leader", "deeds/"), ("volunteer", "deeds/to-confirm/"),
    ("post_liaison", "deeds/to-confirm/"), ("township_leader", "why/"), ("device", "publication/"),
])  # fmt: skip
def test_what_the_matrix_refuses_does_not_exist(client, here, role, url):
    assert knock(client, getattr(here, role), f"/m/points/{url}").status_code == 404


def test_a_deed_is_recorded_once_however_often_it_is_sent(client, here):
    for _again in range(2):
        answer = knock(client, here.household_head, "/m/points/deeds/new/", **sheet(here))
        assert answer.headers["Location"] == "/m/points/deeds/"
    told = Deed.objects.get()
    assert (told.person, told.by, told.rule, told.done_on) == (here.residents[0], here.household_head, here.rules[16], DAY)


@pytest.mark.parametrize(("changes", "field"), [
    ({"who": "无此人"}, "who"), ({"text": ""}, "text"), ({"rule": ""}, "rule"), ({"done_on": "2026-03-12"}, "__all__"),
])  # fmt: skip
def test_a_refusal_keeps_what_was_typed(client, here, changes, field):
    answer = knock(client, here.household_head, "/m/points/deeds/new/", **sheet(here, **changes))
    assert list(answer.context["form"].errors) == [field]
    assert not Deed.objects.exists()


def test_nobody_records_his_own_deed_by_his_name(client, here):
    answer = knock(client, here.household_head, "/m/points/deeds/new/", **sheet(here, who=here.household_head.name))
    assert list(answer.context["form"].errors) == ["who"]


def test_two_people_of_one_name_are_told_apart_by_the_telephone(client, here):
    other = here.residents[1]
    type(other).objects.filter(pk=other.pk).update(name=here.residents[0].name)
    answer = knock(client, here.household_head, "/m/points/deeds/new/", **sheet(here))
    assert list(answer.context["form"].errors) == ["phone_end"]
    knock(client, here.household_head, "/m/points/deeds/new/", **sheet(here, phone_end=other.phone[-4:]))
    assert Deed.objects.get().person == other


def test_people_of_another_station_are_not_found(client, world, here):
    there = with_tariff(world.there)
    answer = knock(client, there.household_head, "/m/points/deeds/new/", **sheet(here, rule=there.rules[16].pk))
    assert list(answer.context["form"].errors) == ["who"]


def test_confidential_rules_are_not_offered_on_the_street(client, here):
    form = knock(client, here.volunteer, "/m/points/deeds/new/").context["form"]
    assert not form.fields["rule"].queryset.filter(confidential=True).exists()
    assert form.fields["rule"].queryset.exists()


def test_a_head_confirms_what_somebody_else_recorded(client, here):
    told = deed(here, here.residents[0], 16, DAY, confirmed=False)
    assert told.text in knock(client, here.household_head, "/m/points/deeds/to-confirm/").content.decode()
    for _again in range(2):
        assert knock(client, here.household_head, f"/m/points/deeds/{told.pk}/confirm/", sure="1").status_code == 302
    assert Deed.objects.get().confirmed_by == here.household_head
    assert told.text not in knock(client, here.household_head, "/m/points/deeds/to-confirm/").content.decode()


def test_ones_own_deed_and_a_strangers_cannot_be_reached_for_confirming(client, world, here):
    own = deed(here, here.household_head.person, 16, DAY, confirmed=False)
    mine = deed(here, here.residents[0], 16, DAY, confirmed=False, by=here.household_head)
    there = with_tariff(world.there)
    theirs = deed(there, there.residents[0], 16, DAY, confirmed=False)
    for each in (own, mine, theirs):
        assert knock(client, here.household_head, f"/m/points/deeds/{each.pk}/confirm/", sure="1").status_code == 404
    assert not Deed.objects.confirmed().exists()


def test_why_names_rule_fact_and_base_and_says_what_is_provisional(client, here):
    case = settled_case(here, "A1", on(3, 4))
    scored(period_of(here))
    months = knock(client, here.household_head, "/m/points/why/").context["months"]
    assert [(month["provisional"], month["base"], month["bonus"]) for month in months] == [(True, 60, 4)]
    page = knock(client, here.household_head, "/m/points/why/").content.decode()
    assert case.no in page
    assert here.rules[48].name in page


def test_why_shows_nobody_elses_lines(client, here):
    case = settled_case(here, "A1", on(3, 4))
    closed(here, period_of(here))
    page = knock(client, here.volunteer, "/m/points/why/")
    assert case.no not in page.content.decode()
    assert [month["bonus"] for month in page.context["months"]] == [0]


def test_an_open_period_is_not_published(client, here):
    period = period_of(here)
    scored(period)
    assert knock(client, here.resident, "/m/points/publication/").context["period"] is None
    assert knock(client, here.resident, f"/m/points/publication/{period.pk}/").status_code == 404
    assert knock(client, here.resident, f"/m/points/publication/{period.pk}/sheet/").status_code == 404


def test_the_publication_of_another_station_does_not_exist(client, world, here):
    period = published(here, period_of(here))
    for url in (f"/m/points/publication/{period.pk}/", f"/m/points/publication/{period.pk}/sheet/"):
        assert knock(client, world.there.station_chief, url).status_code == 404
        assert knock(client, here.resident, url).status_code == 200


def test_leaders_see_villages_and_no_names(client, here):
    take_part(here.household_head.person, purpose="publication")
    settled_case(here, "A1", on(3, 4))
    period = published(here, period_of(here))
    page = knock(client, here.township_leader, "/m/points/publication/")
    assert [row["title"] for row in page.context["rows"]] == [here.villages[0].name]
    assert here.household_head.name not in page.content.decode().replace(here.township_leader.name, "")
    assert knock(client, here.township_leader, f"/m/points/publication/{period.pk}/sheet/").status_code == 404


def test_the_sheet_names_only_those_who_agreed(client, here):
    take_part(here.residents[0], purpose="publication")
    deed(here, here.residents[0], 16, DAY)
    deed(here, here.residents[1], 16, DAY)
    period = published(here, period_of(here))
    page = knock(client, here.officer, f"/m/points/publication/{period.pk}/sheet/").content.decode()
    assert here.residents[0].name in page
    assert here.residents[1].name not in page


@pytest.mark.parametrize("url", ["deeds/", "deeds/to-confirm/", "why/", "publication/"])
def test_a_longer_list_asks_no_more_questions(client, here, url):
    user = here.household_head
    needs_care(here.homes[0])

    def one_more(number):
        settled_case(here, f"A{number}", on(3, number))
        deed(here, here.residents[0], 16, date(2026, 3, number), confirmed=False, by=user)
        deed(here, here.residents[1], 16, date(2026, 3, number), confirmed=False)
        deed(here, user.person, 16, date(2026, 3, number))

    def cost():
        client.force_login(user)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(f"/m/points/{url}").status_code == 200
        return len(queries)

    one_more(1)
    period = published(here, period_of(here))
    first = cost()
    from points.services.evaluation import take_back_publication

    take_back_publication(period=period, by=here.officer, at=on(4, 3))
    one_more(2), one_more(3)
    from points.services.evaluation import publish_period

    publish_period(period=period, by=here.officer, at=on(4, 4))
    assert cost() == first
    assert Consent.objects.exists()
