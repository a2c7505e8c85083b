"""Puts the collected tariff (points/data/tariff.csv) in force at a station."""

from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from points.tariff import read_tariff, seed_tariff
from shengkang.organization.models import Station


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("station", help="name of the station")
        parser.add_argument("active_from", type=date.fromisoformat, help="first day, e.g. 2026-01-01")

    def handle(self, *, station, active_from, **options):
        found = Station.objects.filter(name=station).first()
        if found is None:
            raise CommandError(f"There is no station {station}.")
        tariff = seed_tariff(found, active_from, at=timezone.now())
        self.stdout.write(f"{tariff}: {tariff.rules.count()} rules.")
        for no, reason in read_tariff()[1].items():
            self.stdout.write(f"Item {no} is not offered ({reason}).")
