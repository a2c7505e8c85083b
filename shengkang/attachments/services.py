"""Taking a photo or a file in: nothing of what was sent is kept as it came, and nothing is believed that was not looked at."""

import hashlib
import io
import logging
import re
import struct
import uuid
import zlib
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from shengkang.attachments.models import Attachment
from shengkang.errors import RuleViolation
from shengkang.organization.models import Station, User

log = logging.getLogger(__name__)

MAX_BYTES = 12 * 1024 * 1024
MAX_PER_OWNER = 30
# Read from the header before anything is decoded: a 20 KB PNG may unfold to 800 MB. JPEG is decoded scaled down, so it may be larger.
MAX_PIXELS = {"JPEG": 64_000_000, "MPO": 64_000_000, "PNG": 24_000_000, "WEBP": 24_000_000}
LONGEST_SIDE = 2048
# The first bytes decide, never the name or the type that the sender claims.
MAGIC = {b"%PDF-": ("application/pdf", "pdf")}
# Sound of a mediation, as telephones and recorders write it: what stands at which byte of the file.
SOUND = (
    (4, b"ftypM4A ", "audio/mp4", "m4a"),
    (4, b"ftypM4B ", "audio/mp4", "m4a"),
    (4, b"ftyp3gp", "audio/3gpp", "3gp"),
    (4, b"ftypmp42", "audio/mp4", "m4a"),
    (4, b"ftypisom", "audio/mp4", "m4a"),
    (0, b"ID3", "audio/mpeg", "mp3"),
    (0, b"\xff\xfb", "audio/mpeg", "mp3"),
    (0, b"\xff\xf3", "audio/mpeg", "mp3"),
    (0, b"\xff\xf2", "audio/mpeg", "mp3"),
    (0, b"#!AMR", "audio/amr", "amr"),
    (0, b"OggS", "audio/ogg", "ogg"),
    (8, b"WAVE", "audio/wav", "wav"),
)
# Longer than any call or task lasts: its row may still be on the way until then.
YOUNG = timedelta(hours=24)
# The box of a film's picture track: a station keeps no video.
FILM = re.compile(rb"hdlr.{8}vide", re.DOTALL)
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError, IndexError, struct.error, zlib.error)


class FileRefused(RuleViolation):
    """The file is too large, of a kind that is not kept, or cannot be read."""


@transaction.atomic
def attach(*, owner, station: Station, upload, by: User, at: datetime, title: str = "") -> Attachment:
    """Hang a photo, a PDF or a sound recording on `owner` (a saved model instance of a room that hung an attachment nail).

    Photos (JPEG, PNG, WebP; at most 12 MB) are turned upright, scaled to 2048 pixels, stripped of everything a camera adds (place,
    device, time) and written anew as JPEG. Sound (m4a, mp3, amr, wav, ogg; no film) is recognised by its
    bytes and only ever downloaded. The same file again on the same owner is the same attachment. Raises FileRefused.
    """
    if not upload.size:
        raise FileRefused(_("This file is empty. Choose it once more."))
    if upload.size > MAX_BYTES:
        raise FileRefused(_("This file is larger than 12 MB. Take the photo again in a smaller size, or send fewer pages."))
    upload.seek(0)
    sent = upload.read()
    media_type, suffix, kind, content, size = _file_of(sent) or _picture_of(sent)
    digest = hashlib.sha256(content).hexdigest()
    of_owner = Attachment.objects.of(owner)
    if same := of_owner.filter(sha256=digest).first():
        return same
    if of_owner.count() >= MAX_PER_OWNER:
        raise FileRefused(_("There are 30 files here already. Put what matters most into them."))
    return Attachment.objects.create(
        station=station,
        owner_label=owner._meta.label_lower,
        owner_id=owner.pk,
        kind=kind,
        file=ContentFile(content, name=f"{uuid.uuid4().hex}.{suffix}"),
        title=title.strip(),
        media_type=media_type,
        size=len(content),
        sha256=digest,
        width=size[0],
        height=size[1],
        by=by,
        at=at,
    )


def _file_of(sent: bytes):
    for magic, (media_type, suffix) in MAGIC.items():
        if sent.startswith(magic):
            return media_type, suffix, Attachment.Kind.FILE, sent, (None, None)
    for place, magic, media_type, suffix in SOUND:
        if sent[place : place + len(magic)] == magic and (suffix != "wav" or sent.startswith(b"RIFF")) and not FILM.search(sent):
            return media_type, suffix, Attachment.Kind.FILE, sent, (None, None)
    return None


def _picture_of(sent: bytes):
    unreadable = FileRefused(_("This file cannot be read. Send a photo (JPEG, PNG, WebP) or a PDF."))
    try:
        picture = Image.open(io.BytesIO(sent), formats=("JPEG", "PNG", "WEBP"))
        if picture.width * picture.height > MAX_PIXELS[picture.format]:
            raise FileRefused(_("This picture has too many pixels. Take the photo again in a smaller size."))
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except Image.DecompressionBombError as bomb:
        raise FileRefused(_("This picture has too many pixels. Take the photo again in a smaller size.")) from bomb
    except UNREADABLE as broken:
        raise unreadable from broken
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # A new canvas: no colour profile, comment or other chunk comes along; what was transparent is white.
    clean = Image.new("RGB", upright.size, "white")
    clean.paste(upright, mask=upright.getchannel("A"))
    written = io.BytesIO()
    clean.save(written, "JPEG", quality=85, optimize=True)
    return "image/jpeg", "jpg", Attachment.Kind.PICTURE, written.getvalue(), clean.size


def sweep_orphans(*, at: datetime) -> int:
    """Delete files below media/attachments that no row names and that are older than 24 hours; gives how many.

    A file is written before its row is committed, so a call that was broken off leaves it behind. While no row names any file nothing
    is deleted: that is an empty database beside old files, in the middle of a restore.
    """
    media, oldest = Path(settings.MEDIA_ROOT), (at - YOUNG).timestamp()
    if not Attachment.objects.exists():
        return 0
    old = [file for file in (media / "attachments").rglob("*") if file.is_file() and file.stat().st_mtime < oldest]
    # Asked after looking: a row that is committed meanwhile is seen, and an old file gets no new row.
    named = set(Attachment.objects.values_list("file", flat=True)) if old else set()
    orphans = [file for file in old if file.relative_to(media).as_posix() not in named]
    for file in orphans:
        file.unlink(missing_ok=True)
    log.info("attachments: %d of %d old files had no row and were deleted", len(orphans), len(old))
    return len(orphans)
