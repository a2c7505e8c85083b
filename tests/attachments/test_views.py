"""The one door to files: the owner's room says who may see them, and nothing runs behind it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from shengkang.attachments import services
from shengkang.audit.models import AccessEntry
from shengkang.cases import services as cases
from tests.attachments.test_services import PDF, Image, written
from tests.cases.conftest import told
from tests.world import NOW


@pytest.fixture
def hung(world, settings, tmp_path):
    """A file on a case the head told of: hung(PDF, restricted=True)."""
    settings.MEDIA_ROOT = tmp_path
    here = world.here

    def hang(content, restricted=False):
        case = cases.open_case(**told(here, world.category, restricted=restricted))
        kept = services.attach(
            owner=case, station=here.station, upload=SimpleUploadedFile("x", content), by=here.household_head, at=NOW
        )
        return reverse("attachments:file", args=[kept.pk])

    return hang


PHOTO = written(Image.new("RGB", (40, 30), "green"))


def test_a_visitor_is_sent_to_the_door(client, hung):
    assert client.get(hung(PHOTO)).status_code == 302


@pytest.mark.parametrize("role", ["post_liaison", "shop_keeper", "volunteer", "aux_police", "township_leader", "resident"])
def test_for_a_stranger_the_file_does_not_exist(client, hung, world, role):
    client.force_login(getattr(world.here, role))
    assert client.get(hung(PHOTO)).status_code == 404


@pytest.mark.parametrize("role", ["station_chief", "officer", "household_head"])
def test_for_the_other_station_the_file_does_not_exist(client, hung, world, role):
    client.force_login(getattr(world.there, role))
    assert client.get(hung(PHOTO)).status_code == 404


def test_the_files_of_a_protected_case_follow_the_case(client, hung, world):
    url = hung(PHOTO, restricted=True)
    for role, code in (("officer", 404), ("household_head", 404), ("station_chief", 200)):
        client.force_login(getattr(world.here, role))
        assert client.get(url).status_code == code, role


def test_a_look_at_a_protected_file_is_written_down_and_at_another_one_not(client, hung, world):
    client.force_login(world.here.station_chief)
    client.get(hung(PHOTO))
    assert AccessEntry.objects.count() == 0
    client.get(hung(PHOTO, restricted=True))
    assert AccessEntry.objects.get().what == "attachment"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_file_is_only_read(client, hung, world, method):
    client.force_login(world.here.officer)
    assert getattr(client, method)(hung(PHOTO)).status_code == 405


@pytest.mark.parametrize(
    ("content", "media_type", "how"), [(PHOTO, "image/jpeg", "inline"), (PDF, "application/pdf", "attachment")]
)
def test_a_photo_is_shown_a_pdf_downloaded_and_neither_runs_anything(client, hung, world, content, media_type, how):
    client.force_login(world.here.household_head)
    answer = client.get(hung(content))
    assert answer.status_code == 200
    assert answer["Content-Type"] == media_type
    assert answer["Content-Disposition"].startswith(how)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "private" in answer["Cache-Control"]
    assert b"".join(answer.streaming_content)
