"""Homes and heads at the desk."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from households import services
from households.models import Assignment, Home, HouseholdHead, Resident, Sighting, Visit
from shengkang.audit.models import AccessEntry
from shengkang.organization.access import Role
from tests.households.test_views import more_homes, more_homes_again
from tests.world import NOW, make_user

MODELS = ["home", "resident", "householdhead", "assignment", "sighting", "visit"]


def url(model, page, *args):
    return reverse(f"admin:households_{model}_{page}", args=args)


@pytest.fixture
def desk(world, client):
    client.force_login(world.here.officer)
    return client


@pytest.mark.parametrize("model", MODELS)
def test_another_station_sees_no_row(world, client, model):
    more_homes(world, 1)
    thing = {
        "home": Home,
        "resident": Resident,
        "householdhead": HouseholdHead,
        "assignment": Assignment,
        "sighting": Sighting,
        "visit": Visit,
    }[model].objects.order_by("-pk")
    pk = thing.first().pk if model != "householdhead" else world.here.head.pk
    client.force_login(world.here.officer)
    assert client.get(url(model, "change", pk)).status_code == 200
    client.force_login(world.there.officer)
    assert client.get(url(model, "change", pk)).status_code == 404


@pytest.mark.parametrize("model", MODELS)
def test_who_does_not_work_at_the_desk_gets_no_page(world, client, model):
    client.force_login(world.here.household_head)
    assert client.get(url(model, "changelist")).status_code == 404


@pytest.mark.parametrize("model", MODELS)
def test_lists_cost_the_same_with_one_row_and_three(world, desk, model, django_assert_num_queries):
    more_homes(world, 1)
    desk.get(url(model, "changelist"))
    with CaptureQueriesContext(connection) as one:
        assert desk.get(url(model, "changelist")).status_code == 200
    more_homes_again(world)
    with django_assert_num_queries(len(one)):
        desk.get(url(model, "changelist"))


@pytest.mark.parametrize("model", ["assignment", "sighting", "visit"])
@pytest.mark.parametrize("page", ["add"])
def test_facts_are_neither_added_nor_edited_at_the_desk(world, desk, model, page):
    assert desk.get(url(model, page)).status_code == 403
    services.log_visit(home=world.here.homes[0], kind="care", by=world.here.household_head, at=NOW)
    assert desk.post(url("visit", "change", Visit.objects.get().pk), {"note": "x"}).status_code == 403


def test_the_verbs_of_a_head(world, desk):
    here = world.here
    user = make_user(here.station, here.villages[0], Role.RESIDENT, "新百户", "17700008888")
    sent = {"user": user.pk, "village": here.villages[0].pk, "from_day": NOW.date()}
    assert desk.get(url("householdhead", "add")).status_code == 200
    assert desk.post(url("householdhead", "add"), sent).status_code == 302
    head = HouseholdHead.objects.get(user=user)

    assert str(here.homes[2].address.door) in desk.get(url("householdhead", "assign", head.pk)).content.decode()
    assert (
        desk.post(url("householdhead", "assign", head.pk), {"homes": [here.homes[2].pk], "from_day": NOW.date()}).status_code
        == 302
    )
    over = {"homes": [here.homes[0].pk], "to_head": head.pk, "on": NOW.date()}
    assert desk.post(url("householdhead", "hand_over", here.head.pk), over).status_code == 302
    assert list(head.assignments.in_force().order_by("home").values_list("home", flat=True)) == [
        here.homes[0].pk,
        here.homes[2].pk,
    ]
    leave = {"on": NOW.date(), "parting": "wish"}
    assert desk.post(url("householdhead", "end_term", head.pk), leave).status_code == 409
    back = {"homes": [here.homes[0].pk, here.homes[2].pk], "to_head": here.head.pk, "on": NOW.date()}
    assert desk.post(url("householdhead", "hand_over", head.pk), back).status_code == 302
    assert desk.post(url("householdhead", "renew", head.pk), {"term_years": 2}).status_code == 302
    assert desk.post(url("householdhead", "end_term", head.pk), leave | {"on": "2020-01-01"}).status_code == 409
    assert desk.post(url("householdhead", "end_term", head.pk), leave).status_code == 302
    assert desk.get(url("home", "changelist"), {"head": "none"}).context["cl"].result_count == 0


def test_the_page_of_a_head_shows_who_could_take_the_homes_over(world, desk):
    here = world.here
    user = make_user(here.station, here.villages[0], Role.RESIDENT, "近邻百户", "17700008889")
    services.appoint_head(user=user, village=here.villages[0], from_day=NOW.date(), by=here.officer, at=NOW)
    page = desk.get(url("householdhead", "change", here.head.pk))
    neighbours = page.context["sections"][0]["rows"]
    assert [[cell["text"] for cell in row["cells"]][::2] for row in neighbours] == [["近邻百户", "0"]]
    assert neighbours[0]["cells"][3]["text"] == "2"
    form = desk.get(url("householdhead", "hand_over", here.head.pk)).context["form"]
    assert set(form["homes"].initial) == {home.pk for home in here.homes[:2]}
    labels = [str(label) for _value, label in form.fields["to_head"].choices][1:]
    assert len(labels) == 1
    assert all(word in labels[0] for word in ("近邻百户", "0", "2"))


def test_heads_whose_term_ends_and_those_without_training_are_found(world, desk):
    def found(hand):
        return {head.pk for head in desk.get(url("householdhead", "changelist"), {"hand": hand}).context["cl"].result_list}

    assert found("ending") == set()
    HouseholdHead.objects.filter(pk=world.here.head.pk).update(term_ends_on=timezone.localdate() + timedelta(days=59))
    assert found("ending") == {world.here.head.pk}
    assert found("untrained") == {world.here.head.pk}


def test_an_auxiliary_sees_but_does_not_reassign(world, client):
    client.force_login(world.here.aux_police)
    assert client.get(url("householdhead", "add")).status_code == 403


def test_a_home_is_registered_and_somebody_moves_in(world, desk):
    here = world.here
    sent = {"village": here.villages[0].pk, "door": "8号", "householder": "新户"}
    assert desk.post(url("home", "add"), sent | {"village": world.there.villages[0].pk}).status_code == 200
    assert desk.post(url("home", "add"), sent | {"door": "1号"}).status_code == 409
    assert desk.post(url("home", "add"), sent).status_code == 302
    home = Home.objects.get(householder="新户")
    move = {"person": here.station_chief.person.name, "on": NOW.date(), "need": ""}
    assert desk.post(url("home", "move_in", home.pk), move | {"person": "没有这人"}).status_code == 200
    assert desk.post(url("home", "move_in", home.pk), move).status_code == 302
    resident = home.residents.get()
    assert desk.post(url("resident", "move_out", resident.pk), {"on": NOW.date()}).status_code == 302


def test_homes_are_found_by_the_pinyin_of_a_resident(world, desk):
    found = desk.get(url("home", "changelist"), {"q": "ju min 11"}).context["cl"].queryset
    assert list(found) == [world.here.homes[0]]


def test_reading_what_was_told_of_a_case_is_logged(world, desk):
    sighting = services.report_quarrel(
        home=world.here.homes[0], category=world.category, story="x", by=world.here.household_head, at=NOW
    )
    desk.get(url("sighting", "change", sighting.pk))
    assert AccessEntry.objects.values_list("what", flat=True).get() == "sighting"
