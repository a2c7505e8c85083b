"""The shape of one backup: a folder with the database, the files, a manifest and sums that `sha256sum -c` can check without us."""

import hashlib
import json
import os
import re
import tarfile
from datetime import datetime
from pathlib import Path, PurePosixPath

from django.utils import timezone

DATABASE, MEDIA, MANIFEST, SUMS = "database.dump", "media.tar", "manifest.json", "SHA256SUMS"
NAME = re.compile(r"shengkang-\d{8}-\d{6}")
UNFINISHED = ".unfinished"


class BackupRefused(Exception):
    """A backup could not be taken or brought back; the message tells the operator what to do next. Nothing was left half done."""


def name_at(at: datetime) -> str:
    """The folder of the backup taken at this moment, by the station's clock; names sort like days."""
    return f"shengkang-{timezone.localtime(at):%Y%m%d-%H%M%S}"


def good_ones(folder: Path) -> list[Path]:
    """The whole backups in `folder`, the oldest first. A folder gets its name only when it is whole."""
    found = [path for path in Path(folder).glob("shengkang-*") if NAME.fullmatch(path.name) and (path / SUMS).is_file()]
    return sorted(found, key=lambda path: path.name)


def sum_of(file: Path) -> str:
    """The SHA-256 of a file, as `sha256sum` writes it."""
    with file.open("rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest()


def described(folder: Path, names: list[str]) -> dict[str, dict]:
    """Size and sum of each file, for the manifest."""
    return {name: {"bytes": (folder / name).stat().st_size, "sha256": sum_of(folder / name)} for name in names}


def write_down(folder: Path, manifest: dict) -> None:
    """The manifest, and the sums of everything beside it; then wait until the disk has them."""
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    names = sorted([*manifest["files"], MANIFEST])
    (folder / SUMS).write_text("".join(f"{sum_of(folder / name)}  {name}\n" for name in names), encoding="utf-8")
    for path in [*folder.iterdir(), folder]:
        if path.is_file():
            path.chmod(0o600)
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def checked(folder: Path) -> dict:
    """The manifest of a backup whose every byte is the one that was written. Raises BackupRefused."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
        sums = {name: digest for digest, _gap, name in (line.partition("  ") for line in lines)}
        missing = {DATABASE, MEDIA, MANIFEST} - sums.keys()
        damaged = [name for name, digest in sums.items() if sum_of(folder / PurePosixPath(name).name) != digest]
    except (OSError, UnicodeDecodeError) as error:
        raise BackupRefused(f"{folder} is no whole backup: {error}. Take the one of the night before.") from error
    if missing or damaged:
        raise BackupRefused(
            f"{folder} is damaged: {', '.join(sorted(missing) + damaged)} is not what was written. Nothing was changed. "
            "Take another copy of this night, or the night before."
        )
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if manifest.get("format") != 1:
        raise BackupRefused(f"{folder} was written by a newer version of the station. Bring the program up to date first.")
    return manifest


def pack(source: Path, into: Path) -> int:
    """Every file below `source` in an uncompressed tar (pictures are compressed already); how many."""
    count = 0
    with tarfile.open(into, "w", format=tarfile.PAX_FORMAT) as archive:
        for file in sorted(path for path in source.rglob("*") if path.is_file() and not path.is_symlink()):
            archive.add(file, arcname=file.relative_to(source).as_posix(), recursive=False)
            count += 1
    return count


def unpack(archive: Path, into: Path) -> int:
    """The files again, each below `into` and nowhere else; how many. Raises BackupRefused."""
    count = 0
    with tarfile.open(archive) as packed:
        for member in packed:
            path = PurePosixPath(member.name)
            if not member.isreg() or path.is_absolute() or ".." in path.parts:
                raise BackupRefused(
                    f"{archive} holds {member.name}, which no backup of ours contains. Nothing was taken from it."
                )
            target = into / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with packed.extractfile(member) as read, target.open("wb") as written:
                while block := read.read(1 << 20):
                    written.write(block)
            count += 1
    return count
