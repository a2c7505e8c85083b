"""A liaison's phone: one press is an alarm, its page tells who comes, and nobody finds what is not his."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from posts import services
from posts.models import Alarm, MemberUnit
from posts.moves import Status
from shengkang.cases.models import DisputeCase
from shengkang.organization.models import Presence
from shengkang.organization.services import sign_on
from tests.posts.conftest import lay_ground
from tests.world import make_user

LISTS = ["raise", "alarms", "duty", "mine", "dispute"]


def page(name, *args):
    return reverse(f"posts:{name}", args=args)


def hidden(client, url):
    """What a browser without JavaScript would send back: the hidden fields of the page."""
    body = client.get(url).content.decode()
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', body))


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def liaison(world, ground, client):
    client.force_login(world.here.post_liaison)
    return client


@pytest.fixture
def told(world, ground, at):
    """An alarm of the head of homes, of which the auxiliary on duty was told."""
    sign_on(by=world.here.aux_police, at=at, latitude=31.9, longitude=111.26)
    alarm = services.raise_alarm(kind="help", source="phone", by=world.here.household_head, at=at, post=ground.post)
    services.dispatch_due(at)
    return alarm


# strangers


@pytest.mark.parametrize("name", LISTS)
def test_who_is_not_logged_in_goes_to_the_log_in_page(client, db, name):
    assert client.get(page(name)).url == f"/login/?next={page(name)}"


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("role", ["resident", "township_leader"])
def test_these_pages_do_not_exist_for_others(world, client, name, role):
    client.force_login(getattr(world.here, role))
    assert client.get(page(name)).status_code == 404


def test_an_alarm_one_has_nothing_to_do_with_does_not_exist(world, client, told):
    for stranger in (world.here.volunteer, world.here.post_liaison, world.there.officer):
        client.force_login(stranger)
        assert client.get(page("alarm", told.pk)).status_code == 404
        assert client.get(page("alarm", told.pk), {"part": "live"}).status_code == 404
        assert client.post(page("acknowledge", told.pk)).status_code == 404
    for involved in (world.here.household_head, world.here.aux_police, world.here.officer):
        client.force_login(involved)
        assert client.get(page("alarm", told.pk)).status_code == 200


def test_a_keeper_who_called_sees_his_alarm_but_does_not_answer_it(world, ground, client, at):
    alarm = services.raise_alarm(kind="theft", source="phone", by=world.here.shop_keeper, at=at)
    client.force_login(world.here.shop_keeper)
    assert client.get(page("alarm", alarm.pk)).status_code == 200
    assert client.get(page("alarms")).status_code == 404
    assert client.post(page("acknowledge", alarm.pk)).status_code == 403


# one press


def test_one_press_without_javascript_is_an_alarm_from_the_post(liaison, ground):
    answer = liaison.post(page("raise"), hidden(liaison, page("raise")) | {"kind": "help"})
    alarm = Alarm.objects.get()
    assert answer.url == page("alarm", alarm.pk)
    assert (alarm.kind, alarm.post, alarm.source, alarm.place) == ("help", ground.post, "phone", ground.post.place)


def test_a_double_press_is_one_alarm(liaison):
    sent = hidden(liaison, page("raise")) | {"kind": "fire"}
    first, second = liaison.post(page("raise"), sent), liaison.post(page("raise"), sent)
    assert first.url == second.url
    assert Alarm.objects.get().steps_taken == 1


@pytest.mark.parametrize("place", [("31.9", "111.3"), ("", ""), ("north", "here"), ("999", "999"), ("nan", "inf")])
def test_no_place_however_odd_stands_in_the_way(liaison, place):
    sent = hidden(liaison, page("raise")) | {"kind": "help", "latitude": place[0], "longitude": place[1]}
    assert liaison.post(page("raise"), sent).status_code == 302
    assert Alarm.objects.filter(latitude=31.9).count() == 1  # the post's own where the telephone's is no place


def test_a_press_without_a_kind_is_a_call_for_help(liaison):
    liaison.post(page("raise"), hidden(liaison, page("raise")))
    assert Alarm.objects.get().kind == "help"


def test_who_serves_at_two_posts_may_say_at_which_he_is(world, liaison, ground, at):
    second = services.open_post(
        station=world.here.station, village=world.here.villages[1], name="二号岗", kind="shop", place="街尾", active_from=at.date(),
        by=world.here.station_chief, at=at,
    )  # fmt: skip
    services.appoint_liaison(post=second, user=world.here.post_liaison, from_day=at.date(), by=world.here.station_chief, at=at)
    sent = hidden(liaison, page("raise")) | {"kind": "help", "spot": f"post-{second.pk}"}
    liaison.post(page("raise"), sent)
    assert Alarm.objects.get().post == second


def test_a_post_of_somebody_else_is_no_choice(world, client, ground, at):
    client.force_login(world.here.volunteer)
    sent = hidden(client, page("raise")) | {"kind": "help", "spot": f"post-{ground.post.pk}"}
    assert client.post(page("raise"), sent).status_code == 200
    assert Alarm.objects.count() == 0


# what becomes of it


def test_the_page_says_when_it_was_received_and_who_was_told(world, client, told):
    client.force_login(world.here.household_head)
    body = client.get(page("alarm", told.pk)).content.decode()
    assert timezone.localtime(told.received_at).strftime("%H:%M:%S") in body
    assert world.here.aux_police.name in body
    assert 'href="tel:110"' in body
    assert '<noscript><meta http-equiv="refresh"' in body


def test_the_live_part_changes_with_each_step_and_is_silent_between(world, client, told, at):
    client.force_login(world.here.household_head)
    live = page("alarm", told.pk) + "?part=live"
    tag = client.get(live)["ETag"]
    assert client.get(live, HTTP_IF_NONE_MATCH=tag).status_code == 304
    services.depart(alarm=told, by=world.here.aux_police, at=at)
    changed = client.get(live, HTTP_IF_NONE_MATCH=tag)
    assert changed.status_code == 200
    assert "stage-on_the_way" in changed.content.decode()


def test_who_called_does_not_answer_his_own_alarm(world, client, told):
    client.force_login(world.here.household_head)
    assert client.get(page("alarm", told.pk)).context["card"]["moves"] == []


def test_who_was_told_answers_step_after_step(world, client, told):
    client.force_login(world.here.aux_police)
    for verb, status in (("acknowledge", "acknowledged"), ("depart", "on_the_way"), ("arrive", "arrived")):
        card = client.get(page("alarms")).context["cards"][0]
        assert card["moves"][0]["verb"] == verb
        answer = client.post(card["moves"][0]["url"], {"key": card["moves"][0]["key"]})
        assert answer.url == page("alarm", told.pk)
        told.refresh_from_db()
        assert told.status == status


def test_a_refusal_is_told_in_words(world, client, told, at):
    client.force_login(world.here.aux_police)
    services.close_alarm(alarm=told, code="false", by=world.here.officer, at=at)
    answer = client.post(page("arrive", told.pk), {"key": "x"}, follow=True)
    assert "note-bad" in answer.content.decode()
    told.refresh_from_db()
    assert told.status == Status.CLOSED


def test_a_closed_alarm_renews_its_page_no_more(world, client, told, at):
    services.close_alarm(alarm=told, code="solved", by=world.here.officer, at=at)
    client.force_login(world.here.household_head)
    body = client.get(page("alarm", told.pk)).content.decode()
    assert "data-ended" in body
    assert "http-equiv" not in body


def test_alarms_near_me_cost_the_same_for_one_and_three(world, client, ground, at):
    sign_on(by=world.here.aux_police, at=at, latitude=31.9, longitude=111.26)
    client.force_login(world.here.aux_police)

    def another(kind):
        services.raise_alarm(kind=kind, source="phone", by=world.here.household_head, at=at, post=ground.post)
        services.dispatch_due(at)

    another("help")
    client.get(page("alarms"))
    with CaptureQueriesContext(connection) as one:
        assert len(client.get(page("alarms")).context["cards"]) == 1
    another("fire")
    another("theft")
    with CaptureQueriesContext(connection) as three:
        assert len(client.get(page("alarms")).context["cards"]) == 3
    assert len(three) == len(one)


# a small dispute


def dispute(client, **fields):
    return client.post(
        page("dispute"), hidden(client, page("dispute")) | {"category": "02", "story": "找零起争执", "answers": "on"} | fields
    )


def test_how_it_was_settled_has_to_be_said(liaison):
    answer = dispute(liaison)
    assert set(answer.context["form"].errors) == {"usual"}
    assert "找零起争执" in answer.content.decode()
    assert DisputeCase.objects.count() == 0


def test_nothing_is_settled_before_the_questions_were_read(liaison):
    """The short procedure gate: violence, a child, a crime, somebody who refuses are not settled at a post."""
    answer = dispute(liaison, usual="paid", answers="")
    assert set(answer.context["form"].errors) == {"answers"}
    assert "是否涉嫌家庭暴力" in answer.content.decode()
    assert DisputeCase.objects.count() == 0


def test_it_asks_no_more_than_three_things(liaison):
    fields = liaison.get(page("dispute")).context["form"].visible_fields()
    assert [field.name for field in fields if field.field.required] == ["category", "story", "answers"]


def test_who_serves_nowhere_settles_nothing_here(world, client, ground):
    client.force_login(world.here.officer)
    assert "<form method" not in client.get(page("dispute")).content.decode().split("<main")[1]
    assert (
        client.post(
            page("dispute"), {"key": "k", "post": ground.post.pk, "category": "02", "story": "x", "usual": "paid"}
        ).status_code
        == 200
    )
    assert DisputeCase.objects.count() == 0


def test_a_small_dispute_is_opened_and_settled_in_one_press(world, liaison, ground):
    answer = dispute(liaison, usual=["apology", "paid"], terms="再送一包烟", first="顾客甲")
    case = DisputeCase.objects.get()
    assert answer.url == page("settled", case.pk)
    assert (case.status, case.channel, case.mediator, case.place) == (
        "settled",
        "post",
        world.here.post_liaison,
        ground.post.name,
    )
    assert case.agreements.get().terms.endswith("再送一包烟")
    assert [party.name for party in case.parties.all()] == ["顾客甲"]
    assert case.no in liaison.get(answer.url).content.decode()
    assert set(case.gate_checks.get().answers.values()) == {False}


def test_the_same_dispute_sent_twice_is_one_case(liaison):
    sent = hidden(liaison, page("dispute")) | {"category": "02", "story": "找零起争执", "usual": "paid", "answers": "on"}
    assert liaison.post(page("dispute"), sent).url == liaison.post(page("dispute"), sent).url
    assert DisputeCase.objects.count() == 1


def test_somebody_elses_settled_case_does_not_exist(world, liaison, client, ground):
    dispute(liaison, usual="paid")
    client.force_login(world.there.post_liaison)
    assert client.get(page("settled", DisputeCase.objects.get().pk)).status_code == 404


# on duty


def test_one_goes_on_duty_and_off_and_the_row_is_gone(world, liaison):
    sent = hidden(liaison, page("duty")) | {"turn": "on", "latitude": "31.9", "longitude": "111.26"}
    assert liaison.post(page("duty"), sent).status_code == 302
    assert (Presence.objects.get().user, Presence.objects.get().latitude) == (world.here.post_liaison, 31.9)
    liaison.post(page("duty"), hidden(liaison, page("duty")) | {"turn": "off"})
    assert Presence.objects.count() == 0


def test_one_is_on_duty_without_telling_where(liaison):
    liaison.post(page("duty"), hidden(liaison, page("duty")) | {"turn": "on"})
    assert Presence.objects.get().latitude is None


def test_a_duty_holds_for_twelve_hours_and_the_phone_then_says_it_is_over(world, liaison, at):
    signed_on = at - timedelta(hours=12) + timedelta(minutes=1)
    sign_on(by=world.here.post_liaison, at=signed_on, latitude=31.9, longitude=111.26)
    shown = liaison.get(page("duty"))
    assert (shown.context["until"], shown.context["ran_out"]) == (f"{timezone.localtime(at + timedelta(minutes=1)):%H:%M}", "")
    assert page("duty") not in urls(liaison, "wait")
    with time_machine.travel(at + timedelta(minutes=2), tick=False):
        shown = liaison.get(page("duty"))
        assert (shown.context["presence"], bool(shown.context["ran_out"])) == (None, True)
        assert page("duty") in urls(liaison, "wait")
        assert liaison.get(page("alarms")).context["on_duty"] is False
        liaison.post(page("duty"), hidden(liaison, page("duty")) | {"turn": "on"})
        assert page("duty") not in urls(liaison, "wait")
    assert Presence.objects.get().on_duty_since == at + timedelta(minutes=2)


def test_whoever_says_he_is_still_there_stays_on_duty_since_the_first_time(world, liaison, at):
    sign_on(by=world.here.post_liaison, at=at - timedelta(hours=11))
    liaison.post(page("duty"), hidden(liaison, page("duty")) | {"turn": "on"})
    mine = Presence.objects.get()
    assert (mine.on_duty_since, mine.seen_at >= at) == (at - timedelta(hours=11), True)


def test_a_duty_that_ran_out_can_be_left_as_it_is(world, liaison, at):
    sign_on(by=world.here.post_liaison, at=at - timedelta(hours=13))
    liaison.post(page("duty"), hidden(liaison, page("duty")) | {"turn": "off"})
    assert Presence.objects.count() == 0
    assert page("duty") not in urls(liaison, "wait")


# my posts


def test_my_posts_show_my_units_and_nobody_elses(world, liaison, ground, at):
    lay_ground(world.there)
    mine = MemberUnit.objects.create(
        station=world.here.station,
        village=world.here.villages[0],
        post=ground.post,
        name="便利店",
        kind="shop",
        phone="13800000001",
    )
    MemberUnit.objects.create(
        station=world.here.station, village=world.here.villages[0], name="别处店", kind="shop", phone="13800000002"
    )
    shown = liaison.get(page("mine"))
    assert [(each["post"], each["units"]) for each in shown.context["posts"]] == [(ground.post, [mine])]
    assert 'href="tel:13800000001"' in shown.content.decode()


def test_units_cost_the_same_questions_for_one_and_three(world, liaison, ground):
    def unit(number):
        MemberUnit.objects.create(
            station=world.here.station, village=world.here.villages[0], post=ground.post, name=f"店{number}", kind="shop"
        )

    unit(1)
    liaison.get(page("mine"))
    with CaptureQueriesContext(connection) as one:
        liaison.get(page("mine"))
    unit(2)
    unit(3)
    with CaptureQueriesContext(connection) as three:
        liaison.get(page("mine"))
    assert len(three) == len(one)


# the front page


def shelf(client, name):
    return client.get(reverse("portal:home")).context[f"to_{name}"]


def urls(client, name):
    return [tile["url"] for tile in shelf(client, name)]


@pytest.mark.parametrize(
    ("role", "task"),
    [("post_liaison", "posts:dispute"), ("household_head", "households:quarrel-where"), ("volunteer", "patrols:shifts")],
)
def test_the_red_button_stands_first_and_the_main_task_below_it(world, client, ground, role, task):
    client.force_login(getattr(world.here, role))
    tiles = shelf(client, "do")
    assert [(tile["url"], tile["tone"], tile["big"]) for tile in tiles[:2]] == [
        (page("raise"), "danger", True),
        (reverse(task), "main", True),
    ]
    assert urls(client, "do").count(page("raise")) == 1
    assert client.get(reverse("portal:home")).context["first"] == tiles[:2]


def test_an_open_alarm_one_was_told_of_waits_on_top(world, client, told, at):
    client.force_login(world.here.aux_police)
    assert [(tile["url"], tile["count"]) for tile in shelf(client, "wait") if tile["url"] == page("alarms")] == [
        (page("alarms"), 1)
    ]
    services.close_alarm(alarm=told, code="false", by=world.here.officer, at=at + timedelta(minutes=1))
    assert page("alarms") in urls(client, "look")


def test_who_serves_nowhere_has_no_tiles_of_a_liaison(world, client, ground):
    other = make_user(world.here.station, world.here.villages[0], "post_liaison", "旁人", "19912345678")
    client.force_login(other)
    assert page("dispute") not in urls(client, "do")
    assert page("mine") not in urls(client, "look")
