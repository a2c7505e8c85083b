"""A pytest plugin (`-p shengkang.engines.testing`): the servers are up before settings are read.

A plugin and not a fixture, because pytest-django reads DATABASES before any conftest is loaded. Under
xdist the first process starts them and the workers inherit the URLs.
"""

import atexit
import os
import shutil
from pathlib import Path

import pytest

from .errors import EngineError
from .processes import Lock
from .servers import Servers

_running: list[Servers] = []
_slots: list[Lock] = []


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config):
    """Start what the environment does not name, and name it."""
    if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")) and not early_config.known_args_namespace.help:
        var = Path(os.environ.get("SHENGKANG_VAR") or early_config.rootpath / "var")
        try:
            servers = Servers(_free_slot(var / "test"), durable=False)
            os.environ.update(servers.start())
        except EngineError as error:
            raise pytest.UsageError(str(error)) from error
        _running.append(servers)
        atexit.register(_stop)
    return (yield)


def pytest_unconfigure() -> None:
    """End what we started."""
    _stop()


def _free_slot(folder: Path) -> Path:
    """An emptied folder that no other test run uses: two people may test in one checkout at a time."""
    for number in range(1, 20):
        slot = folder / str(number)
        lock = Lock(folder / f"{number}.lock", "Test folder in use by {holder}.")
        try:
            lock.take(patience=0)
        except EngineError:
            continue
        _slots.append(lock)
        # Begun anew each time: without fsync the last run's files are not to be trusted.
        shutil.rmtree(slot, ignore_errors=True)
        return slot
    raise EngineError(f"Twenty test runs already use {folder}.")


def _stop() -> None:
    while _running:
        _running.pop().stop()
    while _slots:
        _slots.pop().release()
