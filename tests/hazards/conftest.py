"""Hazards in each state, reached by the station's own verbs."""

from io import BytesIO
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from shengkang.hazards import services
from shengkang.hazards.models import HazardGroup
from tests.world import NOW, make_user


def photo(colour="teal"):
    file = BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "JPEG")
    return SimpleUploadedFile(f"{colour}.jpg", file.getvalue(), content_type="image/jpeg")


@pytest.fixture
def here(world, settings, tmp_path):
    """The station of these tests, with a second officer; its files lie in the test's own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    world.here.colleague = make_user(world.here.station, world.here.town, "officer", "同事", "19900019999")
    return world.here


def seen(here, **kwargs) -> dict:
    """What find_hazard wants, seen by the head of the first village."""
    given = {
        "station": here.station,
        "village": here.villages[0],
        "group": HazardGroup.objects.get(code="03"),
        "level": "ordinary",
        "channel": "head",
        "place": "三组水塘边",
        "text": "护栏断了两根，孩子常在那里玩",
        "by": here.household_head,
        "at": NOW,
    }
    return given | kwargs


@pytest.fixture
def life(here):
    """Hazards led to a state: `life.closed()`, each call a new one."""

    def found(**kwargs):
        return services.find_hazard(**seen(here, **kwargs))

    def assigned(to=None, **kwargs):
        return services.assign_hazard(hazard=found(**kwargs), to=to or here.aux_police, by=here.officer, at=NOW)

    def put_right(**kwargs):
        hazard = assigned(**kwargs)
        return services.put_right(hazard=hazard, note="换了两根钢管", photos=[photo("red")], by=hazard.assigned_to, at=NOW)

    def closed(**kwargs):
        return services.look_again(hazard=put_right(**kwargs), fine=True, by=here.officer, at=NOW)

    def dismissed(**kwargs):
        return services.dismiss_hazard(hazard=found(**kwargs), reason="是新装的，没坏", by=here.officer, at=NOW)

    return SimpleNamespace(found=found, assigned=assigned, put_right=put_right, closed=closed, dismissed=dismissed)
