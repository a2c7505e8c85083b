"""The two servers together: those the environment names are used, the others are ours."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from . import binaries
from .errors import EngineError
from .postgres import Cluster
from .valkey import Valkey


class Servers:
    """PostgreSQL and Valkey for the folder `var`.

    DATABASE_URL and REDIS_URL, where set, are taken as they are and nothing is started in their place;
    without DATABASE_OWNER_URL the given role has to do the migrations as well.
    """

    def __init__(self, var: Path, *, durable: bool = True, environ: Mapping[str, str] = os.environ):
        self._given = {name: environ[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL") if environ.get(name)}
        self.cluster = None if "DATABASE_URL" in self._given else Cluster(var / "postgres", durable=durable)
        self.valkey = None if "REDIS_URL" in self._given else Valkey(var / "valkey")

    def start(self) -> dict[str, str]:
        """Start what is ours and return all three URLs. Raises EngineError."""
        try:
            for server in self._ours:
                server.start()
            check_trigrams(self.urls["DATABASE_OWNER_URL"])
        except BaseException:
            self.stop()
            raise
        return self.urls

    def stop(self) -> None:
        """End what is ours, the last started first."""
        for server in reversed(self._ours):
            server.stop()

    def revive(self) -> list[str]:
        """Start again what died; the names of those."""
        return [server.title for server in self._ours if server.revive()]

    @property
    def urls(self) -> dict[str, str]:
        """DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL."""
        found = dict(self._given)
        if self.cluster:
            found |= {"DATABASE_URL": self.cluster.app_url(), "DATABASE_OWNER_URL": self.cluster.owner_url()}
        found.setdefault("DATABASE_OWNER_URL", found["DATABASE_URL"])
        if self.valkey:
            found["REDIS_URL"] = self.valkey.url
        return found

    @property
    def _ours(self) -> list[Cluster | Valkey]:
        return [server for server in (self.cluster, self.valkey) if server]


def check_trigrams(url: str) -> None:
    """Raise EngineError when trigram search would silently find nothing in Chinese.

    The extension is made only for the question and rolled back: making it for good is a migration's work.
    """
    client = binaries.psql()
    if client is None:
        return
    question = "BEGIN; CREATE EXTENSION IF NOT EXISTS pg_trgm; SELECT cardinality(show_trgm('盛康')); ROLLBACK;"
    # The password goes by the environment: a command line can be read by everyone on the machine.
    parts = urlsplit(url)
    address = url.replace(f":{parts.password}@", "@", 1) if parts.password else url
    env = os.environ | {"PGCLIENTENCODING": "UTF8", "PGCONNECT_TIMEOUT": "10"}
    if parts.password:
        env["PGPASSWORD"] = unquote(parts.password)
    done = subprocess.run(
        [client, "-d", address, "-XqtA", "-v", "ON_ERROR_STOP=1", "-c", question],
        check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=env,
    )  # fmt: skip
    if done.returncode != 0:
        raise EngineError(
            f"The database does not answer, or has no pg_trgm:\n{done.stderr.strip()}\n"
            "  apt-get install postgresql-contrib, or let an administrator run CREATE EXTENSION pg_trgm"
        )
    if done.stdout.split() in ([], ["0"]):
        raise EngineError(
            "This database finds nothing in Chinese: its locale is not UTF-8, so trigrams of 盛康 are empty.\n"
            "  Make it anew: CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8',\n"
            "  or for a new cluster: initdb -E UTF8 --locale=C.UTF-8"
        )
