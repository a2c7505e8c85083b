"""On the phone: a reporter reads how it stands, a mediator what he needs, a stranger nothing."""

import pytest
from django.urls import reverse

from shengkang.audit.models import AccessEntry
from shengkang.cases import services
from shengkang.portal import nails
from tests.cases.conftest import told

LISTS = ["cases:list", "cases:mediating"]


@pytest.mark.parametrize("page", LISTS)
def test_a_visitor_is_sent_to_the_door(client, db, page):
    assert client.get(reverse(page)).status_code == 302


@pytest.mark.parametrize("role", ["shop_keeper", "township_leader", "resident", "administrator"])
@pytest.mark.parametrize("page", LISTS)
def test_for_whom_there_are_no_disputes_there_is_no_page(client, here, role, page):
    client.force_login(getattr(here, role))
    assert client.get(reverse(page)).status_code == 404


def test_a_case_of_another_station_does_not_exist(client, life, world):
    case = life.reported()
    for role in ("station_chief", "household_head", "post_liaison"):
        client.force_login(getattr(world.there, role))
        assert client.get(case.get_absolute_url()).status_code == 404


def test_a_head_who_told_nothing_and_mediates_nothing_sees_nothing(client, life, here):
    case = life.reported()
    client.force_login(here.post_liaison)
    assert client.get(case.get_absolute_url()).status_code == 404


def test_a_protected_case_does_not_exist_for_an_officer_who_is_not_involved(client, life, here):
    case = life.protected()
    client.force_login(here.colleague)
    assert client.get(case.get_absolute_url()).status_code == 404


def test_a_reporter_reads_the_outcome_but_neither_parties_nor_notes(client, life, here):
    case = life.reported(by=here.post_liaison)
    services.accept_case(case=case, risk="red", grade="simple", reason="有前科", by=here.officer, at=case.opened_at)
    client.force_login(here.post_liaison)
    page = client.get(case.get_absolute_url()).content.decode()
    assert case.no in page
    assert case.story in page
    assert "李四" not in page
    assert "13800001234" not in page
    assert "有前科" not in page


def test_who_told_of_a_protected_case_reads_how_it_stands_only(client, life, here):
    case = life.protected()
    client.force_login(here.household_head)
    page = client.get(case.get_absolute_url()).content.decode()
    assert case.no in page
    assert "李四" not in page


def test_a_mediator_reads_the_case_and_can_ring_the_parties_and_the_look_is_noted_once(client, life, here):
    case = life.mediating()
    client.force_login(here.household_head)
    page = client.get(case.get_absolute_url()).content.decode()
    assert 'href="tel:13800001234"' in page
    assert "李四" in page
    assert [(entry.what, entry.object_ref, entry.by_ref) for entry in AccessEntry.objects.all()] == [
        ("case", f"cases.DisputeCase:{case.pk}", f"organization.User:{here.household_head.pk}")
    ]


def test_the_list_holds_my_reports_and_nobody_elses(client, life, here):
    mine, other = life.settled(), life.reported(by=here.post_liaison)
    client.force_login(here.household_head)
    page = client.get(reverse("cases:list")).content.decode()
    assert mine.get_absolute_url() in page
    assert other.get_absolute_url() not in page


def test_a_long_list_is_read_page_by_page(client, here, world):
    cases = [services.open_case(**told(here, world.category)) for _ in range(22)]
    client.force_login(here.household_head)
    first = client.get(reverse("cases:list"))
    assert [row["url"] for row in first.context["rows"]] == [case.get_absolute_url() for case in cases[:1:-1]]
    second = client.get(reverse("cases:list") + first.context["older_url"])
    assert [row["url"] for row in second.context["rows"]] == [case.get_absolute_url() for case in cases[1::-1]]
    assert (second.context["older_url"], second.context["newer_url"]) == ("", reverse("cases:list"))


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "1 or 1"])
def test_a_spoilt_address_shows_the_first_page(client, life, here, before):
    life.reported()
    client.force_login(here.household_head)
    assert len(client.get(reverse("cases:list"), {"before": before}).context["rows"]) == 1


@pytest.mark.parametrize(("page", "state", "queries"), [("cases:list", "settled", 5), ("cases:mediating", "mediating", 5)])
def test_a_list_costs_the_same_with_one_row_and_with_three(client, life, here, django_assert_num_queries, page, state, queries):
    getattr(life, state)()
    client.force_login(here.household_head)
    with django_assert_num_queries(queries):
        client.get(reverse(page))
    getattr(life, state)(), getattr(life, state)()
    with django_assert_num_queries(queries):
        assert len(client.get(reverse(page)).context["rows"]) == 3


def test_the_tiles_lead_to_the_two_lists(life, here):
    life.mediating()
    tiles = {tile.key: tile for tile in nails.tiles()}
    assert (tiles["my-reports"].url_name, tiles["mediating"].url_name) == ("cases:list", "cases:mediating")
    assert tiles["mediating"].count(here.household_head) == 1
