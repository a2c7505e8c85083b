"""Fills the table of hazard groups of a real station; run again after the list of groups has changed."""

from django.core.management.base import BaseCommand

from shengkang.hazards.imports import load_hazard_groups


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        self.stdout.write(f"{load_hazard_groups()} hazard groups.")
