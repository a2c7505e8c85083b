"""Fills the table of dispute categories of a real station; run again after the list of categories has changed."""

from django.core.management.base import BaseCommand

from shengkang.cases.imports import load_categories


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        self.stdout.write(f"{load_categories()} categories.")
