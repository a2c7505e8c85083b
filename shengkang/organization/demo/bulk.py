"""Many rows at once: ids drawn ahead, so that rows can point at each other, and COPY instead of a thousand inserts."""

import io
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, models

HISTORY = "insert_insert"  # pghistory's name of its trigger
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def draw_ids(model: type[models.Model], count: int) -> list[int]:
    """`count` fresh ids of a table, in rising order."""
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [row[0] for row in cursor.fetchall()]


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    if value is True or value is False:
        return "t" if value else "f"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value).translate(_ESCAPES)


def copy_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write `rows`, whose cells are the attributes `names` (`village_id`, not `village`); the model's defaults fill the rest.

    Checks, triggers and foreign keys work as for any insert; nothing of Python's `save` runs. History gets its "insert" rows as
    one set. Returns the number of rows.
    """
    quiet = [
        field
        for field in model._meta.concrete_fields
        if field.attname not in names and not isinstance(field, models.AutoField) and not field.has_db_default()
    ]
    tail = "".join("\t" + _cell(field.get_default()) for field in quiet) + "\n"
    fields = [model._meta.get_field(name.removesuffix("_id") if name.endswith("_id") else name) for name in names]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in [*fields, *quiet])
    lines = ["\t".join(map(_cell, row)) + tail for row in rows]
    table = connection.ops.quote_name(model._meta.db_table)
    trigger = next((each.get_pgid(model) for each in getattr(model._meta, "triggers", ()) if each.name == HISTORY), None)
    with connection.cursor() as cursor:
        # Each trigger of pghistory and pgtrigger catches an error of its own where these settings are missing, and every error
        # caught walks through all checks that wait for the end of the transaction: row by row that is quadratic.
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [f"{{{trigger or ''}}}"])
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608
        before = cursor.fetchone()[0]
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.StringIO("".join(lines)))
        if trigger:
            _write_history(cursor, model, table, before)
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")
    return len(lines)


def _write_history(cursor, model: type[models.Model], table: str, before: int) -> None:
    """What the history trigger would have written for each new row."""
    event = model.pgh_event_models["insert"]
    fields = {field.name for field in model._meta.concrete_fields}
    columns = ", ".join(connection.ops.quote_name(field.column) for field in event._meta.concrete_fields if field.name in fields)
    history = connection.ops.quote_name(event._meta.db_table)
    cursor.execute(
        f"INSERT INTO {history} (pgh_created_at, pgh_label, pgh_obj_id, {columns}) "  # noqa: S608 names of our own models
        f"SELECT now(), 'insert', id, {columns} FROM {table} WHERE id > %s ORDER BY id",
        [before],
    )


@contextmanager
def joins_by_hash():
    """The planner has no statistics of rows that are not committed; guessing, it would join thousands of rows by nested loops."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield
        cursor.execute("SET LOCAL enable_nestloop = on")
