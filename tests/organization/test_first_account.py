"""A new station's first account is opened at the machine, and only the first."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from shengkang.audit.models import AuditEntry
from shengkang.organization.models import Station, User

GOOD = "three quiet rivers"


@pytest.fixture
def told(monkeypatch, db):
    """Runs the command with a password on its standard input."""

    def run(password=GOOD, **options):
        monkeypatch.setattr("sys.stdin", StringIO(password + "\n"))
        said = StringIO()
        call_command(
            "open_first_account", **{"station": "新所", "name": "陈所", "phone": "13900000001", "stdout": said, **options}
        )
        return said.getvalue()

    return run


@pytest.fixture
def founded(db):
    call_command("load_units", station="新所", stdout=StringIO())
    return Station.objects.get(name="新所")


def test_a_station_that_was_not_founded_is_named(told):
    with pytest.raises(CommandError, match="There is no station"):
        told()


def test_a_weak_password_is_refused(told, founded):
    with pytest.raises(CommandError):
        told("12345678")
    assert not User.objects.exists()


def test_the_second_chief_is_opened_at_the_desk(told, founded):
    told()
    with pytest.raises(CommandError, match="has a station_chief already"):
        told(phone="13900000002")
    assert User.objects.count() == 1


def test_a_telephone_number_is_taken_once(told, founded):
    told()
    with pytest.raises(CommandError):
        told(role="administrator")
    assert User.objects.count() == 1


def test_the_first_chief_logs_in_and_opens_the_desk(told, founded, client):
    assert "13900000001" in told()
    assert client.login(request=None, username="13900000001", password=GOOD)
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/organization/user/add/").status_code == 200
    assert AuditEntry.objects.filter(verb="open_account", by_ref="clock").count() == 1
