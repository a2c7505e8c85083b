"""The access matrix is the law: every URL × method × role × ownership is walked, and no page shows what the matrix keeps from its reader."""

from collections import Counter

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from households.models import HomeQuerySet
from tests.access.english import words_of
from tests.access.ground import make_ground
from tests.access.law import ABSENT, LOG_IN, OK, REFUSED, expected
from tests.access.lines import KINDS, METHODS, by_name, known_to_the_resolver, lines
from tests.access.things import BUILDERS
from tests.access.walk import Walker

NAMES = sorted(by_name())


@pytest.fixture(scope="module")
def walker(django_db_setup, django_db_blocker, tmp_path_factory):
    """The ground is laid once and rolled back at the end; each knock is rolled back by itself."""
    lean = {
        "MEDIA_ROOT": tmp_path_factory.mktemp("media"),
        # Twelve thousand requests need neither a line in the log nor a look for static files, and keep their session in the cookie.
        "MIDDLEWARE": [
            each for each in settings.MIDDLEWARE if not each.startswith(("shengkang.organization.logs", "whitenoise"))
        ],
        "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
    }
    with django_db_blocker.unblock(), override_settings(**lean), transaction.atomic():
        yield Walker(make_ground())
        transaction.set_rollback(True)


def test_every_url_has_its_line_and_every_line_its_url():
    known = known_to_the_resolver()
    assert {"missing": sorted(known - set(NAMES)), "gone": sorted(set(NAMES) - known)} == {"missing": [], "gone": []}


def test_every_line_is_whole():
    assert sorted({line.kind for line in lines()} - KINDS) == []
    assert sorted({line.thing for line in lines() if line.thing} - set(BUILDERS)) == []
    assert [name for name, ways in by_name().items() if {line.method for line in ways} != set(METHODS)] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_url_answers_as_the_matrix_says_and_in_chinese(name, walker):
    """The words are those that were compiled: `manage.py messages --compile` comes first, as every start does it."""
    found = walker.walk(by_name()[name])
    english_words = words_of(found.pages.get(name, ()))
    assert {"broken": found.broken, "leaked": found.leaked, "English": english_words} == {
        "broken": [],
        "leaked": [],
        "English": [],
    }


def test_the_walk_is_long_enough(walker):
    """A walk that knocks at few doors finds nothing wrong; every knock is told here by the answers it may get."""
    wanted = Counter(
        frozenset(expected(line, role, ownership)) for line in lines() for role, ownership, _url in walker.steps(line)
    )
    assert wanted.total() > 11_000
    assert wanted[frozenset({OK})] > 1_600
    assert wanted[frozenset({ABSENT})] > 6_000
    assert wanted[frozenset({REFUSED})] > 150
    assert wanted[frozenset({LOG_IN})] > 500


def test_a_leak_that_is_planted_is_found(walker, monkeypatch):
    """The control: a queryset that forgets whom it serves makes the walk go red, by its answers and by what the pages show."""
    monkeypatch.setattr(HomeQuerySet, "visible_to", lambda self, user: self.all())
    leaky = walker.walk([line for name in ("households:home", "home-list") for line in by_name()[name]])
    assert any("households:home GET as household_head, other station: expected 404, got ok" in each for each in leaky.broken)
    assert any("households:home GET as household_head, same station: expected 404, got ok" in each for each in leaky.broken)
    assert any("home-list GET as household_head" in each for each in leaky.leaked)
