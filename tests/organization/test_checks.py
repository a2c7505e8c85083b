"""What hurts in silence is told: each check speaks when something is wrong, and only then."""

import secrets
import stat
from contextlib import contextmanager
from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core import checks as of_django
from django.core.management import call_command
from django.db import connections
from django.urls import reverse

from shengkang.audit.services import note_deed
from shengkang.organization import checks
from shengkang.organization.models import Holiday
from tests import station
from tests.conftest import _point_at
from tests.world import NOW


def ids(found) -> list[str]:
    return [each.id for each in found]


@pytest.fixture
def well(settings):
    """The settings of a station that lacks nothing."""
    settings.SECRET_KEY = secrets.token_urlsafe(48)
    settings.FIELD_KEYS = [f"k1:{secrets.token_hex(32)}"]
    settings.SECURE_SSL_REDIRECT = True
    return settings


@contextmanager
def entered_as_owner():
    """The application logs in with the owner's role, as where one DATABASE_URL serves for both."""
    default, owner = connections["default"].settings_dict, connections["owner"].settings_dict
    kept = {key: default[key] for key in ("USER", "PASSWORD")}
    connections["default"].close()
    default.update({key: owner[key] for key in kept})
    try:
        yield
    finally:
        connections["default"].close()
        default.update(kept)


def test_a_database_that_is_blind_for_chinese_is_told(committed, worker_database):
    name = f"{worker_database}_blind"
    with station._owner() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f"""CREATE DATABASE "{name}" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'""")
    try:
        _point_at(name)
        with connections["owner"].cursor() as cursor:
            cursor.execute("CREATE EXTENSION pg_trgm")
        assert ids(checks.trigrams()) == ["shengkang.W001"]
    finally:
        _point_at(committed)
        station.drop(name)


def test_a_database_that_reads_chinese_is_well(db):
    assert checks.trigrams() == []


def test_one_role_for_everything_is_told(committed):
    with entered_as_owner():
        assert ids(checks.one_role()) == ["shengkang.W002"]


def test_two_roles_are_well(db):
    assert checks.one_role() == []


@time_machine.travel(date(2031, 3, 1))
def test_a_year_without_holidays_is_told(db):
    assert ids(checks.holidays()) == ["shengkang.W003"]


@time_machine.travel(date(2031, 3, 1))
def test_a_year_whose_holidays_were_entered_is_well(db):
    Holiday.objects.create(day=date(2031, 1, 1), works=False, name="元旦")
    assert checks.holidays() == []


def test_the_coming_year_is_told_from_december_on(db):
    with time_machine.travel(date(2026, 11, 29)):
        assert checks.holidays() == []
    with time_machine.travel(date(2026, 12, 2)):
        (told,) = checks.holidays()
    assert "2027" in told.msg
    Holiday.objects.create(day=date(2027, 1, 1), works=False, name="元旦")
    with time_machine.travel(date(2026, 12, 2)):
        assert checks.holidays() == []


def test_a_station_that_never_had_a_backup_is_told(world):
    assert ids(checks.last_backup()) == ["shengkang.W004"]


def test_a_backup_of_last_week_is_too_old_and_one_of_tonight_is_well(world):
    note_deed(verb="backup", about=None, by=None, at=NOW)
    with time_machine.travel(NOW + timedelta(days=8)):
        (told,) = checks.last_backup()
        assert told.id == "shengkang.W004"
        assert "2026-03-11" in told.msg
    with time_machine.travel(NOW + timedelta(days=6)):
        assert checks.last_backup() == []


def test_a_house_without_a_station_needs_no_backup(db):
    assert checks.last_backup() == []


def test_a_demo_station_needs_no_backup(settings, world):
    settings.DEMO = True
    assert checks.last_backup() == []


def programs(folder, *, fonts: str):
    for name, says in (("chromium", ""), ("fc-list", fonts)):
        program = folder / name
        program.write_text(f"#!/bin/sh\nprintf '{says}'\n")
        program.chmod(program.stat().st_mode | stat.S_IEXEC)
    return str(folder)


def test_a_browser_without_a_chinese_font_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", programs(tmp_path, fonts=""))
    assert ids(checks.chinese_fonts()) == ["shengkang.W005"]


def test_a_browser_with_a_chinese_font_is_well_and_so_is_a_machine_without_a_browser(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", programs(tmp_path, fonts="Noto Sans CJK SC"))
    assert checks.chinese_fonts() == []
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert checks.chinese_fonts() == []


def test_debug_is_told(well):
    assert checks.debugging() == []
    well.DEBUG = True
    assert ids(checks.debugging()) == ["shengkang.W006"]


@pytest.mark.parametrize("key", ["short", "a" * 60, "django-insecure"])
def test_a_weak_secret_key_is_told(well, key):
    well.SECRET_KEY = key
    assert ids(checks.secret_key()) == ["shengkang.W007"]


def test_a_strong_secret_key_is_well(well):
    assert checks.secret_key() == []


def test_a_field_key_that_can_be_guessed_is_told(well):
    well.FIELD_KEYS = ["k1:" + "11" * 32]
    assert ids(checks.field_keys()) == ["shengkang.W008"]


@pytest.mark.parametrize("entry", ["k1:" + "ab" * 16, "k1:not hex", "no colon", ":" + "ab12" * 16])
def test_a_field_key_that_is_no_key_stops_the_start(well, entry):
    well.FIELD_KEYS = [entry]
    assert ids(checks.field_keys()) == ["shengkang.E002"]


def test_two_field_keys_of_one_name_stop_the_start(well):
    well.FIELD_KEYS = [f"k1:{secrets.token_hex(32)}", f"k1:{secrets.token_hex(32)}"]
    assert ids(checks.field_keys()) == ["shengkang.E002", "shengkang.E002"]


def test_field_keys_from_a_die_are_well(well):
    assert checks.field_keys() == []


def test_a_demo_that_others_can_reach_is_told(well):
    well.DEMO, well.ALLOWED_HOSTS = True, ["demo.example.cn"]
    assert ids(checks.demo_in_the_open()) == ["shengkang.W009"]
    well.ALLOWED_HOSTS = ["*"]
    assert ids(checks.demo_in_the_open()) == ["shengkang.W009"]


def test_a_demo_for_this_machine_alone_is_well_and_a_real_station_has_a_name(well):
    well.DEMO, well.ALLOWED_HOSTS = True, well.LOCAL_HOSTS
    assert checks.demo_in_the_open() == []
    well.DEMO, well.ALLOWED_HOSTS = False, ["station.example.cn"]
    assert checks.demo_in_the_open() == []


def test_pages_without_tls_are_told_outside_the_demo(well):
    assert checks.without_tls() == []
    well.SECURE_SSL_REDIRECT = False
    assert ids(checks.without_tls()) == ["shengkang.W010"]
    well.DEMO = True
    assert checks.without_tls() == []


def test_a_checkout_that_was_told_no_secrets_is_left_in_peace(well):
    well.BARE, well.SECRET_KEY, well.FIELD_KEYS, well.SECURE_SSL_REDIRECT = True, "x", ["bare:" + "00" * 32], False
    assert checks.look_at_the_settings(None) == []


def test_a_database_that_does_not_answer_is_told_without_a_traceback(committed):
    connections["default"].close()
    kept, connections["default"].settings_dict["PASSWORD"] = connections["default"].settings_dict["PASSWORD"], "wrong"
    try:
        assert ids(checks.look_at_the_database(None, databases=["default"])) == ["shengkang.E001"]
    finally:
        connections["default"].settings_dict["PASSWORD"] = kept


def test_the_database_is_asked_only_when_it_is_named(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert checks.look_at_the_database(None) == []
        assert checks.look_at_the_database(None, databases=["owner"]) == []


def test_every_finding_says_how_to_mend_it_and_has_its_own_id(well, world):
    well.SECRET_KEY, well.FIELD_KEYS, well.SECURE_SSL_REDIRECT, well.DEBUG = "weak", ["k1:" + "11" * 32], False, True
    found = of_django.run_checks(tags=["shengkang"], databases=["default"])
    assert {"shengkang.W004", "shengkang.W006", "shengkang.W007", "shengkang.W008", "shengkang.W010"} <= set(ids(found))
    assert len(set(ids(found))) == len(found)
    assert all(each.hint for each in found)


def test_manage_py_check_prints_them(well, world):
    told = StringIO()
    call_command("check", databases=["default"], stdout=told, stderr=told)
    assert "shengkang.W004" in told.getvalue()


# -- the desk: for people who never type a command --


def panel_of(client, user):
    client.force_login(user)
    page = client.get(reverse("admin:index"), secure=True)
    return [panel for panel in page.context["desk_panels"] if panel["rows"] and "url" not in panel], page.content.decode()


def test_an_officer_is_not_told_of_the_machine(client, world):
    assert panel_of(client, world.here.officer)[0] == []


@pytest.mark.parametrize("role", ["station_chief", "administrator"])
def test_who_answers_for_the_station_sees_on_the_desk_what_needs_mending(client, world, well, role):
    (panel,), page = panel_of(client, getattr(world.here, role))
    assert panel["count"] == 1
    assert str(panel["rows"][0]["label"]) in page


@time_machine.travel(date(2031, 3, 1))
def test_the_missing_year_leads_to_the_page_where_it_is_entered(client, world, well):
    note_deed(verb="backup", about=None, by=None, at=NOW.replace(year=2031, month=2, day=27))
    (panel,), page = panel_of(client, world.here.station_chief)
    (row,) = panel["rows"]
    assert row["url"] == reverse("admin:organization_holiday_changelist")
    assert f'href="{row["url"]}"' in page


def test_a_station_that_lacks_nothing_shows_no_panel(client, world, well):
    with time_machine.travel(NOW):
        note_deed(verb="backup", about=None, by=None, at=NOW)
        assert panel_of(client, world.here.station_chief)[0] == []
