"""The engines of a test run, started before Django reads its settings (`-p tests.station`).

The first process starts PostgreSQL and Valkey under var/test and leaves their addresses in the environment, where the workers
find them. Every worker, and every test that must really commit, gets its own copy of one migrated template database, because the
application's role may not empty tables.
"""

import atexit
import hashlib
import os
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from shengkang import engines

HERE = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("SHENGKANG_VAR", HERE / "var")) / "test"


def _start():
    os.environ["SHENGKANG_VAR"] = str(VAR)
    (VAR / "static").mkdir(parents=True, exist_ok=True)
    cluster, valkey = engines.Cluster(VAR / "postgres", durable=False), engines.Valkey(VAR / "valkey")
    cluster.start()
    valkey.start()
    atexit.register(cluster.stop)
    atexit.register(valkey.stop)
    os.environ |= {
        "DATABASE_URL": cluster.app_url(),
        "DATABASE_OWNER_URL": cluster.owner_url(),
        "REDIS_URL": valkey.url,
        "SHENGKANG_TEST_ENGINES": "started",
    }


if "SHENGKANG_TEST_ENGINES" not in os.environ:
    _start()


def template_name() -> str:
    """The template database for exactly these migrations; another set of migrations makes another template."""
    digest = hashlib.sha256()
    for file in sorted(
        [*HERE.glob("*/migrations/*.py"), *HERE.glob("shengkang/*/migrations/*.py"), *HERE.glob("shengkang/audit/**/grant.py")]
    ):
        digest.update(file.relative_to(HERE).as_posix().encode() + file.read_bytes())
    return f"template_{digest.hexdigest()[:12]}"


@contextmanager
def _owner():
    from django.db import connections

    parameters = connections["owner"].get_connection_params()
    parameters.pop("cursor_factory", None)
    connection = psycopg2.connect(**parameters | {"dbname": "postgres"})
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def make_template(migrate) -> None:
    """Build the template unless an earlier run left it; `migrate(name)` fills the new database. Called in one process only."""
    name = template_name()
    with _owner() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%' OR datname LIKE 'test\\_%'")
        found = {row[0] for row in cursor.fetchall()}
        for stale in found - {name}:
            cursor.execute(f'DROP DATABASE IF EXISTS "{stale}" WITH (FORCE)')
        if name in found:
            return
        building = f"building_{name}"
        cursor.execute(f'DROP DATABASE IF EXISTS "{building}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{building}" TEMPLATE template0')
    migrate(building)
    with _owner() as cursor:
        cursor.execute(f'ALTER DATABASE "{building}" RENAME TO "{name}"')


def _patiently(cursor, statement: str) -> None:
    """Run a statement that another connection may stand in the way of for an instant, for five seconds at most."""
    for attempt in range(50):
        try:
            cursor.execute(statement)
            return
        except (psycopg2.errors.ObjectInUse, psycopg2.errors.InsufficientPrivilege):
            # Another worker is copying the template, or the process of a client that just left has not quite ended:
            # the owner may not end processes of the application's role, so FORCE is refused until it is gone.
            if attempt == 49:
                raise
            time.sleep(0.1)


def clone(name: str) -> None:
    with _owner() as cursor:
        _patiently(cursor, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        _patiently(cursor, f'CREATE DATABASE "{name}" TEMPLATE "{template_name()}"')


def drop(name: str) -> None:
    with _owner() as cursor:
        _patiently(cursor, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
