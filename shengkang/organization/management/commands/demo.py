"""Furnishes a demo station: the real town, invented people, and a plausible year of work. Only in demo mode, and only once.

Goes through the installed rooms from the ground up and calls `<room>.demo.build(plan)` where there is one, then
`<room>.demo.finish(plan)` for what looks at all the rest, and prints `<room>.demo.shown()` below the log-ins; so no room is imported from here by its name.
"""

import time
import unicodedata
from datetime import date
from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections, transaction
from django.utils import timezone, translation
from django.utils.module_loading import module_has_submodule

from shengkang.organization.demo import SMALL, WHOLE, Plan
from shengkang.organization.demo.accounts import SHOWN
from shengkang.organization.demo.plan import MORNING
from shengkang.organization.models import Station, User

PASSWORD = "shengkang-demo"  # noqa: S105 it is printed for everybody to see


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--small", action="store_true", help="two villages, four heads, forty disputes")
        parser.add_argument("--print-logins", action="store_true", help="only print the accounts to try the station with")
        parser.add_argument("--seed", type=int, default=625102, help="another seed tells another year")
        parser.add_argument("--today", type=date.fromisoformat, help="the day the demo ends on (YYYY-MM-DD)")

    def handle(self, *, small, print_logins, seed, today, **options):
        if not (settings.DEMO or settings.TESTING):
            raise CommandError(
                "This is no demo station: demo accounts with a known password are refused here. "
                "Set SHENGKANG_DEMO=1 on a machine without real data, or use load_units for a real station."
            )
        if print_logins:
            self._print_logins()
            return
        if Station.objects.exists():
            self.stdout.write("A station is there already; nothing was changed.")
            return
        plan = Plan(seed=seed, today=today or _last_morning(), size=SMALL if small else WHOLE, password=PASSWORD)
        begun = time.monotonic()
        with translation.override(settings.LANGUAGE_CODE):
            # Two transactions: the planner only counts what is committed, and the figures of a year need a planner that knows.
            # Should the second one never happen, the clock counts and closes by itself.
            self._stage("build", plan)
            self._tell_the_planner()
            self._stage("finish", plan)
        self.stdout.write(f"{plan.station} is ready: {time.monotonic() - begun:.1f} s")

    @transaction.atomic
    def _stage(self, stage: str, plan: Plan) -> None:
        for room in _rooms_with_a_demo():
            self._furnish(room, stage, plan)

    def _furnish(self, room, stage: str, plan: Plan) -> None:
        if not hasattr(room, stage):
            return
        begun, before = time.monotonic(), dict(plan.counts)
        getattr(room, stage)(plan)
        with connection.cursor() as cursor:
            # Foreign keys are looked at now, so that a mistake shows in the room that made it.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        made = ", ".join(f"{count} {what}" for what, count in plan.counts.items() if before.get(what) != count)
        self.stdout.write(f"{time.monotonic() - begun:7.1f} s  {room.__name__.removesuffix('.demo')} {stage}: {made}")

    def _tell_the_planner(self) -> None:
        """Fresh statistics, so that the first page is as quick as the hundredth; only the owner of tables may gather them."""
        if not connection.in_atomic_block:
            with connections["owner"].cursor() as cursor:
                cursor.execute("ANALYZE")

    def _print_logins(self) -> None:
        users = User.objects.filter(phone__in=SHOWN).prefetch_related("memberships").in_bulk(field_name="phone")
        if not users:
            raise CommandError("There is no demo station yet. Run `manage.py demo` first.")
        with translation.override(settings.LANGUAGE_CODE):
            rows = [
                (str(role.label), users[phone].name, phone, PASSWORD, page)
                for phone, (role, page) in SHOWN.items()
                if phone in users
            ]
        widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
            self.stdout.write("  " + "   ".join(cells).rstrip())
        for room in _rooms_with_a_demo():
            if hasattr(room, "shown"):
                self.stdout.write("  " + "   ".join(room.shown()))


def _rooms_with_a_demo():
    return [
        import_module(f"{config.name}.demo") for config in apps.get_app_configs() if module_has_submodule(config.module, "demo")
    ]


def _last_morning() -> date:
    """Today, or before eight in the morning yesterday: the demo tells nothing of the future."""
    now = timezone.localtime()
    return date.fromordinal(now.date().toordinal() - (now.time() < MORNING))


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
