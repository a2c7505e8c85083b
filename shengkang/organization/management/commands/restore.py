"""Brings a backup back into an empty database and an empty folder of files, counts every row again and proves the ledger (docs/backup.md)."""

from datetime import datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from shengkang.organization import backups


class Command(BaseCommand):
    help = __doc__
    # The database is empty; there is nothing to check yet.
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="one backup: a folder shengkang-YYYYMMDD-HHMMSS")
        parser.add_argument("--into-empty", action="store_true", required=True, help="to be said: it never writes over anything")
        parser.add_argument("--without-keys", action="store_true", help="give up the ID numbers whose keys are lost for good")

    def handle(self, *, folder, without_keys, **options):
        try:
            manifest = backups.restore(folder=folder, at=timezone.now(), without_keys=without_keys, say=self.stdout.write)
        except backups.BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        made_at = timezone.localtime(datetime.fromisoformat(manifest["made_at"]))
        self.stdout.write(
            f"The station of {made_at:%Y-%m-%d %H:%M} is back: every table, file and seal as it was. Start the services."
        )
