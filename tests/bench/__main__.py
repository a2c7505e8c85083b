"""The driver of `make bench`: durable engines of its own, a furnished demo station, every module's rows, one table, one file.

    python -m tests.bench [--small] [--keep] [module …]

Its data lie in var/bench and nothing of a running station is touched. --small: two villages instead of 28. --keep: measure again on
the station of the last run. Modules may be named (`desk`), otherwise all are asked.
"""

import argparse
import importlib
import json
import logging
import os
import pkgutil
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

import structlog

from shengkang import engines
from tests import bench

HERE = Path(__file__).resolve().parents[2]


def _arguments():
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", help="modules of tests/bench")
    parser.add_argument("--small", action="store_true", help="the small demo station")
    parser.add_argument("--keep", action="store_true", help="the station of the last run")
    return parser.parse_args()


def _furnish(var: Path, *, small: bool) -> None:
    """Migrate and fill the database the way a demo station is made, as the owner and then as the application."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "shengkang.settings",
        "SHENGKANG_VAR": str(var),
        "SHENGKANG_DEMO": "1",
        "SECRET_KEY": "only-for-measuring-" + "x" * 40,
        "FIELD_KEYS": "bench:" + "11" * 32,
    }
    import django
    from django.core.management import call_command

    django.setup()
    # A line in the log for each of a thousand requests would bury the table.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    call_command("migrate", database="owner", verbosity=0)
    call_command("grant", stdout=sys.stderr)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("demo", small=small, stdout=sys.stderr)


def _number(value: float | None) -> str:
    """A row may have nothing to be measured against."""
    return "—" if value is None else f"{value:,.2f}"


def _print(rows: list[dict]) -> None:
    table = [("name", "value", "unit", "baseline", "ratio")]
    table += [(row["name"], _number(row["value"]), row["unit"], _number(row["baseline"]), _number(row["ratio"])) for row in rows]
    widths = [max(len(line[column]) for line in table) for column in range(5)]
    for line in table:
        name, *numbers = (
            cell.ljust(width) if no in (0, 2) else cell.rjust(width)
            for no, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        sys.stdout.write("   ".join((name, *numbers)).rstrip() + "\n")


def main() -> None:
    chosen = _arguments()
    var = Path(os.environ.get("SHENGKANG_VAR", HERE / "var"))
    place = var / "bench"
    if not chosen.keep:
        shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        cluster, valkey = engines.Cluster(place / "postgres"), engines.Valkey(place / "valkey")
        for engine in (cluster, valkey):
            engine.start()
            stack.callback(engine.stop)
        os.environ |= {"DATABASE_URL": cluster.app_url(), "DATABASE_OWNER_URL": cluster.owner_url(), "REDIS_URL": valkey.url}
        _furnish(place, small=chosen.small)
        found = sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_"))
        rows: list[dict] = []
        for name in chosen.modules or found:
            sys.stderr.write(f"measuring {name} …\n")
            rows += importlib.import_module(f"tests.bench.{name}").rows()
    _print(rows)
    (var / "bench.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


main()
