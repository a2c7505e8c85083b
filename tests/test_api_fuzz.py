"""The API keeps its word: every operation of the schema, called as every role with drawn data, answers as the schema says, and never falls over."""

import os

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings
from rest_framework.response import Response

from points.api.ledger import WalletSerializer, WalletViewSet
from shengkang.organization.access import Role
from tests.access.ground import NOBODY, make_ground
from tests.fuzz.caller import ANONYMOUS, WRONG_TOKEN, Caller

WALLET = "GET /api/v1/wallets/{id}/"
LOGGED_IN = [*Role.values, NOBODY]


def _called(examples, **how):
    """A caller that has made its calls on the ground of the access walk; nothing of them stays."""
    caller = Caller(make_ground())
    caller.call_all(examples, **how)
    return caller


@pytest.fixture(scope="module")
def ground_to_roll_back(django_db_setup, django_db_blocker, tmp_path_factory):
    lean = {
        "MEDIA_ROOT": tmp_path_factory.mktemp("media"),
        # Thousands of calls need neither a line in the log nor a look for static files.
        "MIDDLEWARE": [
            each for each in settings.MIDDLEWARE if not each.startswith(("shengkang.organization.logs", "whitenoise"))
        ],
    }
    with django_db_blocker.unblock(), override_settings(**lean), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def called(ground_to_roll_back):
    return _called(1)


@pytest.fixture
def fresh(called):
    """The same caller with nothing counted yet."""
    before = called.calls.copy(), called.answers.copy(), list(called.broken)
    called.calls.clear(), called.answers.clear(), called.broken.clear()
    yield called
    called.calls, called.answers, called.broken = before


def test_every_answer_is_one_the_schema_promised(called):
    assert "\n".join(sorted(set(called.broken))) == ""


def test_every_role_called_often_enough_and_heard_every_kind_of_answer(called):
    """Calls that are all refused at the door find nothing wrong."""
    operations = len(called.operations())
    assert operations > 50
    assert {role: called.calls[role] >= 0.6 * operations for role in LOGGED_IN} == dict.fromkeys(LOGGED_IN, True)
    assert {role: called.calls[role] >= 0.6 * operations for role in (ANONYMOUS, WRONG_TOKEN)} == {
        ANONYMOUS: True,
        WRONG_TOKEN: True,
    }
    floors = {200: 80, 201: 10, 400: 15, 401: 50, 403: 15, 404: 300, 409: 8}
    assert {status: called.answers[status] >= least for status, least in floors.items()} == dict.fromkeys(floors, True)


def test_every_operation_says_how_it_refuses(called):
    silent = [
        operation.label
        for operation in called.operations()
        if not {"401", "403", "404"} <= set(operation.definition.raw["responses"]) and operation.path != "/api/v1/token/"
    ]
    assert silent == []


def test_a_view_that_falls_over_is_found(fresh, monkeypatch):
    monkeypatch.setattr(WalletViewSet, "get_queryset", lambda self: 1 / 0)
    fresh.call_all(1, labels=[WALLET], roles=["officer"])
    assert any(found.startswith(f"{WALLET} as officer: 500 ServerError") for found in fresh.broken)


def test_an_answer_that_drifts_from_the_schema_is_found(fresh, monkeypatch):
    monkeypatch.setattr(WalletSerializer, "to_representation", lambda self, wallet: {"id": wallet.pk, "balance": "nine"})
    fresh.call_all(1, labels=[WALLET], roles=["officer"])
    assert any(found.startswith(f"{WALLET} as officer: 200 JsonSchemaError") for found in fresh.broken)


def test_a_status_the_schema_does_not_know_is_found(fresh, monkeypatch):
    monkeypatch.setattr(WalletViewSet, "retrieve", lambda self, request, *args, **kwargs: Response({}, status=418))
    fresh.call_all(1, labels=[WALLET], roles=["officer"])
    assert any(found.startswith(f"{WALLET} as officer: 418 UndefinedStatusCode") for found in fresh.broken)


@pytest.mark.soak
def test_the_api_keeps_its_word_for_a_long_time(ground_to_roll_back):
    examples = {"small": 3, "large": 40}[os.environ.get("SOAK_SIZE", "small")]
    caller = _called(examples, thorough=True)
    assert sorted(set(caller.broken)) == []
    assert min(caller.calls[role] for role in LOGGED_IN) >= examples * len(caller.operations())
