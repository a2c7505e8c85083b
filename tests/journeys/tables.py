"""How many rows each table holds: what a task that runs twice must not change."""

from django.db import connection

from shengkang.celery import app


def counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return found


def clock_tasks() -> list[str]:
    """The names on the clock page, in the order of the page."""
    return [entry["task"] for entry in app.conf.beat_schedule.values()]


def run(name: str) -> None:
    """The task of this name, in this process."""
    app.loader.import_default_modules()
    app.tasks[name]()
