"""The desk's lists and pages: filters in words, references in words, doors that open, no buttons that do nothing."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from households.models import Sighting
from patrols.models import Patrol, Shift
from shengkang.organization import services
from shengkang.organization.desk_lists import say_ref
from shengkang.organization.models import Unit
from tests.world import NOW


@pytest.fixture
def chief(world, client):
    client.force_login(world.here.station_chief)
    return client


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("ref", ["clock", "sheet:homes", "x", ""])
def test_a_reference_that_names_no_model_stands_as_it_is(ref):
    assert say_ref(ref, linked=True) == ref


def test_a_reference_is_said_in_words_and_leads_to_its_page():
    page = reverse("admin:points_transfer_change", args=[12])
    assert "points.Transfer" not in say_ref("points.Transfer:12")
    assert f'href="{page}"' in say_ref("points.Transfer:12", linked=True)


def test_a_reference_to_a_row_without_a_page_is_no_link():
    assert "<a" not in say_ref("cases.CaseStep:3", linked=True)


def test_an_approval_names_what_it_is_about(world, chief):
    person = world.here.residents[0]
    approval = services.ask_approval(
        obj="resident",
        action="read_id_number",
        target_ref=f"organization.Person:{person.pk}",
        reason="x",
        by=world.here.officer,
        at=NOW,
    )
    page = text(chief.get(reverse("admin:organization_approval_change", args=[approval.pk])))
    assert reverse("admin:organization_person_change", args=[person.pk]) in page
    assert "organization.Person" not in page


def test_a_filter_says_still_valid_and_withdrawn_instead_of_empty_and_not_empty(world, chief):
    given = services.give_consent(person=world.here.residents[0], purpose="points", evidence="x", by=world.here.officer, at=NOW)
    consents = reverse("admin:organization_consent_changelist")
    assert list(chief.get(consents, {"withdrawn_at__isempty": "1"}).context["cl"].queryset) == [given]
    answer = chief.get(consents, {"withdrawn_at__isempty": "0", "_facets": ""})
    assert not answer.context["cl"].queryset
    words = [[choice["display"] for choice in spec.choices(answer.context["cl"])] for spec in answer.context["cl"].filter_specs]
    assert any([each.rpartition(" ")[2] for each in said[1:]] == ["(1)", "(0)"] for said in words)


def test_an_empty_list_says_whether_a_search_made_it_empty(world, chief):
    people = reverse("admin:organization_person_changelist")
    assert 'class="empty"' not in text(chief.get(people))
    nobody = text(chief.get(people, {"q": "nobodyofthisname"}))
    assert 'class="empty"' in nobody
    assert 'class="empty-text"' in nobody
    cards = text(chief.get(reverse("admin:organization_logincard_changelist")))
    assert 'class="empty"' in cards
    assert 'class="empty-text"' not in cards


def test_a_page_that_is_only_read_has_neither_close_nor_history(world, chief):
    unit = text(chief.get(reverse("admin:organization_unit_change", args=[world.here.villages[0].pk])))
    assert "submit-row" not in unit
    assert "historylink" not in unit
    assert 'name="_save"' in text(chief.get(reverse("admin:organization_holiday_add")))


@pytest.mark.parametrize(
    ("who", "board", "figures"), [("administrator", False, False), ("aux_police", True, False), ("officer", True, True)]
)
def test_the_top_bar_leads_only_where_one_may_go(world, client, who, board, figures):
    client.force_login(getattr(world.here, who))
    page = client.get(reverse("admin:index"))
    doors = {door["url"]: door for door in page.context["desk_doors"]}
    assert (reverse("posts:board") in doors, reverse("reports:dashboard") in doors) == (board, figures)
    assert all(client.get(door).status_code == 200 for door in doors)


def test_titles_bear_the_day_of_the_wall_clock_and_not_of_greenwich():
    morning = datetime(2026, 11, 23, 23, 15, tzinfo=UTC)  # 07:15 of the 24th
    village = Unit(name="陈湾村")
    assert str(Sighting(kind="stranger", at=morning)).endswith("2026-11-24")
    assert str(Patrol(village=village, kind="school", started_at=morning)).endswith("2026-11-24")
    assert str(Shift(village=village, kind="school", starts_at=morning)).endswith("2026-11-24")
