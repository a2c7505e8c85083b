"""Brings a backup back into an empty database, and believes nothing until it was counted again."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from shengkang.audit import services as audit
from shengkang.engines import EngineError, archives
from shengkang.organization.backups import database, nails
from shengkang.organization.backups.folder import DATABASE, MEDIA, BackupRefused, checked, unpack


def restore(*, folder: Path, at: datetime, without_keys: bool = False, say: Callable[[str], None] = lambda words: None) -> dict:
    """Database and files of the backup in `folder`; returns its manifest.

    Everything that can be refused is refused before the first byte is written: a damaged backup, one of a newer program, missing
    FIELD_KEYS (`without_keys=True` gives up the ID numbers sealed with them), a database or a folder of files that is not empty.
    Then the dump comes in as the owner, whole or not at all; every table is counted; migrations younger than the backup follow;
    the application's role gets its rights; every room's mark is compared and its proof is run. Raises BackupRefused.
    """
    manifest = checked(folder)
    _must_be_of_this_program(manifest)
    if not without_keys:
        _must_have_the_keys(manifest)
    media = Path(settings.MEDIA_ROOT)
    _must_be_empty(media)
    say("The backup is whole and the place is empty. Database …")
    try:
        archives.load(database.place(), folder / DATABASE, server=database.major())
    except EngineError as error:
        raise BackupRefused(f"{error}\nThe database is as empty as it was.") from error
    _must_equal("rows", manifest["rows"], database.rows())
    say(f"{sum(manifest['rows'].values())} rows in {len(manifest['rows'])} tables, as counted that night. Files …")
    _bring_files(folder / MEDIA, media, manifest["media_files"])
    _give_statistics()
    if set(database.migrations()) != _known_migrations():
        say("Migrations that are younger than the backup …")
        call_command("migrate", database=database.OWNER, verbosity=0)
    call_command("grant", verbosity=0)
    # As JSON wrote them: a tuple is a list there, a number may be a text.
    _must_equal("marks", manifest["marks"], json.loads(json.dumps(nails.marks(database.OWNER))))
    for proof in nails.proofs():
        say(f"manage.py {proof} …")
        try:
            call_command(proof)
        except SystemExit as end:
            if end.code:
                raise BackupRefused(f"`manage.py {proof}` found rows that do not fit. Do not open the station on them.") from end
    audit.note_deed(verb="restore", about=None, by=None, at=at, detail={"name": folder.name, "made_at": manifest["made_at"]})
    return manifest


def _known_migrations() -> set[str]:
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


def _must_be_of_this_program(manifest: dict) -> None:
    strange = sorted(set(manifest["migrations"]) - _known_migrations())
    if strange:
        raise BackupRefused(
            f"The backup comes from another version of the program, which knows {strange[0]}. "
            "Check out the version that wrote it or a newer one, then restore again. Nothing was changed."
        )


def _must_have_the_keys(manifest: dict) -> None:
    here = database.key_marks()
    lost = [name for name, mark in manifest["field_keys"].items() if here.get(name) != mark]
    if lost:
        raise BackupRefused(
            f"FIELD_KEYS lacks the key {', '.join(lost)} of that station: its ID numbers could never be opened again. Put the kept "
            "secrets.env back first; if it is lost for good, add --without-keys. Nothing was changed."
        )


def _must_be_empty(media: Path) -> None:
    found = database.tables()
    if found:
        raise BackupRefused(
            f"The database {connections[database.OWNER].settings_dict['NAME']} is not empty: it has {len(found)} tables. "
            "Nothing was changed. Make a new one (docs/backup.md, “Restoring”) and point DATABASE_URL and DATABASE_OWNER_URL at it."
        )
    if media.exists() and any(media.iterdir()):
        raise BackupRefused(f"{media} has files already. Move it away first; nothing was changed.")


def _must_equal(what: str, then: dict, now: dict) -> None:
    differing = [
        f"{name}: {then.get(name)} then, {now.get(name)} now" for name in sorted({*then, *now}) if then.get(name) != now.get(name)
    ]
    if differing:
        raise BackupRefused(
            f"The restored {what} are not those of the manifest; do not open the station on them: {'; '.join(differing)}"
        )


def _bring_files(archive: Path, media: Path, expected: int) -> None:
    part = media.with_name(media.name + ".restoring")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    count = unpack(archive, part)
    if count != expected:
        raise BackupRefused(f"{count} files came out of the backup, {expected} went into it. Do not open the station on them.")
    if media.exists():
        media.rmdir()
    os.rename(part, media)


def _give_statistics() -> None:
    """Only the owner may gather them, and without them the first hour is slow."""
    with connections[database.OWNER].cursor() as cursor:
        cursor.execute("ANALYZE")
