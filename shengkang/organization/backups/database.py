"""What both ways ask the database, always as the role that owns the tables."""

import hashlib
import hmac

from django.conf import settings
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

OWNER = "owner"


def place() -> dict:
    """Where the database is, in libpq's words, the owner's password included."""
    return connections[OWNER].get_connection_params()


def major() -> int:
    """The server's major version."""
    return connections[OWNER].pg_version // 10000


def tables() -> list[str]:
    """The tables in the schema public, by name."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        return [name for (name,) in cursor.fetchall()]


def rows() -> dict[str, int]:
    """How many rows each table has, counted one by one."""
    quoted = connections[OWNER].ops.quote_name
    counted = {}
    with connections[OWNER].cursor() as cursor:
        for name in tables():
            cursor.execute(f"SELECT count(*) FROM {quoted(name)}")  # noqa: S608 a name from the catalogue, quoted
            counted[name] = cursor.fetchone()[0]
    return counted


def migrations() -> list[str]:
    """The migrations the database has gone through, e.g. `points.0001_initial`."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connections[OWNER]).applied_migrations())


def key_marks() -> dict[str, str]:
    """For each of FIELD_KEYS its id and sixteen digits by which it is known again; the key cannot be found from them."""
    found = {}
    for entry in settings.FIELD_KEYS:
        name, _colon, key = entry.partition(":")
        found[name] = hmac.new(bytes.fromhex(key), b"known in a backup", hashlib.sha256).hexdigest()[:16]
    return found
