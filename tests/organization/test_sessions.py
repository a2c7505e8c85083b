"""Where one is logged in, and how it is ended: by oneself, by the chief, by a new password."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.authtoken.models import Token

from shengkang.organization import services
from shengkang.organization.log_in.sessions import device_in_words, device_of
from shengkang.organization.models import OpenSession, Presence
from shengkang.organization.tasks import forget_what_ran_out
from tests.organization.doors import WECHAT, WINDOWS, log_in
from tests.world import NOW, PASSWORD

PAGE = "/sessions/"


def is_in(client) -> bool:
    return client.get("/").url != "/login/?next=/"


@pytest.fixture
def head(world):
    return world.here.household_head


@pytest.fixture
def phone(head):
    return log_in(head, HTTP_USER_AGENT=WECHAT)[0]


@pytest.fixture
def computer(head):
    return log_in(head, HTTP_USER_AGENT=WINDOWS)[0]


def test_a_stranger_is_asked_to_log_in(client, db):
    assert client.get(PAGE).url == f"/login/?next={PAGE}"
    assert OpenSession.objects.count() == 0


def test_a_session_knows_whose_it_is_since_when_and_on_what(head):
    with time_machine.travel(NOW, tick=False):
        log_in(head, HTTP_USER_AGENT=WECHAT)
    row = OpenSession.objects.get()
    assert (row.user, row.since, row.seen_at, row.device) == (head, NOW, NOW, "android wechat")


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (WECHAT, "android wechat"),
        (WINDOWS, "windows chrome"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1", "iphone safari"),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114.0.0.0 Mobile HuaweiBrowser/5", "harmony huawei"),
        ("curl/8", ""),
        ("x" * 5000, ""),
    ],
)
def test_a_device_is_named_in_plain_words(agent, device):
    assert device_of(agent) == device
    assert len(device) <= OpenSession._meta.get_field("device").max_length
    assert device_in_words(device)


def test_the_list_shows_my_log_ins_with_this_one_first(world, head, phone, computer):
    log_in(world.here.volunteer)
    rows = phone.get(PAGE).context["sessions"]
    assert [(row["device"], row["is_this"]) for row in rows] == [
        (device_in_words("android wechat"), True),
        (device_in_words("windows chrome"), False),
    ]


def test_no_page_shows_a_key_that_opens_the_house(phone, computer):
    page = phone.get(PAGE).text
    assert [key for key in OpenSession.objects.values_list("pk", flat=True) if key in page] == []


def test_i_end_one_log_in_and_keep_the_others(head, phone, computer):
    third = log_in(head)[0]
    ended = next(row for row in phone.get(PAGE).context["sessions"] if row["device"] == device_in_words("windows chrome"))
    assert phone.post(PAGE, {"end": ended["id"]}).url == PAGE
    assert (is_in(phone), is_in(computer), is_in(third)) == (True, False, True)


def test_i_end_all_others(head, phone, computer):
    Token.objects.create(user=head)
    phone.post(PAGE, {"others": "1"})
    assert (is_in(phone), is_in(computer), Token.objects.filter(user=head).exists()) == (True, False, False)


def test_nobody_ends_the_log_in_of_another(world, phone, head):
    theirs = phone.get(PAGE).context["sessions"][0]["id"]
    stranger = log_in(world.here.volunteer)[0]
    stranger.post(PAGE, {"end": theirs})
    stranger.post(PAGE, {"others": "1"})
    assert is_in(phone)


def test_the_staff_has_the_page_in_its_own_skin_and_both_lead_to_it(world, phone):
    desk = log_in(world.here.officer)[0]
    assert "desk.css" in desk.get(PAGE).text
    assert "phone.css" in phone.get(PAGE).text
    assert f'href="{PAGE}"' in phone.get(reverse("portal:account")).text
    assert f'href="{PAGE}"' in desk.get(reverse("admin:index")).text


def test_last_seen_is_written_at_coarse_steps(head):
    with time_machine.travel(NOW, tick=False) as clock:
        client = log_in(head)[0]
        seen = []
        for minutes in (4, 2, 3, 3):
            clock.shift(timedelta(minutes=minutes))
            client.get("/m/")
            seen.append((OpenSession.objects.get().seen_at - NOW) // timedelta(minutes=1))
    assert seen == [0, 6, 6, 12]


@pytest.mark.parametrize("role", ["station_chief", "administrator"])
def test_a_chief_logs_an_account_out_everywhere(world, head, phone, computer, role):
    desk = Client()
    desk.force_login(getattr(world.here, role))
    desk.post(reverse("admin:organization_user_end_sessions", args=[head.pk]))
    assert (is_in(phone), is_in(computer)) == (False, False)


def test_a_new_password_ends_the_other_log_ins_and_tokens(head, phone, computer):
    Token.objects.create(user=head)
    new = {"old_password": PASSWORD, "new_password1": "plenty of apples", "new_password2": "plenty of apples"}
    assert phone.post(reverse("password-change"), new).status_code == 302
    assert (is_in(phone), is_in(computer), Token.objects.filter(user=head).exists()) == (True, False, False)
    assert OpenSession.objects.filter(user=head).count() == 1


def test_a_password_set_by_the_chief_and_a_closed_account_end_everything(world, head, phone):
    services.set_password(user=head, password="plenty of pears", by=world.here.station_chief, at=timezone.now())
    assert OpenSession.objects.filter(user=head).count() == 0
    again = log_in(head, "plenty of pears")[0]
    services.close_account(user=head, by=world.here.station_chief, at=timezone.now())
    assert (is_in(again), OpenSession.objects.filter(user=head).count()) == (False, 0)


def test_logging_out_leaves_no_row(head, phone):
    phone.post(reverse("logout"))
    assert SESSION_KEY not in phone.session
    assert OpenSession.objects.filter(user=head).count() == 0


def test_the_list_costs_the_same_with_one_log_in_and_three(head, phone, django_assert_num_queries):
    phone.get(PAGE)
    with django_assert_num_queries(5):
        phone.get(PAGE)
    for _ in range(2):
        log_in(head)
    with django_assert_num_queries(5):
        phone.get(PAGE)


def test_the_clock_deletes_log_ins_that_ran_out_and_no_others(head):
    with time_machine.travel(NOW, tick=False):
        log_in(head, HTTP_USER_AGENT=WECHAT)
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        kept, _answer = log_in(head, HTTP_USER_AGENT=WINDOWS)
    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        assert services.forget_what_ran_out(at=timezone.now()) == 1
        forget_what_ran_out()
        assert [row.device for row in OpenSession.objects.all()] == ["windows chrome"]
        assert is_in(kept)


def test_the_clock_wipes_places_of_those_whose_duty_ran_out_and_of_nobody_else(world):
    officer, volunteer = world.here.officer, world.here.volunteer
    services.sign_on(by=officer, at=NOW, latitude=31.9, longitude=111.2)
    services.sign_on(by=volunteer, at=NOW - timedelta(seconds=1), latitude=31.9, longitude=111.2)
    assert [services.forget_what_ran_out(at=NOW + timedelta(hours=12)) for _time in range(2)] == [1, 0]
    assert (Presence.objects.get(user=officer).latitude, Presence.objects.get(user=volunteer).latitude) == (31.9, None)
