"""`make run`: servers, migrations, demo, web, worker, beat and the watch under one roof, and a clean end."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from .children import MARK, Child, end_all, end_leftovers
from .errors import EngineError
from .processes import catches, die_with_parent, last_lines, port_free, spawn, stop
from .secrets_file import station_secrets
from .servers import Servers
from .whereabouts import current_urls, forget_urls, station_lock, write_urls

READY_SECONDS = 90


class Ended(BaseException):
    """Somebody asked us to end (Ctrl-C, SIGTERM, a closed terminal)."""


@dataclass
class Step:
    """A management command under way."""

    words: str
    process: subprocess.Popen
    log: Path


class Station:
    """One running station of the checkout `home` with its data in `var`."""

    def __init__(self, home: Path, var: Path, host: str = "127.0.0.1", port: int = 8000, *, servers_in: Path | None = None):
        self.home = home
        self.var = var
        # Another folder for the servers lets measurements run beside a running station.
        self.place = servers_in or var
        self.host = host
        self.port = port
        self.demo = os.environ.get("SHENGKANG_DEMO", "1").lower() not in ("0", "false", "no", "")
        self.servers = Servers(self.place)
        self.children: list[Child] = []
        self._steps: list[Step] = []
        self._make: int | None = None
        self._began = time.monotonic()
        self._env: dict[str, str] = {}

    @property
    def address(self) -> str:
        """What to type into a browser on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://{_bracketed(host)}:{self.port}/"

    def say(self, words: str) -> None:
        """A line for the developer, with the seconds since the start."""
        for line in words.splitlines():
            _print(f"[{time.monotonic() - self._began:6.1f}s] {line}")

    def run(self) -> None:
        """Come up, serve until asked to end, leave no process behind. Raises EngineError."""
        with self._orderly():
            if not port_free(self.host, self.port):
                raise EngineError(
                    f"Port {self.port} on {self.host} is busy: another program listens there. Nothing was started.\n"
                    f"  End that program, or take another port:  PORT={self.port + 1} make run"
                )
            self._prepare()
            self._serve()

    def run_with(self, words: list[str]) -> int:
        """Come up without web and clock, run one Python command in the foreground; its exit code. Raises EngineError."""
        code = 130
        with self._orderly():
            self._prepare()
            code = self._in_front(words)
        return code

    def run_beside(self, words: list[str]) -> int:
        """One Python command on this station's servers, which are started for it when the station does not run. Raises EngineError."""
        if current_urls(self.place) or "DATABASE_URL" in os.environ:
            return subprocess.run(
                [sys.executable, *words], env=os.environ | {"SHENGKANG_VAR": str(self.var)}, cwd=self.home, check=False
            ).returncode
        code = 130
        with self._orderly():
            self._tell()
            self._env |= self.servers.start()
            code = self._in_front(words)
        return code

    def _in_front(self, words: list[str]) -> int:
        me = os.getpid()
        process = subprocess.Popen(
            [sys.executable, *words], env=self._env, cwd=self.home, preexec_fn=lambda: die_with_parent(signal.SIGTERM, me)
        )
        self._steps.append(Step(" ".join(words), process, self.var / "log"))
        return process.wait()

    @contextlib.contextmanager
    def _orderly(self):
        """One station per folder, nothing left of the last one, nothing left of this one."""
        lock = station_lock(self.place)
        lock.take()
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, _ask_to_end)
        if "MAKELEVEL" in os.environ:
            # Somebody who kills `make` without mercy means us as well.
            die_with_parent(signal.SIGTERM)
            # Started in the background of a script, make ignores SIGINT from the beginning and gives nothing up.
            self._make = os.getppid() if catches(os.getppid(), signal.SIGINT) else None
        try:
            end_leftovers(self.place, self.say)
            yield
        except Ended:
            self.say("Ending …")
        finally:
            # A second Ctrl-C must not interrupt the tidying up; every wait in it has an end.
            for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(sig, signal.SIG_IGN)
            for step in self._steps:
                stop(step.process, (signal.SIGTERM, 3))
            end_all(self.children)
            forget_urls(self.place)
            self.servers.stop()
            lock.release()
            if self._env:
                self.say("Ended. No process is left; the data stay in " + str(self.var))

    def _tell(self) -> None:
        """What every process of this station is told, save where the servers are."""
        self._env = (
            os.environ | station_secrets(self.var) | {n: os.environ[n] for n in ("SECRET_KEY", "FIELD_KEYS") if n in os.environ}
        )
        self._env |= {
            MARK: str(self.place),
            "SHENGKANG_VAR": str(self.var),
            "SHENGKANG_DEMO": "1" if self.demo else "0",
            "DJANGO_SETTINGS_MODULE": "shengkang.settings",
            "PYTHONUNBUFFERED": "1",
        }

    def _prepare(self) -> None:
        self._tell()
        # These two need no database, so they run while it starts.
        files = [self._manage("messages", "--compile")] if self._words_changed() else []
        mark = self._static_mark()
        stamp = self.var / "static.stamp"
        if not (self.var / "static").is_dir() or not stamp.exists() or stamp.read_text() != mark:
            files.append(self._manage("collectstatic", "--noinput", "-v", "0"))
        self.say("PostgreSQL and Valkey …")
        urls = self.servers.start()
        self._env |= urls
        # A command typed beside a running demo shall know that it is one.
        write_urls(self.place, urls | {"SHENGKANG_DEMO": self._env["SHENGKANG_DEMO"]})
        self.say("Migrations …")
        self._finish(self._manage("migrate", "--database", "owner", "--noinput"))
        self._finish(self._manage("grant"))
        for step in files:
            self._finish(step)
        stamp.write_text(mark)
        check = self._manage("check", "--database", "default")
        if self.demo:
            self.say("Demo station (made once, when the database is empty) …")
            self._finish(self._manage("demo"))
        # A station of before may lack the tables of a newer version; what is there stays.
        rules = self._manage("load_case_rules")
        self._finish(check)
        self._finish(rules)
        _head, _warnings, told = check.log.read_text(errors="replace").partition("WARNINGS:")
        if told:
            self.say("What needs a hand (docs/operations.md):\n" + told.strip())

    def _serve(self) -> None:
        python = [sys.executable, "-m"]
        commands = {
            "web": [
                *python, "gunicorn", "shengkang.wsgi:application", "--bind", f"{_bracketed(self.host)}:{self.port}",
                "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "5", "--no-control-socket",
            ],
            "worker": [
                *python, "celery", "-A", "shengkang.celery", "worker", "--concurrency", "2", "--loglevel", "INFO",
                "--without-gossip", "--without-mingle",
            ],
            "beat": [
                *python, "celery", "-A", "shengkang.celery", "beat", "--loglevel", "INFO", "--pidfile", "",
                "--schedule", str(self.var / "beat-schedule"),
            ],
            # Tells of alarms within a second, without the broker.
            "watch": [sys.executable, str(self.home / "manage.py"), "watch_alarms"],
        }  # fmt: skip
        self.say("Web, worker, beat and the watch for alarms …")
        for name, command in commands.items():
            child = Child(name, command, env=self._env, cwd=self.home, log=self.var / "log" / f"{name}.log", say=self.say)
            self.children.append(child)
            child.start()
        logins = self._manage("demo", "--print-logins", log="logins") if self.demo else None
        self._await_readiness()
        self.say(f"Ready:  {self.address}     (logs in {self.var / 'log'}; end with Ctrl-C)")
        if logins:
            self._finish(logins)
            _print((self.var / "log" / "logins.log").read_text())
        while True:
            self._watch()
            time.sleep(0.5)

    def _watch(self) -> None:
        # A SIGINT sent to `make` alone is not passed on: make gives up its handler and waits for us, for ever.
        if self._make and not catches(self._make, signal.SIGINT):
            raise Ended
        for name in self.servers.revive():
            self.say(f"{name} had died and was started again")
        for child in self.children:
            child.watch()

    def _await_readiness(self) -> None:
        end = time.monotonic() + READY_SECONDS
        # Not through a proxy that the environment may name: this is our own machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        answer = "no answer"
        while time.monotonic() < end:
            self._watch()
            try:
                with opener.open(f"{self.address}readyz", timeout=5) as reply:
                    if reply.status == 200:
                        return
            except urllib.error.HTTPError as error:
                answer = f"{error.code}: {error.read(500).decode(errors='replace')}"
            except OSError:
                pass
            if any(child.deaths >= 4 for child in self.children):
                break
            time.sleep(0.2)
        raise EngineError(
            f"The station did not become ready ({answer}). The end of {self.var}/log/web.log:\n"
            + last_lines(self.var / "log" / "web.log")
        )

    def _manage(self, *words: str, log: str | None = None) -> Step:
        path = self.var / "log" / f"{log or words[0]}.log"
        # Each step's log tells of its last run only.
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
        process = spawn([sys.executable, str(self.home / "manage.py"), *words], log=path, env=self._env, cwd=self.home)
        step = Step(" ".join(words), process, path)
        self._steps.append(step)
        return step

    def _finish(self, step: Step) -> None:
        code = step.process.wait()
        self._steps.remove(step)
        if code != 0:
            raise EngineError(f"`manage.py {step.words}` failed. The end of {step.log}:\n{last_lines(step.log, 25)}")

    def _words_changed(self) -> bool:
        """True when a catalogue is younger than its compiled form."""
        catalogues = list(self.home.glob("*/locale/*/LC_MESSAGES/*.po"))
        compiled = [path.with_suffix(".mo") for path in catalogues]
        return any(
            not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime for po, mo in zip(catalogues, compiled, strict=True)
        )

    def _static_mark(self) -> str:
        """A fingerprint of everything that collectstatic would collect: our files and the installed packages."""
        folders = [*self.home.glob("static"), *self.home.glob("*/static"), *self.home.glob("shengkang/*/static")]
        files = [file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file()]
        seen = [f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files]
        pins = [path.read_text() for name in ("requirements.txt", "constraints.txt") if (path := self.home / name).exists()]
        return sha256("\n".join([*seen, *pins]).encode()).hexdigest()


def _print(words: str) -> None:
    # The terminal may be gone; that must not stop the tidying up.
    with contextlib.suppress(OSError):
        print(words, flush=True)


def _ask_to_end(*_) -> None:
    raise Ended


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
