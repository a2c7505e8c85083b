"""Alarms at the desk: found by what officers ask for, seen whole, moved by verbs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from posts import services
from posts.models import Alarm
from posts.moves import Status
from shengkang.cases.models import DisputeCase
from shengkang.cases.services import open_case

LIST = reverse("admin:posts_alarm_changelist")


def page(alarm, verb="change"):
    return reverse(f"admin:posts_alarm_{verb}", args=[alarm.pk])


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def desk(world, ground, client):
    client.force_login(world.here.officer)
    return client


@pytest.fixture
def alarm(world, ground, at):
    return services.raise_alarm(kind="help", source="phone", by=world.here.post_liaison, at=at, text="有人闹事")


# refusals


@pytest.mark.parametrize("verb", ["change", "acknowledge", "note", "close", "close_as_dispute", "reopen"])
def test_an_alarm_of_another_station_does_not_exist(world, client, alarm, verb):
    client.force_login(world.there.officer)
    assert client.get(page(alarm, verb)).status_code == 404


def test_alarms_do_not_exist_for_who_keeps_accounts_only(world, client, alarm):
    client.force_login(world.here.administrator)
    assert client.get(LIST).status_code == 404
    assert client.get(page(alarm)).status_code == 404


@pytest.mark.parametrize("verb", ["close", "close_as_dispute", "reopen"])
def test_an_auxiliary_does_not_end_alarms(world, client, alarm, verb):
    client.force_login(world.here.aux_police)
    assert client.post(page(alarm, verb), {"code": "solved"}).status_code == 403
    assert {"close", "close_as_dispute", "reopen"}.isdisjoint(each["name"] for each in client.get(page(alarm)).context["verbs"])


def test_nobody_edits_or_deletes_an_alarm(desk, alarm):
    assert desk.post(page(alarm), {"kind": "fire"}).status_code == 403
    assert desk.post(page(alarm, "delete")).status_code == 403


def test_a_case_of_another_station_cannot_be_named(world, desk, alarm, at):
    there = world.there
    case = open_case(
        station=there.station,
        village=there.villages[0],
        category=world.category,
        channel="call_110",
        story="x",
        by=there.officer,
        at=at,
    )
    answer = desk.post(page(alarm, "close_as_dispute"), {"case": case.no})
    assert set(answer.context["form"].errors) == {"case"}


def test_a_call_needs_a_place(desk, ground):
    answer = desk.post(reverse("admin:posts_alarm_add"), {"kind": "help"})
    assert set(answer.context["form"].errors) == {"place"}
    assert Alarm.objects.count() == 0


def test_a_note_without_words_and_a_reopening_without_a_reason_are_refused(world, desk, alarm, at):
    assert desk.post(page(alarm, "note"), {"note": " "}).context["form"].errors
    services.close_alarm(alarm=alarm, code="false", by=world.here.officer, at=at)
    assert desk.post(page(alarm, "reopen"), {"reason": ""}).context["form"].errors


# finding


def found(client, **query):
    return [alarm.pk for alarm in client.get(LIST, query).context["cl"].result_list]


def test_alarms_are_found_by_what_officers_ask_for(world, desk, ground, alarm, at):
    here = world.here
    old = services.raise_alarm(kind="fire", source="desk", by=here.officer, at=at - timedelta(hours=3), place="老粮站")
    services.close_alarm(alarm=old, code="false", by=here.officer, at=at - timedelta(hours=2))
    assert found(desk) == [alarm.pk, old.pk]
    assert found(desk, open="open") == found(desk, open="waiting") == [alarm.pk]
    assert found(desk, open="closed") == found(desk, code="false") == found(desk, kind__exact="fire") == [old.pk]
    assert found(desk, village=here.villages[0].pk) == [alarm.pk]
    assert found(desk, q="老粮") == [old.pk]
    assert found(desk, q=here.post_liaison.name) == [alarm.pk]


def test_one_row_and_three_cost_the_same_questions(world, desk, ground, alarm, at):
    desk.get(LIST)
    with CaptureQueriesContext(connection) as one:
        desk.get(LIST)
    for number in (1, 2):
        services.raise_from_device(
            device=ground.button, event=str(number), kind=("theft", "fire")[number - 1], pressed_at=at, at=at
        )
    with CaptureQueriesContext(connection) as three:
        desk.get(LIST)
    assert len(three) == len(one)


# one alarm


def test_the_page_shows_steps_people_and_the_spot(world, desk, alarm, at):
    services.dispatch_due(at)
    services.acknowledge_alarm(alarm=alarm, by=world.here.officer, at=at)
    shown = desk.get(page(alarm)).context
    assert [step["who"] for step in shown["steps"]] == [world.here.post_liaison.name, world.here.officer.name]
    assert shown["people"][0]["user"] == world.here.officer
    assert shown["spot"]["centre"] == [alarm.latitude, alarm.longitude]


def test_the_buttons_are_the_lawful_moves(world, desk, alarm, at):
    def offered():
        return [verb["name"] for verb in desk.get(page(alarm)).context["verbs"]]

    assert offered() == ["acknowledge", "depart", "note", "close", "close_as_dispute"]
    services.arrive(alarm=alarm, by=world.here.officer, at=at)
    assert offered() == ["note", "close", "close_as_dispute"]
    services.close_alarm(alarm=alarm, code="solved", by=world.here.officer, at=at)
    assert offered() == ["reopen"]


def test_a_protected_case_behind_an_alarm_is_shown_to_those_who_may_read_it(world, client, alarm, at):
    here = world.here
    case = open_case(
        station=here.station, village=here.villages[0], category=world.category, channel="call_110", story="x", restricted=True,
        by=here.station_chief, at=at,
    )  # fmt: skip
    services.close_alarm(alarm=alarm, code="dispute", case=case, by=here.station_chief, at=at)
    client.force_login(here.station_chief)
    assert case.no in client.get(page(alarm)).content.decode()
    client.force_login(here.aux_police)
    assert case.no not in client.get(page(alarm)).content.decode()


# verbs


def test_a_call_by_telephone_becomes_an_alarm(world, desk, ground):
    answer = desk.post(
        reverse("admin:posts_alarm_add"), {"kind": "theft", "place": "校场坝", "post": ground.post.pk, "text": "来电"}
    )
    alarm = Alarm.objects.get()
    assert answer.url == page(alarm)
    assert (alarm.source, alarm.raised_by, alarm.post, alarm.place) == ("desk", world.here.officer, ground.post, "校场坝")


def test_the_desk_acknowledges_notes_closes_and_reopens(desk, alarm):
    for verb, sent, status in (
        ("acknowledge", {}, Status.ACKNOWLEDGED),
        ("note", {"note": "已联系店主"}, Status.ACKNOWLEDGED),
        ("close", {"code": "solved", "note": ""}, Status.CLOSED),
        ("reopen", {"reason": "又打起来了"}, Status.RAISED),
    ):
        assert desk.post(page(alarm, verb), sent).status_code == 302, verb
        alarm.refresh_from_db()
        assert alarm.status == status
    assert list(alarm.steps.values_list("move", flat=True)) == ["raise", "acknowledge", "correct", "close", "reopen"]


def test_an_alarm_that_became_a_dispute_opens_its_case(world, desk, alarm):
    sent = {"category": world.category.pk, "village": world.here.villages[0].pk, "note": "两家为摊位争吵"}
    assert desk.post(page(alarm, "close_as_dispute"), sent).status_code == 302
    alarm.refresh_from_db()
    case = DisputeCase.objects.get()
    assert (alarm.code, alarm.case, case.story, case.channel) == ("dispute", case, "两家为摊位争吵", "post")


def test_without_category_or_case_it_is_refused_in_words(desk, alarm):
    answer = desk.post(page(alarm, "close_as_dispute"), {"note": "x"})
    assert answer.status_code == 409
    assert answer.context["form"].non_field_errors()


# the desk's front page


def test_open_alarms_stand_first_on_the_front_page(desk, alarm):
    panel = desk.get("/admin/").context["desk_panels"][0]
    assert (panel["count"], panel["url"]) == (1, reverse("posts:board"))
    assert [row["url"] for row in panel["rows"]] == [page(alarm)]
