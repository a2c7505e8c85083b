"""The engine room: what is refused, what survives, and that nothing is left behind. Real servers, real signals."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import environ
import psycopg2
import pytest
import redis

from shengkang import engines
from shengkang.engines.children import leftovers
from shengkang.engines.processes import alive, wait_until
from shengkang.engines.secrets_file import station_secrets

CHECKOUT = Path(__file__).resolve().parent.parent
# A house of straw: everything a station starts, without Django behind it.
STRAW = {
    "manage.py": (
        "import signal, sys\nprint('13800000000' if '--print-logins' in sys.argv else sys.argv, flush=True)\n"
        "'check' in sys.argv and print('Some issues:\\n\\nWARNINGS:\\n?: (shengkang.W003) 2031')\n"
        "'watch_alarms' in sys.argv and signal.pause()\n"
    ),
    "shengkang/__init__.py": "",
    "shengkang/settings.py": "",
    "shengkang/wsgi.py": "def application(environ, start):\n    start('200 OK', [])\n    return [b'']\n",
    "shengkang/celery.py": "import os, celery\napp = celery.Celery('straw', broker=os.environ['REDIS_URL'])\n",
}
LAUNCH = """
import sys
from pathlib import Path
from shengkang.engines.station import Station
Station(Path(sys.argv[1]), Path(sys.argv[1]) / "var", port=int(sys.argv[2])).run()
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with engines.Cluster(tmp_path_factory.mktemp("cluster"), durable=False) as cluster:
        yield cluster


@pytest.fixture
def own_cluster(tmp_path):
    """A cluster that a test may crash."""
    cluster = engines.Cluster(tmp_path / "postgres")
    yield cluster
    cluster.stop()


def ask(url, *questions):
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            for question in questions:
                cursor.execute(question)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


def a_free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# What is refused


def test_a_second_supervisor_is_refused_the_folder(cluster):
    with pytest.raises(engines.EngineError, match=f"Another process \\({os.getpid()}\\) already runs PostgreSQL"):
        engines.Cluster(cluster.folder).start()
    assert ask(cluster.app_url(), "SELECT 1") == [(1,)]


def test_a_busy_port_is_named_and_nothing_is_started(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "shengkang.engines", "run"],
            check=False,
            capture_output=True,
            text=True,
            cwd=CHECKOUT,
            env=os.environ | {"PORT": str(port), "SHENGKANG_VAR": str(tmp_path)},
        )
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 is busy" in done.stderr
    assert f"PORT={port + 1} make run" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["run.lock"]


def test_a_database_without_chinese_trigrams_is_refused(cluster):
    ask(cluster.owner_url(), "CREATE DATABASE deaf TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
    with pytest.raises(engines.EngineError, match=r"finds nothing in Chinese[\s\S]*C\.UTF-8"):
        engines.check_trigrams(cluster.owner_url("deaf"))


def test_valkey_refuses_a_caller_without_the_password(tmp_path):
    with engines.Valkey(tmp_path) as valkey, pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis.from_url(valkey.url.replace(valkey.url.split("@")[0], "redis://")).ping()


def test_no_server_is_started_for_a_given_url(tmp_path):
    given = {"DATABASE_URL": "postgres://me@there/db", "REDIS_URL": "redis://there"}
    servers = engines.Servers(tmp_path, environ=given)
    assert (servers.cluster, servers.valkey) == (None, None)
    assert servers.urls == given | {"DATABASE_OWNER_URL": given["DATABASE_URL"]}


def test_without_any_postgresql_the_message_names_the_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr(engines.binaries, "postgres_candidates", list)
    with pytest.raises(engines.EngineError, match="apt-get install postgresql"):
        engines.Cluster(tmp_path).start()


# Who may what


def test_the_application_role_owns_nothing_and_makes_nothing(cluster):
    role = "(SELECT oid FROM pg_roles WHERE rolname = 'shengkang_app')"
    owned = f"SELECT count(*) FROM pg_shdepend WHERE refobjid = {role} AND deptype = 'o'"
    assert ask(cluster.owner_url(), owned) == [(0,)]
    rights = (
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = 'shengkang_app'"
    )
    assert ask(cluster.app_url(), rights) == [(False, False, False, False, False)]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(cluster.app_url(), "CREATE TABLE mine ()")


def test_the_owner_is_no_superuser_and_may_make_what_migrations_need(cluster):
    made = ("CREATE EXTENSION IF NOT EXISTS pg_trgm", "CREATE EXTENSION IF NOT EXISTS btree_gist", "CREATE DATABASE another")
    ask(cluster.owner_url(), *made)
    assert ask(cluster.owner_url("another"), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [(False,)]


def test_secrets_are_for_their_owner_only(cluster, tmp_path):
    station_secrets(tmp_path)
    for path in (cluster.folder / "secrets.json", tmp_path / "secrets.env"):
        assert path.stat().st_mode & 0o777 == 0o600
    assert cluster.socket_folder.stat().st_mode & 0o777 == 0o700
    secret = environ.Env.db_url_config(cluster.app_url())["PASSWORD"]
    assert secret not in Path(f"/proc/{cluster.pid}/cmdline").read_text()


def test_secrets_are_made_once_and_others_lines_are_kept(tmp_path):
    (tmp_path / "secrets.env").write_text("FIELD_KEYS=k0:00\nMINE=1\n")
    first = station_secrets(tmp_path)
    assert station_secrets(tmp_path) == first
    assert (first["FIELD_KEYS"], first["MINE"]) == ("k0:00", "1")


# What comes back


def test_a_committed_row_survives_a_kill(own_cluster):
    own_cluster.start()
    ask(own_cluster.owner_url(), "CREATE TABLE kept (name text)", "INSERT INTO kept VALUES ('盛康')")
    own_cluster.kill()
    own_cluster.start()
    assert ask(own_cluster.owner_url(), "SELECT name FROM kept") == [("盛康",)]


def test_a_pid_that_is_somebody_elses_by_now_does_not_keep_the_server_out(own_cluster):
    own_cluster.start()
    own_cluster.kill()
    note = own_cluster.data / "postmaster.pid"
    lines = note.read_text().splitlines()
    note.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    own_cluster.start()
    assert ask(own_cluster.app_url(), "SELECT 1") == [(1,)]


def test_a_cluster_whose_making_broke_off_is_made_anew(own_cluster):
    (own_cluster.folder / "data.part" / "base").mkdir(parents=True)
    own_cluster.start()
    assert ask(own_cluster.app_url(), "SELECT 1") == [(1,)]


def test_a_path_too_long_for_a_socket_still_works(tmp_path):
    with engines.Cluster(tmp_path / ("long" * 30), durable=False) as cluster:
        assert not cluster.socket_folder.is_relative_to(tmp_path)
        assert ask(cluster.app_url(), "SELECT 1") == [(1,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another name")
def test_root_without_user_namespaces_lends_the_server_another_name(tmp_path, monkeypatch):
    monkeypatch.setattr(engines.identity, "_namespace", lambda: engines.identity.Identity(["false"]))
    tmp_path.chmod(0o700)
    with engines.Cluster(tmp_path / "postgres", durable=False) as cluster:
        assert Path(f"/proc/{cluster.pid}").stat().st_uid != 0
        cluster.kill()
        cluster.start()
        assert ask(cluster.app_url(), "SELECT 1") == [(1,)]


def test_chinese_trigrams_are_found(cluster):
    engines.check_trigrams(cluster.owner_url())


def test_valkey_keeps_its_keys_and_its_address_through_a_kill(tmp_path):
    with engines.Valkey(tmp_path) as valkey:
        url = valkey.url
        redis.Redis.from_url(url).set("nudge", "1")
        valkey.kill()
        valkey.start()
        assert valkey.url == url
        assert redis.Redis.from_url(url).get("nudge") == b"1"


# The whole station


@pytest.fixture
def straw(tmp_path, monkeypatch):
    """Starts a station of straw: call it, get its process once it says that it is ready."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SHENGKANG_VAR", "MAKELEVEL"):
        monkeypatch.delenv(name, raising=False)
    for name, text in STRAW.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    started = []

    def start():
        command = [sys.executable, "-c", LAUNCH, str(tmp_path), str(a_free_port())]
        process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        started.append(process)
        words = ""
        for line in process.stdout:
            words += line
            if "Ready:" in line:
                process.said = words
                return process
        pytest.fail(f"The station did not come up:\n{words}")

    start.var = tmp_path / "var"
    yield start
    for process in started:
        process.terminate()
        process.communicate()


def running(var):
    """Every process of the station of `var`, the servers included."""
    servers = [path for path in Path("/proc").glob("[0-9]*/cwd") if _stands_in(path, var)]
    return leftovers(var) + [int(path.parent.name) for path in servers if alive(int(path.parent.name))]


def _stands_in(cwd, folder):
    try:
        return Path(os.readlink(cwd)).is_relative_to(folder)
    except OSError:
        return False


def test_a_killed_station_leaves_no_process_and_comes_back_with_its_data(straw):
    station = straw()
    assert wait_until(lambda: "watch_alarms" in (straw.var / "log" / "watch.log").read_text(), 10)
    urls = engines.current_urls(straw.var)
    ask(urls["DATABASE_OWNER_URL"], "CREATE TABLE kept AS SELECT 7 AS seven")
    station.kill()
    assert wait_until(lambda: not running(straw.var), 10)
    assert engines.current_urls(straw.var) is None
    station = straw()
    assert ask(engines.current_urls(straw.var)["DATABASE_OWNER_URL"], "SELECT seven FROM kept") == [(7,)]
    station.terminate()
    assert station.wait(20) == 0
    assert running(straw.var) == []


@pytest.mark.soak
def test_no_committed_row_is_lost_over_many_kills(tmp_path):
    """Kills in the middle of writing; what was acknowledged must be there, each time and at the end."""
    kills = {"small": 5, "large": 200}[os.environ.get("SOAK_SIZE", "small")]
    cluster = engines.Cluster(tmp_path / "postgres")
    acknowledged = 0
    try:
        cluster.start()
        ask(cluster.owner_url(), "CREATE TABLE written (number int PRIMARY KEY)")
        for number in range(kills):
            connection = psycopg2.connect(cluster.owner_url())
            connection.autocommit = True
            end = time.monotonic() + 0.2 + number % 7 * 0.05
            with connection.cursor() as cursor:
                while time.monotonic() < end:
                    acknowledged += 1
                    cursor.execute("INSERT INTO written VALUES (%s)", [acknowledged])
                os.kill(cluster.pid, signal.SIGKILL)
            connection.close()
            cluster.kill()
            cluster.start()
            assert ask(cluster.owner_url(), "SELECT count(*), max(number) FROM written") == [(acknowledged, acknowledged)]
    finally:
        cluster.stop()


WHERE = "import os; from shengkang import engines; print(os.environ.get('DATABASE_URL') or engines.current_urls(os.environ['SHENGKANG_VAR']))"


def beside(var, *words):
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")}
    return subprocess.run(
        [sys.executable, "-m", "shengkang.engines", "beside", *words],
        cwd=CHECKOUT, env=env | {"SHENGKANG_VAR": str(var)}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_the_start_says_what_needs_a_hand(straw):
    said = straw().said
    assert "What needs a hand (docs/operations.md):" in said
    assert "?: (shengkang.W003) 2031" in said
    assert said.index("W003") < said.index("Ready:")


def test_a_command_beside_a_running_station_is_told_where_its_servers_are_and_that_it_is_a_demo(straw):
    straw()
    told = beside(straw.var, "-c", WHERE)
    assert told.returncode == 0, told.stderr
    assert "postgres://" in told.stdout
    assert "'SHENGKANG_DEMO': '1'" in told.stdout


def test_a_command_beside_a_station_that_rests_has_its_servers_for_itself_and_leaves_none(tmp_path):
    told = beside(tmp_path, "-c", WHERE + "; raise SystemExit(3)")
    assert told.returncode == 3, told.stderr
    assert "postgres://" in told.stdout
    assert running(tmp_path) == []
    assert engines.current_urls(tmp_path) is None
