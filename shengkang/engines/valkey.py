"""Valkey as a child of ours: broker and cache, with its append-only file on."""

import contextlib
import json
import signal
import socket
import subprocess
from pathlib import Path
from typing import Self

from . import binaries
from .errors import EngineError
from .processes import Lock, free_port, last_lines, remembered_secrets, spawn, stop, wait_until, write_private


class Valkey:
    """A server in `folder`, reachable only from this machine and only with its password."""

    title = "Valkey"

    def __init__(self, folder: Path):
        self.folder = Path(folder).resolve()
        self.log = self.folder / "valkey.log"
        self._lock = Lock(self.folder / "lock", f"Another process ({{holder}}) already runs Valkey in {self.folder}.")
        self._process: subprocess.Popen | None = None
        self._port: int | None = None

    @property
    def url(self) -> str:
        """What REDIS_URL shall be."""
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    @property
    def pid(self) -> int | None:
        """The running server's process, None when it is down."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> Self:
        """Start, load what the append-only file holds, and wait until it answers."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock.take()
        try:
            self._launch()
        except BaseException:
            self.stop()
            raise
        return self

    def _launch(self) -> None:
        remembered = self.folder / "port"
        last = int(remembered.read_text()) if remembered.exists() else None
        # The same port again where possible: children that hold the URL find a restarted server.
        self._port = free_port(last)
        remembered.write_text(str(self._port))
        settings = {
            "bind": "127.0.0.1",
            "port": self._port,
            "requirepass": self._password,
            "dir": json.dumps(str(self.folder)),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "daemonize": "no",
        }
        # In a file and not on the command line, where everyone on the machine could read the password.
        conf = self.folder / "valkey.conf"
        write_private(conf, "".join(f"{name} {value}\n" for name, value in settings.items()))
        self._process = spawn([str(binaries.valkey_server()), str(conf)], log=self.log, cwd=self.folder)
        wait_until(lambda: self.pid is None or self._answers(), 60)
        if self.pid is None or not self._answers():
            raise EngineError(f"Valkey did not start. The end of {self.log}:\n{last_lines(self.log)}")

    def revive(self) -> bool:
        """Start it again if it died under us; True when that was needed."""
        if self.pid is not None:
            return False
        self._launch()
        return True

    def stop(self) -> None:
        """End it cleanly and let go of the folder."""
        if self._process:
            stop(self._process, (signal.SIGTERM, 10))
            self._process = None
        self._lock.release()

    def kill(self) -> None:
        """End it as a power cut would; for crash tests."""
        if self._process:
            stop(self._process)
            self._process = None
        self._lock.release()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_) -> None:
        self.stop()

    @property
    def _password(self) -> str:
        return remembered_secrets(self.folder / "secrets.json", "valkey")["valkey"]

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 1) as line:
            line.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
            answer = b""
            while b"PONG" not in answer and (more := line.recv(200)):
                answer += more
                # Still loading its file: it says so instead of PONG.
                if b"LOADING" in answer:
                    return False
            return b"PONG" in answer
        return False
