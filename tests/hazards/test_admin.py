"""The desk: lists by what needs a hand, photos from before and after side by side, steps as buttons."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from shengkang.attachments.models import Attachment
from shengkang.hazards import services
from shengkang.hazards.models import Hazard, HazardGroup
from tests.hazards.conftest import photo

LIST = "/admin/hazards/hazard/"


@pytest.fixture
def desk(here, client):
    client.force_login(here.officer)
    return client


def page_of(hazard):
    return reverse("admin:hazards_hazard_change", args=[hazard.pk])


def verb_of(hazard, name):
    return reverse(f"admin:hazards_hazard_{name}", args=[hazard.pk])


def listed(client, **query):
    return set(client.get(LIST, query).context["cl"].result_list)


def offered(client, hazard):
    return [verb["name"] for verb in client.get(page_of(hazard)).context["verbs"]]


# strangers


@pytest.mark.parametrize("role", ["household_head", "volunteer", "post_liaison", "administrator", "township_leader"])
def test_for_whoever_does_not_keep_hazards_at_the_desk_there_are_none(here, client, life, role):
    hazard = life.found()
    client.force_login(getattr(here, role))
    for url in (LIST, LIST + "add/", page_of(hazard), verb_of(hazard, "assign")):
        assert client.get(url).status_code == 404


def test_a_hazard_of_another_station_does_not_exist(world, client, life):
    hazard = life.found()
    client.force_login(world.there.station_chief)
    assert listed(client) == set()
    for url in (page_of(hazard), verb_of(hazard, "assign"), verb_of(hazard, "dismiss")):
        assert client.get(url).status_code == client.post(url).status_code == 404


def test_an_auxiliary_sees_all_and_puts_right_what_is_his(here, client, life):
    client.force_login(here.aux_police)
    given, other = life.assigned(), life.assigned(to=here.officer)
    assert listed(client) == {given, other}
    assert (offered(client, given), offered(client, other)) == (["put_right"], [])
    for name in ("assign", "put_right", "look_again", "dismiss", "reopen"):
        assert client.post(verb_of(other, name)).status_code == 403


def test_nobody_edits_or_takes_away_a_hazard(desk, life):
    hazard = life.found()
    assert desk.post(page_of(hazard), {"place": "anders"}).status_code == 403
    assert desk.post(f"{page_of(hazard).replace('change', 'delete')}").status_code == 403


# lists


def test_the_filter_finds_what_needs_a_hand(desk, life):
    at = timezone.now()
    found, given, done = life.found(at=at), life.assigned(at=at), life.put_right(at=at)
    late = life.assigned(at=at - timedelta(days=3), level="at_once")
    life.closed(at=at), life.dismissed(at=at)
    assert listed(desk, hand="unassigned") == {found}
    assert listed(desk, hand="overdue") == {late}
    assert listed(desk, hand="look_again") == {done}
    assert listed(desk, hand="any") == {found, done, late}
    assert given in listed(desk, hand="nonsense")


def test_the_front_page_counts_what_the_lists_show(desk, life):
    at = timezone.now()
    life.found(at=at), life.found(at=at), life.put_right(at=at), life.assigned(at=at - timedelta(days=30))
    panels = [panel for panel in desk.get("/admin/").context["desk_panels"] if LIST in panel["url"]]
    assert [panel["count"] for panel in panels] == [2, 1, 1]
    for panel in panels:
        assert desk.get(panel["url"]).context["cl"].result_count == panel["count"] == len(panel["rows"])


def test_search_finds_the_place_the_danger_and_the_people(here, desk, life):
    pond = life.found()
    wire = life.assigned(place="五组路口", text="电线垂落", group=HazardGroup.objects.get(code="09"), answers_for_it="供电所")
    assert listed(desk, q="水塘") == listed(desk, q="护栏") == {pond}
    assert listed(desk, q="供电所") == listed(desk, q=here.aux_police.name) == {wire}
    assert listed(desk, village=here.villages[0].pk, group__code__exact="09", level="ordinary") == {wire}
    assert listed(desk, village=here.villages[1].pk) == set()


def test_whose_are_they(here, desk, life):
    mine, told = life.assigned(to=here.officer), life.found(by=here.officer)
    assert (listed(desk, whose="mine"), listed(desk, whose="found")) == ({mine}, {told})


def test_the_list_costs_the_same_with_one_row_and_with_three(desk, life, django_assert_num_queries):
    life.closed()
    desk.get(LIST)
    with django_assert_num_queries(10):
        assert len(listed(desk)) == 1
    life.assigned(), life.put_right()
    with django_assert_num_queries(10):
        assert len(listed(desk)) == 3


# the page


def test_the_page_shows_before_and_after_and_who_did_what(here, desk, life):
    shown = desk.get(page_of(life.closed(photos=[photo("navy")]))).context
    assert ([each.by for each in shown["before"]], [each.by for each in shown["after"]]) == (
        [here.household_head],
        [here.aux_police],
    )
    assert [step["who"] for step in shown["steps"]] == [
        user.name for user in (here.household_head, here.officer, here.aux_police, here.officer)
    ]


def test_the_page_costs_the_same_with_two_steps_and_with_six(here, desk, life, django_assert_num_queries):
    short = life.assigned(photos=[photo()])
    long = life.put_right(photos=[photo(), photo("navy")])
    services.look_again(hazard=long, fine=False, note="没好", photos=[photo("gold")], by=here.officer, at=timezone.now())
    services.put_right(hazard=long, note="", photos=[photo("pink")], by=here.aux_police, at=timezone.now())
    desk.get(page_of(short))
    with django_assert_num_queries(12):
        desk.get(page_of(short))
    with django_assert_num_queries(12):
        desk.get(page_of(long))


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        ("found", ["assign", "put_right", "dismiss"]),
        ("assigned", ["assign", "put_right", "dismiss"]),
        ("put_right", ["look_again", "send_back"]),
        ("closed", ["reopen"]),
        ("dismissed", ["reopen"]),
    ],
)
def test_an_officer_gets_the_buttons_of_the_state(desk, life, state, buttons):
    assert offered(desk, getattr(life, state)()) == buttons


def test_a_hazard_is_registered_with_its_photos(here, desk):
    given = {
        "village": here.villages[1].pk, "group": "02", "level": "at_once", "channel": "campaign", "place": "桥头",
        "text": "桥面裂缝", "answers_for_it": "村委会", "photos": [photo()], "idempotency_key": "k1",
    }  # fmt: skip
    answer = desk.post(LIST + "add/", given)
    hazard = Hazard.objects.get()
    assert (answer.url, hazard.found_by, hazard.channel) == (page_of(hazard), here.officer, "campaign")
    assert Attachment.objects.of(hazard.steps.get()).count() == 1
    desk.post(LIST + "add/", given | {"photos": [photo()]})
    assert Hazard.objects.count() == 1


def test_it_is_given_to_somebody_near_put_right_and_looked_at_again(here, desk, life):
    hazard = life.found()
    choices = [value for _group, people in desk.get(verb_of(hazard, "assign")).context["form"].fields["to"].choices[1:]
               for value, _label in people]  # fmt: skip
    near = {here.household_head.pk, here.volunteer.pk, here.post_liaison.pk}
    assert set(choices) == near | {here.station_chief.pk, here.officer.pk, here.aux_police.pk, here.colleague.pk}
    desk.post(verb_of(hazard, "assign"), {"to": here.volunteer.pk, "note": "请尽快"})
    desk.force_login(here.station_chief)
    desk.post(verb_of(hazard, "put_right"), {"note": "代为登记", "photos": [photo("red")]})
    desk.force_login(here.officer)
    desk.post(verb_of(hazard, "look_again"), {"note": "好了"})
    hazard.refresh_from_db()
    assert (hazard.status, hazard.put_right_by, hazard.closed_by) == ("closed", here.station_chief, here.officer)


@pytest.mark.parametrize(("state", "verb", "fields"), [
    ("assigned", "put_right", {"note": "好了"}),
    ("put_right", "send_back", {"note": ""}),
    ("found", "dismiss", {"reason": ""}),
    ("closed", "reopen", {"reason": ""}),
    ("found", "assign", {"to": ""}),
])  # fmt: skip
def test_what_is_missing_is_said_on_the_form(desk, life, state, verb, fields):
    hazard = getattr(life, state)()
    answer = desk.post(verb_of(hazard, verb), fields)
    hazard.refresh_from_db()
    assert answer.context["form"].errors
    assert hazard.status == state


def test_the_chief_keeps_the_names_of_the_groups(here, client):
    url = reverse("admin:hazards_hazardgroup_change", args=["16"])
    client.force_login(here.officer)
    assert client.post(url, {"name": "环境卫生", "examples": ""}).status_code == 403
    client.force_login(here.station_chief)
    client.post(url, {"name": "环境卫生", "examples": "污染"})
    assert HazardGroup.objects.get(code="16").name == "环境卫生"
