"""Taking files in: nothing of what was sent is kept as it came, and no bomb goes off."""

import hashlib
import io
import logging
import os
import struct
import zlib
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from shengkang.attachments import services
from shengkang.attachments.models import Attachment
from shengkang.attachments.tasks import sweep
from tests.world import NOW

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


@pytest.fixture
def attach(world, settings, tmp_path):
    """Hangs bytes on a thing of the station; any saved instance may be an owner."""
    settings.MEDIA_ROOT = tmp_path
    here = world.here

    def hang(content, name="photo.jpg", **kwargs):
        upload = SimpleUploadedFile(name, content, "image/jpeg")
        return services.attach(owner=here.shop, station=here.station, upload=upload, by=here.officer, at=NOW, **kwargs)

    return hang


def written(picture, form="JPEG", **kwargs):
    file = io.BytesIO()
    picture.save(file, form, **kwargs)
    return file.getvalue()


def png_header(width, height):
    """A PNG of a few bytes that claims to be huge."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_an_empty_file_is_refused(attach):
    with pytest.raises(services.FileRefused):
        attach(b"")


def test_more_than_twelve_megabytes_are_refused(attach, monkeypatch):
    monkeypatch.setattr(services, "MAX_BYTES", len(PDF) - 1)
    with pytest.raises(services.FileRefused):
        attach(PDF)


@pytest.mark.parametrize("size", [(30_000, 30_000), (6_000, 5_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_recognised_by_its_header_and_never_unfolded(attach, monkeypatch, size):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("was decoded"))
    with pytest.raises(services.FileRefused):
        attach(png_header(*size), "small.png")


@pytest.mark.parametrize(
    "content",
    [
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script></html>",
        b"GIF89a" + b"\0" * 40,
        b"PK\x03\x04" + b"\0" * 40,
        b"MZ" + b"\0" * 60,
        b"\xff\xd8\xff\xe0" + b"\0" * 40,
        png_header(10, 10),
        b"\0\0\0\x18ftypmp42" + b"\0" * 40 + b"hdlr" + b"\0" * 8 + b"vide" + b"\0" * 40,
        b"xxxx\0\0\0\0WAVE" + b"\0" * 40,
    ],
    ids=["text", "svg", "html", "gif", "zip", "exe", "broken jpeg", "broken png", "film", "no wave"],
)
def test_what_is_neither_a_photo_nor_a_pdf_is_refused_whatever_it_calls_itself(attach, content):
    with pytest.raises(services.FileRefused):
        attach(content, "photo.jpg")
    assert Attachment.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "media_type", "suffix"),
    [
        (b"\0\0\0\x18ftypM4A \0\0\0\0", "audio/mp4", "m4a"),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 8 + b"hdlr" + b"\0" * 8 + b"soun", "audio/mp4", "m4a"),
        (b"ID3\x04\0\0", "audio/mpeg", "mp3"),
        (b"\xff\xfb\x90\x44", "audio/mpeg", "mp3"),
        (b"#!AMR\n\x3c", "audio/amr", "amr"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav", "wav"),
        (b"OggS\0\x02", "audio/ogg", "ogg"),
    ],
    ids=["m4a", "mp4 sound", "mp3 tagged", "mp3 bare", "amr", "wav", "ogg"],
)
def test_sound_is_known_by_its_bytes_and_kept_as_a_download(attach, content, media_type, suffix):
    kept = attach(content + b"\0" * 64, "photo.jpg")
    assert (kept.media_type, kept.kind, kept.file.name.rpartition(".")[2]) == (media_type, "file", suffix)


def test_a_cut_off_photo_is_refused(attach):
    whole = written(Image.effect_noise((400, 300), 80).convert("RGB"))
    with pytest.raises(services.FileRefused):
        attach(whole[: len(whole) // 2])


def test_a_thing_holds_thirty_files(attach, monkeypatch):
    monkeypatch.setattr(services, "MAX_PER_OWNER", 1)
    attach(PDF, "a.pdf")
    with pytest.raises(services.FileRefused):
        attach(PDF + b"\n", "b.pdf")


def test_a_photo_loses_place_time_and_camera_and_stands_upright(attach):
    picture = Image.new("RGB", (60, 40), "red")
    picture.paste("blue", (0, 0, 30, 40))
    exif = picture.getexif()
    exif[0x0112] = 6  # turned: the top of what was seen lies on the left
    exif[0x010F] = "Camera of Mrs Chen"
    exif.get_ifd(0x8825)[2] = (31.0, 34.0, 1.0)
    kept = attach(written(picture, exif=exif, comment=b"Mrs Chen"))
    stored = kept.file.read()
    assert b"Chen" not in stored
    assert b"Exif" not in stored
    with Image.open(io.BytesIO(stored)) as upright:
        assert (upright.format, upright.size, len(upright.getexif())) == ("JPEG", (40, 60), 0)
        assert upright.getpixel((20, 5))[2] > 200  # blue is on top now
    assert (kept.kind, kept.media_type, kept.width, kept.height) == ("picture", "image/jpeg", 40, 60)


def test_a_large_photo_is_made_small_and_what_was_transparent_white(attach):
    kept = attach(written(Image.new("RGBA", (4000, 1000), (0, 0, 0, 0)), "PNG"), "large.png")
    assert (kept.width, kept.height) == (2048, 512)
    with Image.open(kept.file) as picture:
        assert picture.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(("form", "mode"), [("PNG", "P"), ("PNG", "L"), ("WEBP", "RGB"), ("JPEG", "CMYK"), ("PNG", "I;16")])
def test_every_kind_of_photo_becomes_a_jpeg(attach, form, mode):
    kept = attach(written(Image.new(mode, (30, 20)), form))
    with Image.open(kept.file) as picture:
        assert (picture.format, picture.mode) == ("JPEG", "RGB")


def test_a_pdf_is_kept_as_it_is_under_a_random_name(attach):
    kept = attach(PDF, "../../张三的协议.pdf", title="协议书")
    assert (kept.kind, kept.media_type, kept.title, kept.size) == ("file", "application/pdf", "协议书", len(PDF))
    assert kept.sha256 == hashlib.sha256(PDF).hexdigest()
    assert kept.file.name.endswith(".pdf")
    assert "张三" not in kept.file.name
    assert ".." not in kept.file.name


def test_the_same_photo_sent_again_is_the_same_attachment(attach):
    photo = written(Image.new("RGB", (40, 30), "green"))
    assert attach(photo).pk == attach(photo).pk
    assert Attachment.objects.count() == 1


LATER = NOW + timedelta(hours=25)


def left_behind(settings, name, at):
    """A file as a call that broke off leaves it."""
    file = settings.MEDIA_ROOT / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x")
    os.utime(file, (at.timestamp(), at.timestamp()))
    return file


def test_the_sweeper_leaves_named_files_young_ones_and_other_folders_alone(attach, settings):
    named = settings.MEDIA_ROOT / attach(PDF).file.name
    os.utime(named, (NOW.timestamp(), NOW.timestamp()))
    young = left_behind(settings, "attachments/2026/03/young.jpg", LATER - timedelta(hours=23))
    briefing = left_behind(settings, "briefings/old.docx", NOW)
    assert services.sweep_orphans(at=LATER) == 0
    assert [file.exists() for file in (named, young, briefing)] == [True, True, True]


def test_an_empty_database_beside_old_files_sweeps_nothing(attach, settings):
    old = left_behind(settings, "attachments/2026/03/old.jpg", NOW)
    assert services.sweep_orphans(at=LATER) == 0
    assert old.exists()


def test_an_old_file_that_no_row_names_is_swept_and_only_counted_in_the_log(attach, settings, caplog):
    attach(PDF)
    old = left_behind(settings, "attachments/2026/03/old.jpg", NOW)
    with caplog.at_level(logging.INFO, services.log.name):
        sweep()
    assert not old.exists()
    assert [record.getMessage() for record in caplog.records if record.name == services.log.name] == [
        "attachments: 1 of 1 old files had no row and were deleted"
    ]
    assert services.sweep_orphans(at=LATER) == 0
