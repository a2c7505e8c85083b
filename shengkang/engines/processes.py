"""Children that never outlive us, locks that never outlive their holder."""

import contextlib
import ctypes
import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from .errors import EngineError

PR_SET_PDEATHSIG = 1


def die_with_parent(sig: int, parent: int | None = None) -> None:
    """Ask the kernel to send us `sig` when the process that started us is gone.

    Linux only; elsewhere a kill -9 of the supervisor leaves its children for the next start to find.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, sig, 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        # The parent went in the gap before prctl, so nobody will ever send the signal.
        os.kill(os.getpid(), sig)


def spawn(
    command: list[str],
    *,
    log: Path,
    death_signal: int = signal.SIGTERM,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen:
    """Start a child in its own session (from the main thread: the kernel binds it to the thread), its words appended to `log`, bound to our life."""
    me = os.getpid()
    log.parent.mkdir(parents=True, exist_ok=True)
    # Opened by us, so that a child that runs as somebody else needs no right to the log's folder.
    with log.open("ab") as words:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(death_signal, me),
        )


def stop(process: subprocess.Popen, *signals: tuple[int, float]) -> None:
    """Send each (signal, seconds to wait) in turn until the child is gone, then kill its whole group."""
    for sig, patience in signals:
        if process.poll() is not None:
            break
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(sig)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def alive(pid: int) -> bool:
    """True while `pid` runs; a zombie is dead, it only waits to be buried."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            return stat.read_text(errors="replace").rpartition(")")[2].split()[0] not in "ZX"
        except OSError:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def catches(pid: int, sig: int) -> bool:
    """True while `pid` has a handler for `sig`, or when that cannot be known."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) >> (sig - 1) & 1)
    return True


def wait_until(condition, seconds: float, pause: float = 0.02) -> bool:
    """Poll `condition` for at most `seconds`; True as soon as it holds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


class Lock:
    """One holder per folder. The kernel lets go when the holder dies, however it dies."""

    def __init__(self, path: Path, refusal: str):
        self.path = path
        self.refusal = refusal
        self._file: int | None = None

    def take(self, patience: float = 1.0) -> None:
        """Raise EngineError when another process holds the lock for longer than `patience` seconds."""
        with contextlib.suppress(PermissionError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except PermissionError as error:
            raise EngineError(
                f"{self.path.parent} belongs to another user, who perhaps ran this as root.\n"
                f"  sudo chown -R $(id -un) {self.path.parent}   (or use another folder: SHENGKANG_VAR=…)"
            ) from error
        # A reader who only asks whether the lock is held has it for an instant: hence the patience.
        if not wait_until(lambda: _flock(handle, fcntl.LOCK_EX), patience):
            holder = os.pread(handle, 20, 0).decode() or "unknown"
            os.close(handle)
            raise EngineError(self.refusal.format(holder=holder))
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        self._file = handle

    def release(self) -> None:
        """Let go; harmless when not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @property
    def held(self) -> bool:
        """True when some process, here or elsewhere, holds the lock."""
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            return not _flock(handle, fcntl.LOCK_SH)
        finally:
            os.close(handle)


def _flock(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_private(path: Path, text: str) -> None:
    """Put `text` at `path` with mode 0600, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)
    part.replace(path)


def remembered_secrets(path: Path, *names: str) -> dict[str, str]:
    """The secrets at `path` (JSON, 0600), made up once; hexadecimal, so they need no quoting anywhere."""
    known = json.loads(path.read_text()) if path.exists() else {}
    missing = [name for name in names if name not in known]
    if missing:
        known |= {name: secrets.token_hex(24) for name in missing}
        write_private(path, json.dumps(known, indent=1))
    return known


def port_free(host: str, port: int) -> bool:
    """True when a server could listen on host:port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def free_port(wanted: int | None = None) -> int:
    """`wanted` when it is free on 127.0.0.1, otherwise one the kernel gives."""
    if wanted and port_free("127.0.0.1", wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def last_lines(path: Path, count: int = 12) -> str:
    """The end of a log, for an error message."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 20_000))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])
    except OSError:
        return ""
