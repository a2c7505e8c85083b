"""The phone's front page: what one may do, and nothing else."""

from dataclasses import replace

import pytest
from django import forms
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from households import services as households
from shengkang.notices.models import Notice
from shengkang.organization import access, services
from shengkang.organization.models import Consent, User
from shengkang.portal import nails
from shengkang.portal.pages import PhoneForm, Photos
from tests.world import NOW

HOUSEHOLD_TILES = [
    f"households.{key}" for key in ("quarrel", "homes", "campaigns", "visit", "sighting", "sightings", "trainings")
]


def tiles_on(client):
    context = client.get(reverse("portal:home")).context
    return [tile for shelf in nails.Shelf for tile in context[f"to_{shelf}"]]


def tiles_of(client, user):
    client.force_login(user)
    urls = [tile["url"] for tile in tiles_on(client)]
    return [tile.key for tile in nails.tiles() if reverse(tile.url_name) in urls and tile.key.startswith("households.")]


def test_a_stranger_sees_no_front_page(client, db):
    assert client.get(reverse("portal:home")).url == "/login/?next=/m/"
    assert client.get(reverse("portal:account")).url == "/login/?next=/m/account/"


def test_a_head_has_her_tiles(world, client):
    assert tiles_of(client, world.here.household_head) == HOUSEHOLD_TILES


def test_a_head_without_a_term_has_the_tiles_of_nobody_special(world, client):
    world.here.head.assignments.update(active_to=NOW.date())
    households.end_term(head=world.here.head, on=NOW.date(), parting="term", by=world.here.officer, at=NOW)
    assert tiles_of(client, world.here.household_head) == []


def test_nobody_has_a_tile_for_what_he_cannot_do(world, client):
    assert tiles_of(client, world.here.resident) == []
    assert tiles_of(client, world.here.shop_keeper) == []
    assert tiles_of(client, world.here.volunteer) == ["households.sighting", "households.sightings"]


@pytest.mark.parametrize("role", [role.value for role in access.Role if role != access.Role.DEVICE])
def test_nobody_has_more_than_six_things_to_do_and_the_alarm_is_the_first(world, client, role):
    client.force_login(getattr(world.here, role))
    context = client.get(reverse("portal:home")).context
    tones = [tile["tone"] for tile in context["to_do"]]
    assert len(tones) <= 6
    assert "danger" not in tones[1:]
    assert context["first"] + context["others"] == context["to_do"]


def test_what_waits_for_ones_own_decision_is_on_the_shelf_for_it():
    shelves = {tile.key: tile.shelf for tile in nails.tiles()}
    waiting = ["hazards.tasks", "patrols.waiting", "households.campaigns", "points.confirm_deeds", "mediating", "posts.alarms"]
    assert {shelves[key] for key in waiting} == {nails.Shelf.WAIT}


@pytest.mark.parametrize("role", ["household_head", "volunteer", "shop_keeper", "resident", "post_liaison", "officer"])
def test_every_tile_opens_its_page(world, client, role):
    user = getattr(world.here, role)
    client.force_login(user)
    for tile in tiles_on(client):
        # Who has not applied yet comes to the form instead of to his application.
        assert client.get(tile["url"], follow=True).status_code == 200, tile["url"]


def test_what_waits_stands_on_top_and_goes_down_when_it_is_done(world, client, monkeypatch):
    waiting = [2]
    homes = next(tile for tile in nails.tiles() if tile.key == "households.homes")
    tile = replace(homes, key="test.waiting", shelf=nails.Shelf.WAIT, count=lambda user: waiting[0], offered=None)
    monkeypatch.setitem(nails._tiles, tile.key, tile)
    client.force_login(world.here.household_head)
    top = client.get(reverse("portal:home")).context["to_wait"]
    assert [(row["title"], row["count"]) for row in top] == [(tile.title, 2)]
    waiting[0] = 0
    context = client.get(reverse("portal:home")).context
    assert tile.title not in [row["title"] for row in context["to_wait"]]
    assert tile.title in [row["title"] for row in context["to_look"]]


def test_a_front_page_greets_and_shows_what_is_new(world, client):
    head = world.here.household_head
    for number in range(5):
        Notice.objects.create(to=head, kind="x", text=f"消息{number}", key=str(number), at=NOW)
    Notice.objects.create(to=world.here.volunteer, kind="x", text="别人的", key="9", at=NOW)
    client.force_login(head)
    answer = client.get(reverse("portal:home"))
    body = answer.content.decode()
    assert head.name in body
    assert (answer.context["unread"], [row["title"] for row in answer.context["news"]]) == (5, ["消息4", "消息3", "消息2"])
    assert "别人的" not in body


def test_the_front_page_costs_the_same_with_one_notice_and_with_three(world, client, django_assert_num_queries):
    head = world.here.household_head
    client.force_login(head)
    Notice.objects.create(to=head, kind="x", text="消息", key="0", at=NOW)
    client.get(reverse("portal:home"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("portal:home"))
    for number in (1, 2):
        Notice.objects.create(to=head, kind="x", text="消息", key=str(number), at=NOW)
    with django_assert_num_queries(len(one)):
        client.get(reverse("portal:home"))


def test_my_account_shows_what_is_known_of_me(world, client):
    head = world.here.household_head
    services.give_consent(person=head.person, purpose="points", evidence="纸1", by=world.here.officer, at=NOW)
    client.force_login(head)
    answer = client.get(reverse("portal:account"))
    assert [fact["value"] for fact in answer.context["facts"]] == [head.name, head.phone, world.here.station.name]
    assert [row["text"] for row in answer.context["roles"]] == [world.here.villages[0].name]
    assert [str(row["title"]) for row in answer.context["consents"]] == [str(Consent.Purpose.POINTS.label)]


def test_i_take_back_my_own_consent_and_nobody_elses(world, client):
    mine = services.give_consent(
        person=world.here.household_head.person, purpose="points", evidence="纸1", by=world.here.officer, at=NOW
    )
    url = reverse("portal:withdraw-consent", args=[mine.pk])
    for stranger in (world.here.volunteer, world.here.officer, world.there.household_head, world.here.township_leader):
        client.force_login(stranger)
        assert client.get(url).status_code == 404
        assert client.post(url, {"key": "k"}).status_code == 404
    client.force_login(world.here.household_head)
    assert client.get(url).status_code == 200
    assert client.post(url, {"key": "k"}).url == reverse("portal:account")
    mine.refresh_from_db()
    assert mine.withdrawn_at is not None


def test_what_a_form_wants_is_said_in_its_own_words():
    class Form(PhoneForm):
        name = forms.CharField()
        kind = forms.ChoiceField(choices=[("a", "A")])
        told = forms.CharField(error_messages={"required": "Say it."})
        home = forms.ModelChoiceField(User.objects.none())
        photos = Photos(required=True, error_messages={"required": "A photo, please."})

    with override("en"):
        form = Form({})
        wanted = {
            "name": "Please fill this in.",
            "kind": "Please choose.",
            "told": "Say it.",
            "home": "Please choose.",
            "photos": "A photo, please.",
        }
        assert {name: errors[0] for name, errors in form.errors.items() if name != "key"} == wanted
        assert "---------" not in str(Form())
