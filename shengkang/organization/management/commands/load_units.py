"""Loads the villages of an official list, with everything above them, and founds the station that serves them."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from shengkang.errors import RuleViolation
from shengkang.organization import imports


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "file", nargs="?", type=Path, default=imports.VILLAGES_FILE, help="CSV; default: the villages of 盛康镇"
        )
        parser.add_argument("--groups", type=int, default=0, help="villagers' groups below each village (0 to 99)")
        parser.add_argument("--station", default="", help="name of the police station that serves all these villages")

    def handle(self, *, file, groups, station, **options):
        if not 0 <= groups <= 99:
            raise CommandError("--groups must be from 0 to 99.")
        try:
            rows = imports.villages_on_file(file)
            at = timezone.now()
            counts = {row.get("code", ""): groups for row in rows}
            villages = imports.load_units(rows=rows, groups=counts, by=None, at=at)
            if not villages:
                raise CommandError(f"{file} holds no village.")
            if station:
                imports.open_station(name=station, sits_in=villages[0].parent, covers=villages, by=None, at=at)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except RuleViolation as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{len(villages)} villages of {villages[0].parent}" + (f", served by {station}." if station else "."))
