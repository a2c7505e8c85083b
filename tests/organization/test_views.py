"""The door of the house."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.db import OperationalError, connections
from django.test import Client
from django.urls import reverse

from shengkang.organization import services, views
from tests.world import NOW, PASSWORD


def log_in(phone, password=PASSWORD, **extra):
    client = Client()
    return client, client.post(reverse("login"), {"username": phone, "password": password} | extra)


def test_a_wrong_password_is_refused_without_saying_which_was_wrong(world):
    _client, wrong_password = log_in(world.here.officer.phone, "nonsense")
    _client, wrong_number = log_in("13000000000")
    assert wrong_password.status_code == wrong_number.status_code == 200
    assert wrong_password.context["form"].non_field_errors() == wrong_number.context["form"].non_field_errors()


def test_a_closed_account_cannot_log_in_and_its_session_ends(world):
    client, _answer = log_in(world.here.household_head.phone)
    services.close_account(user=world.here.household_head, by=world.here.station_chief, at=NOW)
    assert client.get(reverse("portal:home")).status_code == 302
    client, answer = log_in(world.here.household_head.phone)
    assert answer.status_code == 200
    assert SESSION_KEY not in client.session


@pytest.mark.parametrize("written", ["{}", " {} ", "+86 {}", "full-width"])
def test_a_number_is_understood_as_people_write_it(world, written):
    phone = world.here.household_head.phone
    text = "".join(chr(ord(c) + 0xFEE0) for c in phone) if written == "full-width" else written.format(phone)
    client, answer = log_in(text)
    assert answer.status_code == 302
    assert client.session[SESSION_KEY] == str(world.here.household_head.pk)


@pytest.mark.parametrize(
    ("role", "page"),
    [
        ("station_chief", "/admin/"),
        ("officer", "/admin/"),
        ("aux_police", "/admin/"),
        ("administrator", "/admin/"),
        ("township_leader", "/dashboard/"),
        ("household_head", "/m/"),
        ("shop_keeper", "/m/"),
        ("volunteer", "/m/"),
        ("resident", "/m/"),
    ],
)
def test_each_role_begins_on_its_own_page(world, role, page):
    client, answer = log_in(getattr(world.here, role).phone)
    assert answer.url == "/"
    assert client.get("/").url == page


def test_a_session_lasts_thirty_days(world):
    client, _answer = log_in(world.here.household_head.phone)
    assert client.session.get_expiry_age() == 30 * 24 * 3600


def test_logging_out_is_a_post(world):
    client, _answer = log_in(world.here.household_head.phone)
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).url == reverse("login")
    assert SESSION_KEY not in client.session


def test_the_admin_has_no_log_in_of_its_own(world, client):
    assert client.get("/admin/login/?next=/admin/").url == "/login/?next=/admin/"
    client.force_login(world.here.household_head)
    assert client.get("/admin/login/?next=/admin/").status_code == 404


def test_a_stranger_goes_to_the_log_in_page_and_comes_back(world):
    client = Client()
    asked = client.get(reverse("portal:home"))
    assert asked.url == "/login/?next=/m/"
    answer = client.post(asked.url, {"username": world.here.household_head.phone, "password": PASSWORD, "next": "/m/"})
    assert answer.url == "/m/"


def test_too_many_wrong_passwords_ask_for_patience(world, settings):
    settings.AXES_ENABLED = True
    cache.clear()
    client = Client()
    body = {"username": world.here.household_head.phone, "password": "nonsense"}
    answers = [client.post(reverse("login"), body).status_code for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert answers == [200] * (settings.AXES_FAILURE_LIMIT - 1) + [429]
    # The right password does not help now; another number at the same address is not touched.
    assert client.post(reverse("login"), body | {"password": PASSWORD}).status_code == 429
    other = {"username": world.here.volunteer.phone, "password": PASSWORD}
    assert client.post(reverse("login"), other).status_code == 302


def test_a_new_password_needs_the_present_one(world, client):
    client.force_login(world.here.household_head)
    page = reverse("password-change")
    new = {"new_password1": "plenty of apples", "new_password2": "plenty of apples"}
    assert client.post(page, new | {"old_password": "nonsense"}).status_code == 200
    assert client.post(page, new | {"old_password": PASSWORD}).status_code == 302
    assert log_in(world.here.household_head.phone, "plenty of apples")[1].status_code == 302


def test_healthz_asks_nothing_of_the_database(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert answer.json() == {"status": "ok"}


def test_readyz_says_that_everything_answers(client, db):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "checks": {"database": "ok", "redis": "ok", "migrations": "ok"}},
    )


def test_readyz_names_what_is_down_and_tells_no_address(client, db, settings):
    settings.REDIS_URL = "redis://:secret@127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]) == (503, {"database": "ok", "redis": "down", "migrations": "ok"})
    assert "secret" not in answer.content.decode()


def test_readyz_sees_a_missing_migration(client, committed):
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations WHERE app = 'households')"
        )
    assert client.get("/readyz").json()["checks"] == {"database": "ok", "redis": "ok", "migrations": "down"}


def test_readyz_answers_when_the_database_does_not(client, monkeypatch, db):
    class Broken:
        def cursor(self):
            raise OperationalError("no server")

    monkeypatch.setattr(views, "connection", Broken())
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]) == (503, {"database": "down", "redis": "ok", "migrations": "down"})
