"""PostgreSQL as a child of ours: made once, started, checked, stopped, found again after a crash."""

import contextlib
import os
import shutil
import signal
import subprocess
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from typing import Self

from . import binaries, identity
from .errors import EngineError
from .processes import Lock, alive, last_lines, remembered_secrets, spawn, stop, wait_until, write_private

DATABASE = "shengkang"
OWNER = "shengkang_owner"
APP = "shengkang_app"
# The kernel's limit for the path of a Unix socket is 107 bytes and a final zero.
SOCKET_PATH_BYTES = 107
PORT = 5432
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Cluster:
    """A PostgreSQL in `folder`, reachable only through a socket in a folder of mode 0700.

    It has two roles: the owner makes databases and tables, the application may only log in and holds
    the rights that the owner grants it. `durable=False` is for tests: quick, lost in a power cut.
    """

    title = "PostgreSQL"

    def __init__(self, folder: Path, *, durable: bool = True):
        self.folder = Path(folder).resolve()
        self.durable = durable
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        self._lock = Lock(self.folder / "lock", f"Another process ({{holder}}) already runs PostgreSQL in {self.folder}.")
        self._process: subprocess.Popen | None = None

    def owner_url(self, dbname: str = DATABASE) -> str:
        """The URL for migrations: this role owns the databases and tables."""
        return self._url(OWNER, self._secrets["owner"], dbname)

    def app_url(self, dbname: str = DATABASE) -> str:
        """The URL for the application: this role owns nothing."""
        return self._url(APP, self._secrets["app"], dbname)

    @property
    def pid(self) -> int | None:
        """The running server's process, None when it is down."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> Self:
        """Make the cluster if there is none, start it, wait until it answers.

        Raises EngineError when another process holds the folder or the server does not come up.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock.take()
        try:
            self._launch()
        except BaseException:
            self.stop()
            raise
        return self

    def revive(self) -> bool:
        """Start it again if it died under us; True when that was needed."""
        if self.pid is not None:
            return False
        self._launch()
        return True

    def stop(self) -> None:
        """End it cleanly: open transactions are rolled back, nothing needs recovery."""
        if self._process:
            stop(self._process, (signal.SIGINT, 20), (signal.SIGQUIT, 5))
            self._process = None
            with contextlib.suppress(OSError):
                self.socket_folder.rmdir()
        self._lock.release()

    def kill(self) -> None:
        """End it and every session of it as a power cut would; for crash tests."""
        if self._process:
            # Each session is a process group of its own, so the group's signal alone would miss them.
            sessions = self._inhabitants()
            self._process.kill()
            for pid in sessions:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        self._lock.release()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_) -> None:
        self.stop()

    def _launch(self) -> None:
        bin_folder = binaries.postgres_bin(self.data)
        who = identity.for_server(bin_folder, self.data)
        if not self.data.exists():
            self._create(bin_folder, who)
        who.own(self.data)
        self._bury_predecessor()
        self.socket_folder.mkdir(mode=0o700, exist_ok=True)
        who.own(self.socket_folder)
        _must_be_private(self.socket_folder, who.uid)
        settings = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": f'"{self.socket_folder}"',
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
        } | ({} if self.durable else CARELESS)
        command = [*who.prefix, str(bin_folder / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self._process = spawn(command, log=self.log, death_signal=signal.SIGINT, cwd=self.folder)
        wait_until(lambda: self.pid is None or self._ready(), 300)
        if self.pid is None or not self._ready():
            raise EngineError(f"PostgreSQL did not start. The end of {self.log}:\n{last_lines(self.log)}")

    def _create(self, bin_folder: Path, who: identity.Identity) -> None:
        """initdb and the two roles, in a folder that gets its name only when it is complete."""
        part = self.folder / "data.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        words = self.folder / "initdb.secret"
        write_private(words, self._secrets["superuser"])
        os.chown(words, who.uid, who.gid)
        who.own(part)
        try:
            # C.UTF-8 of libc and nothing else: with C or ICU trigram search finds nothing in Chinese, silently.
            self._run(
                [*who.prefix, bin_folder / "initdb", "-D", part, "-U", "postgres", "-E", "UTF8",
                 "--locale=C.UTF-8", "-A", "scram-sha-256", "--pwfile", words, *([] if self.durable else ["--no-sync"])]
            )  # fmt: skip
        finally:
            words.unlink()
        # In single-user mode, so that there is never a running server without its roles.
        self._run(
            [*who.prefix, bin_folder / "postgres", "--single", "-D", part, "template1"],
            f"CREATE ROLE {OWNER} LOGIN CREATEDB PASSWORD '{self._secrets['owner']}'\n"
            f"CREATE ROLE {APP} LOGIN PASSWORD '{self._secrets['app']}'\n"
            f"CREATE DATABASE {DATABASE} OWNER {OWNER}\n",
        )
        part.rename(self.data)

    def _run(self, command: list, words: str = "") -> None:
        done = subprocess.run(command, check=False, input=words, capture_output=True, text=True, cwd=self.folder)
        if done.returncode != 0 or "ERROR:" in done.stderr or "FATAL:" in done.stderr:
            raise EngineError(f"PostgreSQL's folder {self.data} could not be made:\n{done.stdout[-500:]}{done.stderr[-1500:]}")

    def _bury_predecessor(self) -> None:
        """Wait for what a killed supervisor left, then clear the marks that would keep a new server out."""
        for sig, patience in ((0, 5), (signal.SIGINT, 10), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            for pid in self._inhabitants():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sig)
            if wait_until(lambda: not self._inhabitants(), patience):
                break
        else:
            raise EngineError(
                f"PostgreSQL processes {self._inhabitants()} still run in {self.folder}. End them, then start again."
            )
        if Path("/proc/self").exists():
            # PostgreSQL only asks whether the noted pid lives. A zombie does, and after a reboot it may be anybody's:
            # it would refuse for ever. We hold the folder's lock and saw that nobody is at home.
            for mark in (self.data / "postmaster.pid", *self.socket_folder.glob(".s.PGSQL.*")):
                mark.unlink(missing_ok=True)

    def _inhabitants(self) -> list[int]:
        """Living processes at home in the data folder: the server and each of its sessions stand there."""
        found = []
        for cwd in Path("/proc").glob("[0-9]*/cwd"):
            with contextlib.suppress(OSError):
                if os.readlink(cwd) == str(self.data) and alive(int(cwd.parent.name)):
                    found.append(int(cwd.parent.name))
        return found

    def _ready(self) -> bool:
        with contextlib.suppress(OSError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            # The eighth line is the server's own word on its state; the first tells that it is this server's.
            return len(lines) >= 8 and lines[0] == str(self.pid) and lines[7].strip() == "ready"
        return False

    @property
    def socket_folder(self) -> Path:
        """Where the socket is: in the folder, or in a short place when the folder's path is too long."""
        here = self.folder / "socket"
        if len(os.fsencode(here / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_BYTES:
            return here
        name = sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path("/tmp" if len(gettempdir()) > 40 else gettempdir()) / f"shengkang-{os.getuid()}-{name}"

    @property
    def _secrets(self) -> dict[str, str]:
        return remembered_secrets(self.folder / "secrets.json", "superuser", "owner", "app")

    def _url(self, role: str, secret: str, dbname: str) -> str:
        return f"postgres://{role}:{secret}@/{dbname}?host={self.socket_folder}&port={PORT}"


def _must_be_private(folder: Path, uid: int) -> None:
    """A folder below /tmp may have been put there by somebody else, to listen in our place."""
    seen = folder.lstat()
    if folder.is_symlink() or seen.st_uid != uid or seen.st_mode & 0o077:
        raise EngineError(f"{folder} is not ours alone (mode 0700). Remove it, then start again.")
