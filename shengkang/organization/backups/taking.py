"""Takes a backup: one snapshot of the database, then the files, all under another name until the last byte is on the disk."""

import os
import shutil
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connections, transaction

from shengkang.audit import services as audit
from shengkang.engines import EngineError, archives
from shengkang.engines.processes import Lock
from shengkang.organization.backups import database, nails
from shengkang.organization.backups.folder import (
    DATABASE,
    MEDIA,
    UNFINISHED,
    BackupRefused,
    checked,
    described,
    good_ones,
    name_at,
    pack,
    write_down,
)


def take(*, into: Path, kept: int, at: datetime) -> Path:
    """A backup of database and files in a new folder below `into` (mode 0700); afterwards only the `kept` newest stay there.

    Rows are counted on the very snapshot that is dumped. The files are packed after it: a file lies on the disk before its row is
    committed and is never taken away, so every row of the dump finds its file. The new backup is read back before it gets its name, and only
    then an old one goes.
    The deed is noted, so that `manage.py check` knows of it. Raises BackupRefused.
    """
    if kept < 1:
        raise BackupRefused("BACKUPS_KEPT must be at least 1: the newest good backup is never deleted.")
    old_mask = os.umask(0o077)
    lock = Lock(into / ".lock", f"Another backup (process {{holder}}) is being written to {into}.")
    try:
        into.mkdir(parents=True, exist_ok=True)
        lock.take()
        folder = into / name_at(at)
        if folder.exists():
            raise BackupRefused(f"{folder} is there already. Nothing was written.")
        part = folder.with_name(folder.name + UNFINISHED)
        for broken_off in into.glob(f"shengkang-*{UNFINISHED}"):
            shutil.rmtree(broken_off)
        part.mkdir()
        try:
            manifest = _fill(part, at)
            checked(part)
            archives.contents(part / DATABASE, server=database.major())
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        part.rename(folder)
        _wait_for_disk(into)
        for stale in good_ones(into)[:-kept]:
            shutil.rmtree(stale)
    except EngineError as error:
        raise BackupRefused(str(error)) from error
    except OSError as error:
        raise BackupRefused(
            f"The backup could not be written to {into}: {error.strerror}. Older backups are untouched."
        ) from error
    finally:
        lock.release()
        os.umask(old_mask)
    size = sum(file["bytes"] for file in manifest["files"].values())
    detail = {"name": folder.name, "bytes": size, "rows": sum(manifest["rows"].values()), "files": manifest["media_files"]}
    audit.note_deed(verb="backup", about=None, by=None, at=at, detail=detail)
    return folder


def _fill(part: Path, at: datetime) -> dict:
    with transaction.atomic(using=database.OWNER):
        with connections[database.OWNER].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
        archives.dump(database.place(), part / DATABASE, server=database.major(), snapshot=snapshot)
        manifest = {
            "format": 1,
            "made_at": at.isoformat(),
            "postgresql": database.major(),
            "rows": database.rows(),
            "migrations": database.migrations(),
            "marks": nails.marks(database.OWNER),
            "field_keys": database.key_marks(),
        }
    manifest["media_files"] = pack(Path(settings.MEDIA_ROOT), part / MEDIA)
    manifest["files"] = described(part, [DATABASE, MEDIA])
    write_down(part, manifest)
    return manifest


def _wait_for_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
