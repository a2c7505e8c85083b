"""Recomputes seals, balances, stock and holds; names every row that does not fit and ends with 1 if there is one."""

import time

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from points.models import Seal, Transfer
from points.selectors.soundness import misfits, on_one_snapshot


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        begun = time.monotonic()
        # Inside a test's transaction there is only one writer anyway, and its isolation can no longer be chosen.
        alone = not connection.in_atomic_block
        with transaction.atomic():
            if alone:
                on_one_snapshot()
            found = list(misfits())
            rows, seal = Transfer.objects.count(), Seal.objects.order_by("-pk").only("last_id", "root").first()
        for misfit in found:
            self.stdout.write(str(misfit))
        self.stdout.write(f"{rows} transfers read in {time.monotonic() - begun:.1f} s, {len(found)} rows do not fit.")
        if seal:
            self.stdout.write(f"Sealed up to transfer {seal.last_id}, root {seal.root}.")
        if found:
            raise SystemExit(1)
