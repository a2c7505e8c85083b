import pytest

from shengkang.reports import services
from tests.reports import facts


@pytest.fixture
def february(world):
    """The small world with a busy February 2026 at both stations, counted on the 11th of March."""
    for there in (world.here, world.there):
        facts.a_busy_month(there)
    for there in (world.here, world.there):
        services.recount_everything_open(station=there.station, at=world.now)
    return world


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
