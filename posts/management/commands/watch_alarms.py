"""Tells people of alarms within a second: asks each second what is due, survives restarts of the database, ends cleanly on SIGTERM.

The second way is the clock's task `posts.dispatch`; both may run side by side, the rows decide.
"""

import logging
import signal
import threading
from collections.abc import Callable
from datetime import datetime

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from posts.services import dispatch_due

log = logging.getLogger(__name__)

PAUSE = 1.0
LONGEST_PAUSE = 8.0


def watch(ending: threading.Event, clock: Callable[[], datetime] = timezone.now, pause: float = PAUSE) -> None:
    """Tell of what is due until `ending` is set. A database that does not answer is asked again, a little later each time."""
    wait = pause
    while not ending.is_set():
        try:
            dispatch_due(clock())
            wait = pause
        except (OperationalError, InterfaceError) as fault:
            # The next question opens a new connection.
            connection.close()
            wait = min(wait * 2, LONGEST_PAUSE)
            log.warning("the database does not answer (%s), asked again in %.0f s", type(fault).__name__, wait)
        ending.wait(wait)


class Command(BaseCommand):
    help = "Tells the nearest people on duty of alarms, each second, until it is asked to end."

    def handle(self, **options):
        ending = threading.Event()
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: ending.set())
        log.info("watching for alarms")
        watch(ending)
        connection.close()
        log.info("ended")
