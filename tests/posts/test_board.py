"""The alarm board: who sees it, that it is cheap while nothing changes, and that it says everything that changes."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from posts import services
from posts.models import Alarm
from posts.moves import Status
from posts.selectors import STAYS_ON_THE_BOARD
from shengkang.organization.models import Address
from shengkang.organization.models.presence import SHIFT
from shengkang.organization.services import sign_off, sign_on

BOARD, DATA = reverse("posts:board"), reverse("posts:board-data")


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def desk(world, ground, client):
    client.force_login(world.here.officer)
    return client


@pytest.fixture
def call(world, ground, at):
    """An alarm of the liaison, `seconds` ago."""

    def call(seconds=0, kind="help", by=None, **fields):
        moment = at - timedelta(seconds=seconds)
        return services.raise_alarm(kind=kind, source="phone", by=by or world.here.post_liaison, at=moment, **fields)

    return call


def ask(client, tag=None):
    return client.get(DATA, **({"HTTP_IF_NONE_MATCH": tag} if tag else {}))


# strangers


@pytest.mark.parametrize(
    "role", ["household_head", "post_liaison", "shop_keeper", "volunteer", "township_leader", "administrator"]
)
@pytest.mark.parametrize("url", [BOARD, DATA])
def test_the_board_does_not_exist_for_others(world, client, role, url):
    client.force_login(getattr(world.here, role))
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("url", [BOARD, DATA])
def test_whoever_is_not_logged_in_is_sent_to_the_log_in_page(client, db, url):
    answer = client.get(url)
    assert (answer.status_code, answer.url) == (302, f"/login/?next={url}")


@pytest.mark.parametrize("url", [BOARD, DATA])
def test_the_board_of_another_station_shows_nothing_of_ours(world, client, call, url):
    alarm = call()
    client.force_login(world.there.officer)
    body = client.get(url).content.decode()
    assert f"alarm-{alarm.pk}" not in body
    assert world.here.post_liaison.name not in body


# cheap while nothing changes


def test_nothing_new_is_answered_by_304_and_few_questions(desk, call, django_assert_max_num_queries):
    call()
    tag = ask(desk)["ETag"]
    with django_assert_max_num_queries(8):
        answer = ask(desk, tag)
    assert (answer.status_code, answer.content) == (304, b"")


def test_the_page_and_its_first_question_agree(desk, call):
    call()
    version = desk.get(BOARD).context["version"]
    assert ask(desk, f'"{version}"').status_code == 304


@pytest.mark.parametrize("url", [BOARD, DATA])
def test_one_alarm_and_three_cost_the_same_questions(world, desk, call, url):
    call(300, kind="theft")
    desk.get(url)
    with CaptureQueriesContext(connection) as one:
        desk.get(url)
    for kind in ("help", "fire"):
        services.acknowledge_alarm(alarm=call(200, kind=kind), by=world.here.aux_police, at=timezone.now())
    with CaptureQueriesContext(connection) as three:
        desk.get(url)
    assert len(three) == len(one)


# whatever happens is a change


def changes(client, do):
    """Whether `do` makes the board answer anew."""
    tag = ask(client)["ETag"]
    do()
    return ask(client, tag).status_code == 200


def test_a_new_alarm_changes_the_board(desk, call):
    assert changes(desk, call)


def test_each_step_changes_the_board(world, desk, call, at):
    alarm, here = call(), world.here
    assert changes(desk, lambda: services.acknowledge_alarm(alarm=alarm, by=here.officer, at=at))
    assert changes(desk, lambda: services.depart(alarm=alarm, by=here.officer, at=at))
    assert changes(desk, lambda: services.arrive(alarm=alarm, by=here.officer, at=at))
    assert changes(desk, lambda: services.close_alarm(alarm=alarm, code="solved", by=here.officer, at=at))


def test_telling_somebody_changes_the_board(world, desk, call, at):
    sign_on(by=world.here.aux_police, at=at, latitude=31.9, longitude=111.26)
    call()
    assert changes(desk, lambda: services.dispatch_due(at))


def test_coming_on_duty_and_going_off_changes_the_board(world, desk, at):
    assert changes(desk, lambda: sign_on(by=world.here.aux_police, at=at))
    assert changes(desk, lambda: sign_off(by=world.here.aux_police, at=at))


def test_a_closed_alarm_leaves_the_board_after_its_hours_though_nothing_else_happens(world, desk, call, at):
    alarm = call(60)
    services.close_alarm(alarm=alarm, code="solved", by=world.here.officer, at=at)
    with time_machine.travel(at + STAYS_ON_THE_BOARD - timedelta(seconds=1), tick=False):
        tag = ask(desk)["ETag"]
        assert f"alarm-{alarm.pk}" in ask(desk).json()["html"]
        assert ask(desk, tag).status_code == 304
    with time_machine.travel(at + STAYS_ON_THE_BOARD, tick=False):
        answer = ask(desk, tag)
        assert answer.status_code == 200
        assert f"alarm-{alarm.pk}" not in answer.json()["html"]


def test_whoever_was_not_heard_of_for_a_shift_leaves_the_board(world, desk, at):
    sign_on(by=world.here.aux_police, at=at)
    with time_machine.travel(at + SHIFT, tick=False):
        tag = ask(desk)["ETag"]
        assert world.here.aux_police.name in ask(desk).json()["html"]
    with time_machine.travel(at + SHIFT + timedelta(seconds=1), tick=False):
        answer = ask(desk, tag)
        assert answer.status_code == 200
        assert world.here.aux_police.name not in answer.json()["html"]


def test_what_another_station_does_is_no_change(world, desk, at):
    def elsewhere():
        services.raise_alarm(kind="fire", source="phone", by=world.there.volunteer, at=at)

    assert not changes(desk, elsewhere)


# what stands on it


def test_a_waiting_alarm_comes_first_and_offers_the_next_moves(world, desk, call, at):
    first, second = call(120, kind="theft"), call(60, kind="help")
    services.acknowledge_alarm(alarm=second, by=world.here.officer, at=at)
    cards = desk.get(BOARD).context["open_cards"]
    assert [(card["pk"], card["waiting"]) for card in cards] == [(first.pk, True), (second.pk, False)]
    assert [[move["verb"] for move in card["moves"]] for card in cards] == [["acknowledge", "depart"], ["depart", "arrive"]]
    assert all(card["may_close"] for card in cards)


def test_an_auxiliary_answers_alarms_but_does_not_close_them(world, client, call):
    call()
    client.force_login(world.here.aux_police)
    card = client.get(BOARD).context["open_cards"][0]
    assert ([move["verb"] for move in card["moves"]], card["may_close"]) == (["acknowledge", "depart"], False)


def test_a_card_says_who_was_told_how_far_away_and_how_far_he_has_come(world, desk, call, at):
    here = world.here
    for user, metres in ((here.aux_police, 300), (here.volunteer, 800)):
        sign_on(by=user, at=at, latitude=31.9 + metres / 111_195, longitude=111.26)
    alarm = call()
    services.dispatch_due(at)
    services.depart(alarm=alarm, by=here.volunteer, at=at)
    people = desk.get(BOARD).context["open_cards"][0]["people"]
    assert [(line["user"], line["far"], line["distance"]) for line in people] == [
        (here.volunteer, 2, 800),
        (here.aux_police, 0, 300),
    ]


def test_a_closed_alarm_stays_below_for_some_hours(world, desk, call, at):
    old, fresh = call(12 * 3600, kind="theft"), call(1800, kind="help")
    services.close_alarm(alarm=old, code="false", by=world.here.officer, at=at - timedelta(hours=11))
    services.close_alarm(alarm=fresh, code="solved", by=world.here.officer, at=at)
    shown = desk.get(BOARD).context
    assert ([card["pk"] for card in shown["open_cards"]], [card["pk"] for card in shown["closed_cards"]]) == ([], [fresh.pk])


def test_a_quiet_board_says_who_is_on_duty(world, desk, at):
    sign_on(by=world.here.aux_police, at=at)
    shown = desk.get(BOARD)
    assert [each["name"] for each in shown.context["duty"]] == [world.here.aux_police.name]
    assert 'class="strip strip-ok"' in shown.content.decode()


def test_a_place_that_is_too_old_is_not_drawn(world, desk, at):
    sign_on(by=world.here.aux_police, at=at - timedelta(hours=1), latitude=31.9, longitude=111.26)
    assert desk.get(DATA).json()["moving"]["people"] == []
    sign_on(by=world.here.aux_police, at=at, latitude=31.9, longitude=111.26)
    assert [each["at"] for each in desk.get(DATA).json()["moving"]["people"]] == [[31.9, 111.26]]


def test_the_map_knows_villages_posts_points_and_alarms(world, ground, desk, call):
    here = world.here
    for north in (31.90, 31.92):
        Address.objects.create(station=here.station, village=here.villages[0], door=str(north), latitude=north, longitude=111.25)
    alarm = call()
    shown = desk.get(BOARD).context
    assert [(each["title"], each["at"]) for each in shown["standing"]["villages"]] == [(here.villages[0].name, [31.91, 111.25])]
    assert [each["title"] for each in shown["standing"]["posts"]] == [ground.post.name]
    assert [each["title"] for each in shown["standing"]["points"]] == [ground.fixed.name]
    assert [(each["id"], each["waiting"]) for each in shown["moving"]["alarms"]] == [(alarm.pk, True)]


def test_words_from_outside_cannot_break_out_of_the_page(world, desk, at):
    services.raise_alarm(
        kind="help", source="desk", by=world.here.officer, at=at, place="</script><b>", text="<img src=x onerror=alert(1)>", latitude=31.9,
        longitude=111.26,
    )  # fmt: skip
    body, data = desk.get(BOARD).content.decode(), json.loads(desk.get(DATA).content)
    for text in (body, data["html"]):
        assert "<img src=x" not in text
        assert "</script><b>" not in text


# one press


def press(client, alarm, verb, **fields):
    url = reverse(f"posts:{verb}", args=[alarm.pk])
    return client.post(url, {"key": f"{alarm.pk}-1-{verb}", **fields}, HTTP_ACCEPT="application/json")


@pytest.mark.parametrize("verb", ["acknowledge", "depart", "arrive", "close"])
def test_an_alarm_of_another_station_cannot_be_pressed(world, client, call, verb):
    alarm = call()
    client.force_login(world.there.officer)
    assert press(client, alarm, verb).status_code == 404


def test_closing_is_not_for_auxiliaries(world, client, call):
    alarm = call()
    client.force_login(world.here.aux_police)
    assert press(client, alarm, "close", code="solved").status_code == 403
    alarm.refresh_from_db()
    assert alarm.status == Status.RAISED


@pytest.mark.parametrize("code", ["", "nonsense"])
def test_closing_without_saying_how_is_refused_in_words(desk, call, code):
    answer = press(desk, call(), "close", code=code)
    assert answer.status_code == 409
    assert answer.json()["refused"]


def test_a_step_that_is_not_lawful_any_more_is_refused_in_words(world, desk, call, at):
    alarm = call()
    services.close_alarm(alarm=alarm, code="false", by=world.here.station_chief, at=at)
    answer = press(desk, alarm, "acknowledge")
    assert (answer.status_code, bool(answer.json()["refused"])) == (409, True)


def test_one_press_acknowledges_and_a_second_hit_changes_nothing(desk, call):
    alarm = call()
    for _hit in range(2):
        assert press(desk, alarm, "acknowledge").status_code == 200
    alarm.refresh_from_db()
    assert (alarm.status, alarm.steps_taken) == (Status.ACKNOWLEDGED, 2)


def test_it_is_closed_with_a_code_and_a_note(desk, call):
    alarm = call()
    assert press(desk, alarm, "close", code="solved", note="已劝解").status_code == 200
    alarm.refresh_from_db()
    assert (alarm.status, alarm.code, alarm.steps.last().note) == (Status.CLOSED, "solved", "已劝解")


def test_without_javascript_the_press_leads_back_to_the_board(desk, call):
    url = reverse("posts:acknowledge", args=[call().pk])
    answer = desk.post(url, {"key": "k", "back": "board"})
    assert (answer.status_code, answer.url) == (302, BOARD)
    assert Alarm.objects.get().status == Status.ACKNOWLEDGED
