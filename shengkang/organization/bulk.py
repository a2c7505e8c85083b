"""Many rows at once: ids drawn ahead, so that rows can point at each other, and COPY instead of a thousand inserts.

History comes along as one set. Row by row it would be quadratic: each trigger of pghistory and pgtrigger catches an error of its own
where their settings are missing, and every error caught walks through all checks that wait for the end of the transaction.
"""

import io
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, models

# pghistory's names of its triggers and of the events they write.
INSERTED, UPDATED = ("insert_insert", "insert"), ("update_update", "update")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def draw_ids(model: type[models.Model], count: int) -> list[int]:
    """`count` fresh ids of a table, in rising order."""
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [row[0] for row in cursor.fetchall()]


def span_of(ids: Sequence[int]) -> dict[str, int]:
    """Ids drawn together, as short as an audit row can tell them."""
    return {"count": len(ids)} | ({"first": min(ids), "last": max(ids)} if ids else {})


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    if value is True or value is False:
        return "t" if value else "f"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value).translate(_ESCAPES)


def _field(model: type[models.Model], name: str) -> models.Field:
    return next(field for field in model._meta.concrete_fields if field.attname == name)


@contextmanager
def _history_as_a_set(cursor, model: type[models.Model], event: tuple[str, str]):
    """Keep the history trigger of one kind quiet; yields whether there is one, whose rows are then written as a set."""
    trigger = next((each.get_pgid(model) for each in getattr(model._meta, "triggers", ()) if each.name == event[0]), None)
    cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [f"{{{trigger or ''}}}"])
    yield trigger is not None
    cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")


def copy_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write `rows`, whose cells are the attributes `names` (`village_id`, not `village`); the model's defaults fill the rest.

    Checks, triggers and foreign keys work as for any insert; nothing of Python's `save` runs. History gets its "insert" rows as
    one set: exactly those of `rows` where `names` has the id, else all that came after the copy began. Returns the number of rows.
    """
    quiet = [
        field
        for field in model._meta.concrete_fields
        if field.attname not in names and not isinstance(field, models.AutoField) and not field.has_db_default()
    ]
    tail = "".join("\t" + _cell(field.get_default()) for field in quiet) + "\n"
    columns = ", ".join(connection.ops.quote_name(field.column) for field in [*(_field(model, name) for name in names), *quiet])
    rows = list(rows)
    lines = ["\t".join(map(_cell, row)) + tail for row in rows]
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor, _history_as_a_set(cursor, model, INSERTED) as tracked:
        if "id" in names:
            place = names.index("id")
            which, given = "id = ANY(%s)", [row[place] for row in rows]
        else:
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608
            which, given = "id > %s", cursor.fetchone()[0]
        # Django does not know this call of the driver's; what it raises shall still be Django's own.
        with connection.wrap_database_errors:
            cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.StringIO("".join(lines)))
        if tracked:
            _write_history(cursor, model, INSERTED[1], which, given)
    return len(lines)


def update_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Set the attributes `names` of rows in one statement; each of `rows` begins with the id. Constraints and triggers work.

    Every row counts as changed: history gets one "update" row for each. Returns the number of rows.
    """
    rows = list(rows)
    if not rows:
        return 0
    fields = [model._meta.pk, *(_field(model, name) for name in names)]
    lists = [
        [field.get_db_prep_save(value, connection) for value in column]
        for field, column in zip(fields, zip(*rows, strict=True), strict=True)
    ]
    quote = connection.ops.quote_name
    table, columns = quote(model._meta.db_table), [quote(field.column) for field in fields]
    # The type of the column a key points at, not "serial".
    arrays = ", ".join(
        f"%s::{field.rel_db_type(connection) if field.primary_key else field.db_type(connection)}[]" for field in fields
    )
    changes = ", ".join(f"{column} = fresh.{column}" for column in columns[1:])
    with connection.cursor() as cursor, _history_as_a_set(cursor, model, UPDATED) as tracked:
        cursor.execute(
            f"UPDATE {table} SET {changes} FROM unnest({arrays}) AS fresh ({', '.join(columns)}) "  # noqa: S608
            f"WHERE {table}.{columns[0]} = fresh.{columns[0]}",
            lists,
        )
        if tracked:
            _write_history(cursor, model, UPDATED[1], "id = ANY(%s)", lists[0])
    return len(rows)


def _write_history(cursor, model: type[models.Model], label: str, which: str, given: Any) -> None:
    """What the history trigger would have written for each row, with the request it belongs to."""
    event = model.pgh_event_models[label]
    fields = {field.name for field in model._meta.concrete_fields}
    columns = ", ".join(connection.ops.quote_name(field.column) for field in event._meta.concrete_fields if field.name in fields)
    history, table = (connection.ops.quote_name(each._meta.db_table) for each in (event, model))
    cursor.execute(
        f"INSERT INTO {history} (pgh_created_at, pgh_label, pgh_obj_id, pgh_context_id, {columns}) "  # noqa: S608 our own names
        f"SELECT now(), %s, id, (SELECT _pgh_attach_context()), {columns} FROM {table} WHERE {which} ORDER BY id",
        [label, given],
    )


@contextmanager
def joins_by_hash():
    """The planner has no statistics of rows that are not committed; guessing, it would join thousands of rows by nested loops."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield
        cursor.execute("SET LOCAL enable_nestloop = on")
