"""Takes a backup of database and files into a new folder, reads it back, and deletes the oldest beyond BACKUPS_KEPT (docs/backup.md)."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from shengkang.organization import backups


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", type=Path, default=settings.BACKUP_DIR, help="default: BACKUP_DIR")
        parser.add_argument("--kept", type=int, default=settings.BACKUPS_KEPT, help="how many stay; default: BACKUPS_KEPT")

    def handle(self, *, folder, kept, **options):
        try:
            made = backups.take(into=folder.resolve(), kept=kept, at=timezone.now())
        except backups.BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        size = sum(file.stat().st_size for file in made.iterdir()) / 1e6
        kept = len(backups.good_ones(folder))
        self.stdout.write(f"{made}: {size:.1f} MB, whole. {kept} backup{' is' if kept == 1 else 's are'} kept here.")
        self.stdout.write("It holds personal data in the clear. FIELD_KEYS are not in it: keep secrets.env in another place.")
