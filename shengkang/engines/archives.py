"""pg_dump and pg_restore of the server's own version. All they need to know goes by the environment: a command line can be read by everyone."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from . import binaries
from .errors import EngineError

# What a connection is called by libpq's keywords, and by the environment of its programs.
NAMES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


def dump(place: Mapping[str, object], into: Path, *, server: int, snapshot: str) -> None:
    """Write the database at `place` (libpq keywords) in PostgreSQL's custom format, as the exported `snapshot` sees it.

    `server` is the server's major version. Owners and rights are left out: they belong to a machine and come back by `grant`.
    Raises EngineError.
    """
    _run(
        [binaries.client("pg_dump", server), "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
         f"--file={into}"],
        place,
    )  # fmt: skip


def load(place: Mapping[str, object], file: Path, *, server: int) -> None:
    """Bring a dump into the empty database at `place`, whole or not at all. Raises EngineError."""
    _run(
        [binaries.client("pg_restore", server), "--no-owner", "--no-privileges", "--no-comments", "--single-transaction",
         "--exit-on-error", f"--dbname={place['dbname']}", file],
        place,
    )  # fmt: skip


def contents(file: Path, *, server: int) -> list[str]:
    """The lines of a dump's table of contents; reading it proves that it is a dump. Raises EngineError."""
    told = _run([binaries.client("pg_restore", server), "--list", file], {})
    return [line for line in told.splitlines() if line and not line.startswith(";")]


def _run(command: list, place: Mapping[str, object]) -> str:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    env |= {NAMES[key]: str(value) for key, value in place.items() if key in NAMES and value not in (None, "")}
    done = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=env)
    if done.returncode != 0:
        raise EngineError(f"{Path(command[0]).name} failed:\n{done.stderr.strip()[-2000:]}")
    return done.stdout
