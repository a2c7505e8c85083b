"""The phone: report what is dangerous, put it right, look at it again, and read what became of it."""

import re

import pytest
from django.urls import reverse

from shengkang.attachments.models import Attachment
from shengkang.hazards import services
from shengkang.hazards.models import Hazard
from shengkang.portal.nails import Shelf
from tests.hazards.conftest import photo
from tests.world import NOW

LISTS = ("tasks", "found", "report")


def page(name, *args):
    return reverse(f"hazards:{name}", args=args)


@pytest.fixture
def head(here, client):
    client.force_login(here.household_head)
    return client


def key_of(client, url):
    """What a browser without JavaScript would send back: the hidden field of the page."""
    return re.search(r'name="key" value="([^"]+)"', client.get(url).content.decode())[1]


def report(client, **fields):
    url = page("report")
    given = {"key": key_of(client, url), "level": "at_once", "group": "03", "text": "三组水塘护栏断了"}
    return client.post(url, given | fields)


# strangers


@pytest.mark.parametrize("name", LISTS)
def test_who_is_not_logged_in_goes_to_the_log_in_page(client, db, name):
    assert client.get(page(name)).url == f"/login/?next={page(name)}"


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("role", ["resident", "shop_keeper", "township_leader", "village_cadre"])
def test_these_pages_do_not_exist_for_others(here, client, name, role):
    client.force_login(getattr(here, role))
    assert client.get(page(name)).status_code == 404


@pytest.mark.parametrize("name", ["detail", "told", "put-right", "look-again"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_hazard_of_somebody_else_does_not_exist(world, here, life, client, name, method):
    hazard = life.assigned()
    for user in (here.volunteer, here.post_liaison, world.there.officer, world.there.household_head):
        client.force_login(user)
        assert getattr(client, method)(page(name, hazard.pk)).status_code == (
            405 if method == "post" and name in ("detail", "told") else 404
        )


@pytest.mark.parametrize("method", ["get", "post"])
def test_whoever_found_it_does_not_put_right_what_was_given_to_another(head, life, method):
    assert getattr(head, method)(page("put-right", life.assigned().pk)).status_code == 403


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_head_does_not_look_at_anything_again(head, life, method):
    assert getattr(head, method)(page("look-again", life.put_right().pk)).status_code == 403


def test_another_village_is_not_ones_own_to_report_from(world, here, head):
    for village in (here.villages[1], world.there.villages[0]):
        report(head, village=village.pk)
    assert set(Hazard.objects.values_list("village", flat=True)) == {here.villages[0].pk}


# reporting


@pytest.mark.parametrize("missing", ["level", "group", "text"])
def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(head, missing):
    answer = report(head, **{missing: ""})
    assert (answer.status_code, Hazard.objects.count()) == (200, 0)
    assert set(answer.context["form"].errors) == {missing}
    assert missing == "text" or "三组水塘护栏断了" in answer.content.decode()


def test_at_most_three_answers_are_required(head):
    form = head.get(page("report")).context["form"]
    assert [name for name, field in form.fields.items() if field.required and name != "key"] == ["level", "group", "text"]
    assert next(value for value, _label in form.fields["level"].choices) == "at_once"


def test_a_head_reports_with_photos_and_reads_what_happens_next(here, head):
    answer = report(head, photos=[photo(), photo("navy")])
    hazard = Hazard.objects.get()
    assert answer.url == page("told", hazard.pk)
    assert (hazard.village, hazard.channel, hazard.level, hazard.group_id) == (here.villages[0], "head", "at_once", "03")
    assert hazard.found_by == here.household_head
    assert Attachment.objects.of(hazard.steps.get()).count() == 2
    assert len(head.get(answer.url).context["next_steps"]) == 3


def test_the_same_form_sent_twice_is_one_hazard(head):
    key = key_of(head, page("report"))
    first, second = report(head, key=key), report(head, key=key)
    assert (first.url, Hazard.objects.count()) == (second.url, 1)


@pytest.mark.parametrize(("role", "channel"), [("volunteer", "patrol"), ("post_liaison", "post"), ("aux_police", "station")])
def test_everyone_whom_the_matrix_lets_reports_in_his_own_name(here, client, role, channel):
    client.force_login(getattr(here, role))
    report(client, **({"village": here.villages[1].pk} if role == "aux_police" else {}))
    assert Hazard.objects.get().channel == channel


def test_who_serves_all_villages_chooses_one(here, client):
    client.force_login(here.aux_police)
    assert set(report(client).context["form"].errors) == {"village"}


# reading


def test_the_list_costs_the_same_with_one_row_and_with_three(head, life, django_assert_num_queries):
    life.found()
    head.get(page("found"))
    with django_assert_num_queries(5):
        assert len(head.get(page("found")).context["rows"]) == 1
    life.closed(), life.dismissed()
    with django_assert_num_queries(5):
        assert len(head.get(page("found")).context["rows"]) == 3


def test_the_two_lists_are_what_i_reported_and_what_i_put_right(here, head, life):
    found = life.found()
    task = life.assigned(by=here.officer, to=here.household_head)
    assert [row["url"] for row in head.get(page("found")).context["rows"]] == [page("detail", found.pk)]
    assert [row["url"] for row in head.get(page("tasks")).context["rows"]] == [page("detail", task.pk)]


def test_an_officers_lists_are_his_own_too(here, client, life):
    life.assigned()
    client.force_login(here.officer)
    assert client.get(page("found")).context["rows"] == client.get(page("tasks")).context["rows"] == []


def test_a_long_list_goes_on_by_id_and_a_crooked_page_leads_back(here, head, life, monkeypatch):
    monkeypatch.setattr("shengkang.hazards.views.ROWS_A_PAGE", 2)
    first, _second, third = life.found(), life.found(), life.found()
    shown = head.get(page("found")).context
    assert shown["rows"][0]["url"] == page("detail", third.pk)
    older = head.get(shown["older_url"]).context
    assert [row["url"] for row in older["rows"]] == [page("detail", first.pk)]
    assert (older["older_url"], older["newer_url"]) == ("", page("found"))
    assert head.get(page("found"), {"before": "1;drop"}).url == page("found")


def tiles_of(client):
    context = client.get(reverse("portal:home")).context
    return {tile["url"]: tile["count"] for shelf in Shelf for tile in context[f"to_{shelf}"]}


def test_the_tile_says_how_many_wait_for_me(here, head, life):
    tiles = tiles_of(head)
    assert (tiles[page("tasks")], page("report") in tiles) == (0, True)
    life.assigned(to=here.household_head)
    tiles = tiles_of(head)
    assert tiles[page("tasks")] == 1


def test_the_finder_reads_why_it_is_none(head, life):
    assert "是新装的，没坏" in head.get(page("detail", life.dismissed().pk)).content.decode()


def test_photos_stand_before_and_after(head, life):
    shown = head.get(page("detail", life.closed(photos=[photo("navy")]).pk)).context
    assert ([each.step.move for each in shown["before"]], [each.step.move for each in shown["after"]]) == (
        ["find"],
        ["put_right"],
    )


# putting right, looking again


def test_putting_right_needs_a_photo(here, client, life):
    hazard = life.assigned(to=here.volunteer)
    client.force_login(here.volunteer)
    url = page("put-right", hazard.pk)
    answer = client.post(url, {"key": key_of(client, url), "note": "好了"})
    assert set(answer.context["form"].errors) == {"photos"}


def test_the_photo_from_before_is_refused_with_everything_typed_still_there(here, client, life):
    hazard = life.assigned(to=here.volunteer, photos=[photo("navy")])
    client.force_login(here.volunteer)
    url = page("put-right", hazard.pk)
    answer = client.post(url, {"key": key_of(client, url), "note": "换了两根", "photos": [photo("navy")]})
    assert answer.context["form"].non_field_errors()
    assert "换了两根" in answer.content.decode()


def test_whoever_was_given_it_puts_it_right_with_a_photo(here, client, life):
    hazard = life.assigned(to=here.volunteer)
    client.force_login(here.volunteer)
    assert client.get(page("detail", hazard.pk)).context["may_put_right"]
    url = page("put-right", hazard.pk)
    answer = client.post(url, {"key": key_of(client, url), "note": "换了两根", "photos": [photo("red")]})
    hazard.refresh_from_db()
    assert (answer.url, hazard.status, hazard.put_right_by) == (page("detail", hazard.pk), "put_right", here.volunteer)
    assert not client.get(answer.url).context["may_put_right"]


@pytest.mark.parametrize(("fine", "status"), [("yes", "closed"), ("no", "assigned")])
def test_an_officer_looks_again_on_the_phone(here, client, life, fine, status):
    hazard = life.put_right()
    client.force_login(here.officer)
    url = page("look-again", hazard.pk)
    client.post(url, {"key": key_of(client, url), "fine": fine, "note": "看过"})
    hazard.refresh_from_db()
    assert hazard.status == status


def test_nobody_is_offered_to_look_at_his_own_work(here, client, life):
    hazard = life.put_right()
    client.force_login(here.aux_police)
    assert not client.get(page("detail", hazard.pk)).context["may_look_again"]
    url = page("look-again", hazard.pk)
    answer = client.post(url, {"key": "k1", "fine": "yes"})
    assert answer.context["form"].non_field_errors()


def test_a_step_that_is_no_longer_possible_leads_back(here, client, life):
    hazard = life.closed(by=here.officer, to=here.volunteer)
    client.force_login(here.volunteer)
    assert client.get(page("put-right", hazard.pk)).url == page("detail", hazard.pk)


def test_the_auxiliary_who_found_it_looks_again(here, client, life):
    hazard = life.assigned(by=here.aux_police, to=here.volunteer)
    services.put_right(hazard=hazard, note="", photos=[photo()], by=here.volunteer, at=NOW)
    client.force_login(here.aux_police)
    assert client.get(page("detail", hazard.pk)).context["may_look_again"]


def test_what_waits_for_me_stands_first_the_most_urgent_on_top(here, head, life):
    me = {"to": here.household_head, "by": here.officer}
    slow, urgent = life.assigned(**me), life.assigned(level="at_once", **me)
    done = life.put_right(**me)
    shown = [row["url"] for row in head.get(page("tasks")).context["rows"]]
    assert shown == [page("detail", each.pk) for each in (urgent, slow, done)]
