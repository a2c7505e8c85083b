"""The tables the dispute desk works by: `manage.py load_case_rules`. May run again: what is there, and what somebody changed, stays."""

from django.core.management.base import BaseCommand

from shengkang.cases.imports import load_case_rules


class Command(BaseCommand):
    help = "Load classes of disputes, law texts, the procedure gate, risk signals, limits and the ladder, where they are missing."

    def handle(self, *args, **options):
        for name, count in load_case_rules().items():
            self.stdout.write(f"{name}: {count}")
