"""Patience with who guesses, rules for passwords, and passwords that grow old."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as station_settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from rest_framework.authtoken.models import Token

from shengkang.audit.models import AuditEntry
from shengkang.organization import services
from shengkang.organization.log_in import services as log_in_services
from shengkang.organization.log_in.api import TokenTries
from shengkang.organization.log_in.passwords import KindsValidator
from shengkang.organization.log_in.patience import client_address
from shengkang.organization.models import Station, User
from tests.organization.doors import log_in
from tests.world import NOW, PASSWORD

LIMIT = station_settings.AXES_FAILURE_LIMIT
TOKEN = "/api/v1/token/"


@pytest.fixture
def patient(settings):
    settings.AXES_ENABLED = True
    cache.clear()


def wrong(user, times, client=None):
    client = client or Client()
    return [log_in(user, "nonsense", client)[1].status_code for _ in range(times)]


def ask_token(user, password=PASSWORD, **more):
    return Client().post(TOKEN, {"username": user.phone, "password": password, **more}, content_type="application/json")


def test_the_lock_says_when_to_try_again_and_whom_to_ask(world, patient):
    Station.objects.exclude(pk=world.here.station.pk).update(phone="")
    Station.objects.filter(pk=world.here.station.pk).update(phone="0717-3210110")
    with time_machine.travel(NOW, tick=False):
        assert wrong(world.here.household_head, LIMIT)[-1] == 429
        _client, answer = log_in(world.here.household_head)
    assert answer.status_code == 429
    assert "10:15" in answer.text
    assert "tel:0717-3210110" in answer.text
    assert answer.headers["Retry-After"] == "900"


def test_the_lock_does_not_tell_whether_a_number_has_an_account(world, patient):
    Station.objects.filter(pk=world.here.station.pk).update(phone="0717-3210110")
    Station.objects.filter(pk=world.there.station.pk).update(phone="0717-3210119")
    pages = set()
    for user in (world.here.household_head, User(phone="13000000000")):
        with time_machine.travel(NOW, tick=False):
            wrong(user, LIMIT)
            page = log_in(user)[1]
        pages.add((page.status_code, page.text))
    assert len(pages) == 1


def test_trying_during_the_lock_does_not_prolong_it(world, patient):
    head = world.here.household_head
    with time_machine.travel(NOW, tick=False) as clock:
        wrong(head, LIMIT)
        clock.shift(timedelta(minutes=10))
        assert wrong(head, 1) == [429]
        clock.shift(timedelta(minutes=6))
        assert log_in(head)[1].status_code == 302


def test_a_right_password_makes_the_wrong_ones_forgotten(world, patient):
    head = world.here.household_head
    assert wrong(head, LIMIT - 1) == [200] * (LIMIT - 1)
    assert log_in(head)[1].status_code == 302
    assert wrong(head, LIMIT - 1) == [200] * (LIMIT - 1)


def test_who_logged_in_from_where_is_kept_nowhere(world, patient):
    from axes.models import AccessAttempt, AccessLog

    wrong(world.here.household_head, 1)
    log_in(world.here.household_head)
    assert (AccessAttempt.objects.count(), AccessLog.objects.count()) == (0, 0)


def test_the_token_of_the_api_is_locked_with_the_same_patience(world, patient):
    officer = world.here.officer
    answers = [ask_token(officer, "nonsense") for _ in range(LIMIT)]
    assert [answer.status_code for answer in answers] == [400] * (LIMIT - 1) + [429]
    locked = ask_token(officer)
    assert (locked.status_code, locked.json()["error"]["code"]) == (429, "throttled")
    assert int(locked.headers["Retry-After"]) > 800
    assert log_in(officer)[1].status_code == 429, "the pages and the API count together"
    assert not Token.objects.filter(user=officer).exists()


def test_many_numbers_from_one_address_are_slowed_down(world, patient, monkeypatch):
    monkeypatch.setattr(TokenTries, "rate", "3/min", raising=False)
    answers = [ask_token(User(phone=f"1300000000{no}"), "nonsense").status_code for no in range(4)]
    assert answers == [400, 400, 400, 429]


def test_a_token_is_given_for_the_right_password(world, patient):
    answer = ask_token(world.here.household_head)
    assert answer.json() == {"token": Token.objects.get(user=world.here.household_head).key}


@pytest.mark.parametrize("role", ["station_chief", "administrator"])
def test_a_chief_or_administrator_unlocks_an_account(world, patient, role):
    head = world.here.household_head
    wrong(head, LIMIT)
    desk = Client()
    desk.force_login(getattr(world.here, role))
    page = reverse("admin:organization_user_change", args=[head.pk])
    verb = reverse("admin:organization_user_unlock", args=[head.pk])
    assert verb in desk.get(page).text
    assert desk.post(verb).url == page
    assert log_in(head)[1].status_code == 302
    assert AuditEntry.objects.filter(verb="unlock_account", object_ref=f"organization.User:{head.pk}").count() == 1


def test_an_officer_cannot_unlock_and_another_station_finds_nothing(world, patient):
    head = world.here.household_head
    verb = reverse("admin:organization_user_unlock", args=[head.pk])
    for user in (world.here.officer, world.there.station_chief):
        desk = Client()
        desk.force_login(user)
        assert desk.post(verb).status_code == 404


def test_an_address_is_believed_from_our_own_proxies_only(settings):
    request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 10.1.2.3")
    settings.TRUSTED_PROXIES = 0
    assert client_address(request) == "127.0.0.1"
    settings.TRUSTED_PROXIES = 1
    assert client_address(request) == "10.1.2.3"
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="", HTTP_X_FORWARDED_FOR="nonsense")) is None


@pytest.mark.parametrize(
    ("password", "kinds"), [("abcdefgh", 1), ("abcdEFGH", 2), ("abcdEF12", 3), ("abcEF12!", 4), ("中文abc", 2)]
)
def test_kinds_of_characters_are_counted(password, kinds):
    KindsValidator(kinds).validate(password)
    with pytest.raises(ValidationError):
        KindsValidator(kinds + 1).validate(password)


def new_password(client, password, old=PASSWORD, page=None):
    fields = {"old_password": old, "new_password1": password, "new_password2": password}
    return client.post(page or reverse("password-change"), fields)


def test_a_station_may_demand_length_and_kinds(world, client, settings):
    settings.PASSWORD_MIN_LENGTH, settings.PASSWORD_MIN_KINDS = 10, 3
    settings.AUTH_PASSWORD_VALIDATORS = [
        {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
        {"NAME": "shengkang.organization.log_in.passwords.KindsValidator", "OPTIONS": {"min_kinds": 3}},
    ]
    client.force_login(world.here.household_head)
    page = client.get(reverse("password-change")).text
    assert "10" in page
    for refused in ("Apple1!", "applesandpears"):
        assert new_password(client, refused).status_code == 200
    assert new_password(client, "Apples-and-7-pears").status_code == 302


def test_a_password_that_is_too_old_leads_to_a_new_one_and_back(world, settings):
    settings.PASSWORD_MAX_AGE_DAYS = 90
    head = world.here.household_head
    services.set_password(user=head, password=PASSWORD, by=world.here.station_chief, at=timezone.now() - timedelta(days=90))
    client, _answer = log_in(head)
    refused = client.get(reverse("portal:account"))
    assert refused.url == "/password/?next=/m/account/"
    assert client.get("/api/v1/cases/").json()["error"]["code"] == "password_change"
    assert new_password(client, "plenty of apples", page=refused.url).url == "/m/account/"
    assert client.get(reverse("portal:account")).status_code == 200


def test_a_password_has_no_age_by_default(world, client):
    assert world.here.household_head.password_set_at is None
    assert not log_in_services.password_is_too_old(world.here.household_head, NOW)


def test_no_token_is_given_for_a_password_that_is_too_old(world, settings):
    settings.PASSWORD_MAX_AGE_DAYS = 90
    answer = ask_token(world.here.household_head)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "password_too_old")
