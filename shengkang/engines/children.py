"""The station's own processes: web, worker, beat, watch. Each is started, watched, started again."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from .processes import alive, last_lines, spawn, stop, wait_until

# Every process of a station carries this, grandchildren too: so the next start finds what a kill -9 left.
MARK = "SHENGKANG_STATION"
LOG_BYTES = 10_000_000


class Child:
    """One supervised process. A death is answered by a new start, later and later while it keeps dying."""

    def __init__(self, name: str, command: list[str], *, env: dict[str, str], cwd: Path, log: Path, say: Callable[[str], None]):
        self.name = name
        self.command = command
        self.env = env
        self.cwd = cwd
        self.log = log
        self.say = say
        self.deaths = 0
        self._process: subprocess.Popen | None = None
        self._since = 0.0
        self._again_at = 0.0

    def start(self) -> None:
        """Start it; a long log of the last run is put aside first."""
        with contextlib.suppress(FileNotFoundError):
            if self.log.stat().st_size > LOG_BYTES:
                self.log.replace(self.log.with_suffix(".log.1"))
        self._process = spawn(self.command, log=self.log, env=self.env, cwd=self.cwd)
        self._since = time.monotonic()

    def watch(self) -> None:
        """Notice a death, say it, start again when its pause is over."""
        now = time.monotonic()
        if self._process and self._process.poll() is None:
            if now - self._since > 60:
                self.deaths = 0
        elif self._process:
            code = self._process.returncode
            # What it had started itself must not serve on beside its successor.
            stop(self._process)
            self._process = None
            self.deaths += 1
            pause = min(2 ** (self.deaths - 1), 60)
            self._again_at = now + pause
            self.say(f"{self.name} ended ({_how(code)}), again in {pause} s; {self.log}:")
            self.say(last_lines(self.log, 5))
        elif now >= self._again_at:
            self.start()
            self.say(f"{self.name} started again")

    def ask_to_end(self) -> None:
        """SIGTERM to the process itself, which ends its own workers in order."""
        if self._process and self._process.poll() is None:
            self._process.terminate()

    def end(self, patience: float) -> None:
        """Wait for its end, then kill its whole group."""
        if self._process:
            stop(self._process, (signal.SIGTERM, patience))
            self._process = None


def end_all(children: list[Child], patience: float = 10) -> None:
    """End them together rather than one after the other."""
    end = time.monotonic() + patience
    for child in children:
        child.ask_to_end()
    for child in children:
        child.end(max(0.1, end - time.monotonic()))


def end_leftovers(var: Path, say: Callable[[str], None]) -> None:
    """Wait for processes of a killed station of this folder; they know already that they shall end. Then insist."""
    if not leftovers(var):
        return
    say("Waiting for processes of the last run to end …")
    for sig in (signal.SIGTERM, signal.SIGKILL):
        for pid in leftovers(var):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sig)
        if wait_until(lambda: not leftovers(var), 10, pause=0.2):
            return


def leftovers(var: Path) -> list[int]:
    """Living processes that carry the mark of this folder, ourselves excepted."""
    mark = f"{MARK}={var}".encode()
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        pid = int(environ.parent.name)
        with contextlib.suppress(OSError):
            if pid != os.getpid() and mark in environ.read_bytes().split(b"\0") and alive(pid):
                found.append(pid)
    return found


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
