"""Fixtures of the handbook: databases, people of two stations, and faces to knock at."""

import os

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from pytest_django.plugin import blocking_manager_key

from tests import station
from tests.journeys.town import make_town
from tests.world import make_world


def _point_at(name: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = settings.DATABASES[alias]["NAME"] = name


def _migrate(name: str) -> None:
    _point_at(name)
    call_command("migrate", database="owner", verbosity=0)
    call_command("grant", verbosity=0)
    for alias in ("default", "owner"):
        connections[alias].close()


def pytest_sessionstart(session):
    """The one process that hands out the work builds the template; workers only copy it."""
    if not hasattr(session.config, "workerinput") and not session.config.option.collectonly:
        with session.config.stash[blocking_manager_key].unblock():
            station.make_template(_migrate)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker, worker_database):
    """Replaces pytest-django's own: a copy of the template, entered with the application's role."""
    station.clone(worker_database)
    _point_at(worker_database)
    yield
    with django_db_blocker.unblock():
        for alias in ("default", "owner"):
            connections[alias].close()
    station.drop(worker_database)


@pytest.fixture(scope="session")
def worker_database():
    return f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"


@pytest.fixture
def committed(django_db_setup, django_db_blocker, worker_database):
    """A database of its own for a test that must really commit (races, servers, other processes). Yields its name."""
    name = f"{worker_database}_committed"
    station.clone(name)
    with django_db_blocker.unblock():
        _point_at(name)
        yield name
        _point_at(worker_database)
    station.drop(name)


@pytest.fixture
def world(db):
    """Two small stations (tests/world.py), rolled back after the test."""
    return make_world()


@pytest.fixture
def town(committed, settings, tmp_path):
    """The town of the journeys (tests/journeys/town.py) in a database that really commits; its files lie in the test's own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return make_town()
