"""The accounts of a demo station are closed wherever demo mode is off."""

import pytest
from rest_framework.authtoken.models import Token

from tests.world import PASSWORD


@pytest.fixture
def demo_chief(world):
    world.here.station.is_demo = True
    world.here.station.save()
    return world.here.station_chief


def test_a_demo_account_is_refused_outside_demo_mode(client, demo_chief, settings):
    settings.DEMO = False
    assert client.login(username=demo_chief.phone, password=PASSWORD) is False


def test_a_session_of_a_demo_account_ends_when_demo_mode_ends(client, demo_chief, settings):
    settings.DEMO = True
    assert client.login(username=demo_chief.phone, password=PASSWORD)
    settings.DEMO = False
    answer = client.get("/admin/")
    assert answer.status_code == 302
    assert "/login/" in answer.url


def test_a_token_of_a_demo_account_is_refused_outside_demo_mode(client, demo_chief, settings):
    token = Token.objects.create(user=demo_chief)
    settings.DEMO = True
    assert client.get("/api/v1/schema/", headers={"Authorization": f"Token {token.key}"}).status_code == 200
    settings.DEMO = False
    assert client.get("/api/v1/schema/", headers={"Authorization": f"Token {token.key}"}).status_code == 401


def test_an_ordinary_account_comes_in_without_demo_mode(client, world, settings):
    settings.DEMO = False
    assert client.login(username=world.here.officer.phone, password=PASSWORD)
