"""What the documents tell a stranger to type, set or open is there; what is there and matters, they tell."""

import configparser
import re
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands, load_command_class
from PIL import Image

from shengkang.celery import app
from tests.screenshots import LARGEST_BYTES, PICTURES, SHOTS

HOUSE = Path(__file__).resolve().parent.parent
DEPLOY = HOUSE / "docs" / "deploy"
PAPERS = sorted([*HOUSE.glob("*.md"), *HOUSE.glob("docs/**/*.md")])
TOLD = sorted([*PAPERS, *(path for path in DEPLOY.iterdir() if path.is_file())])
UNITS = sorted(DEPLOY.glob("*.service"))
# Words in capitals that are no setting: of PostgreSQL's image, of the containers' own file, of the programs' surroundings.
FOREIGN = {
    "POSTGRES_PASSWORD", "POSTGRES_USER", "POSTGRES_INITDB_ARGS", "PYTHONUNBUFFERED", "CRON_TZ", "PATH", "PASSWORD",
    "SUPERUSER_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD", "BROKER_PASSWORD",
}  # fmt: skip
READERS = [HOUSE / "shengkang" / "settings.py", HOUSE / "Makefile", *HOUSE.glob("shengkang/engines/*.py")]
TESTERS = [*HOUSE.glob("tests/**/*.py")]
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def named(pattern: str, paths) -> set[str]:
    """Whatever the pattern's group finds, with the paper it stands in: `docs/backup.md: backup`."""
    return {f"{path.relative_to(HOUSE)}: {word}" for path in paths for word in re.findall(pattern, text(path))}


def word_of(found: str) -> str:
    return found.rpartition(": ")[2]


@pytest.mark.parametrize("found", sorted(named(r"(?:manage\.py|manage\.py,|shengkang-manage) ([a-z]\w+)", TOLD)))
def test_every_command_of_the_documents_exists(found):
    assert word_of(found) in get_commands()


@pytest.mark.parametrize(
    "found", sorted(named(r"(?:manage\.py|shengkang-manage) ([a-z]\w+ (?:[^`\n|#;&]*?)--[a-z][\w-]*(?:[^`\n|#;&]*))", TOLD))
)
def test_every_option_of_the_documents_is_one_of_its_command(found):
    command, *words = found.partition(": ")[2].split()
    parser = load_command_class(get_commands()[command], command).create_parser("manage.py", command)
    known = {option for action in parser._actions for option in action.option_strings}
    assert {word.rstrip(".,)") for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("found", sorted(named(r"(?:`|^)(?:[A-Z_]+=\S+ )*make ([a-z]+)", PAPERS)))
def test_every_make_of_the_documents_exists(found):
    assert re.search(rf"^{word_of(found)}:", text(HOUSE / "Makefile"), re.MULTILINE)


def test_every_make_that_helps_itself_stands_in_the_readme():
    offered = set(re.findall(r"^([a-z]+):.*##", text(HOUSE / "Makefile"), re.MULTILINE)) - {"clean"}
    for readme in ("README.md", "README.zh-CN.md"):
        assert {word for word in offered if f"make {word}" not in text(HOUSE / readme)} == set(), readme


@pytest.mark.parametrize("found", sorted(named(r"(?:`|^)([A-Z]+_[A-Z_]+|DEBUG|HTTPS|PORT|HOST|VENV)(?:`|=)", TOLD)))
def test_every_setting_of_the_documents_is_read_by_somebody(found):
    name = word_of(found)
    if name in FOREIGN:
        return
    readers = READERS + (TESTERS if found.startswith("README") else [])
    assert any(re.search(rf"[\"'(\s]{name}\b", text(path)) for path in readers), f"{name} is read by nobody"


def test_every_setting_of_the_environment_is_explained_to_whoever_sets_up_a_server():
    read = set(re.findall(r"env\.\w+\(\"(\w+)\"", text(HOUSE / "shengkang" / "settings.py")))
    assert {name for name in read if f"`{name}`" not in text(HOUSE / "docs" / "deploy.md")} == {"HOST"}


@pytest.mark.parametrize(
    "found",
    sorted(
        f"{path.relative_to(HOUSE)}: {target}"
        for path in PAPERS
        for target in re.findall(r"(?:\]\(|src=\")([^)\"#\s]+)(?:#[\w-]+)?[)\"]", text(path))
        if "://" not in target
    ),
)
def test_every_link_leads_somewhere(found):
    paper, _colon, target = found.partition(": ")
    assert (HOUSE / paper).parent.joinpath(target).exists()


def test_the_table_of_checks_is_that_of_the_code():
    told = set(re.findall(r"^\| `(shengkang\.[EW]\d{3})`", text(HOUSE / "docs" / "operations.md"), re.MULTILINE))
    assert told == set(re.findall(r"id=\"(shengkang\.[EW]\d{3})\"", text(HOUSE / "shengkang" / "organization" / "checks.py")))


def test_every_file_for_a_server_is_explained():
    explained = "".join(text(HOUSE / "docs" / f"{name}.md") for name in ("deploy", "backup"))
    silent = {path.name for path in DEPLOY.iterdir() if path.stem not in explained and path.name not in explained}
    assert silent == set()


# -- the units --


def unit(path: Path) -> configparser.ConfigParser:
    read = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    read.optionxform = str
    read.read_string(text(path))
    return read


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_every_unit_runs_as_nobody_special_with_the_station_s_environment(path):
    service = unit(path)["Service"]
    assert service["User"] == "shengkang"
    assert service["EnvironmentFile"] == "/etc/shengkang/env"
    assert service["NoNewPrivileges"] == "yes"
    assert "/var/lib/shengkang" in service["ReadWritePaths"]


@pytest.mark.parametrize("path", [path for path in UNITS if "backup" not in path.stem], ids=lambda path: path.stem)
def test_every_service_comes_back_by_itself(path):
    read = unit(path)
    assert read["Service"]["Restart"] == "always"
    assert read["Install"]["WantedBy"] == "multi-user.target"


def test_the_units_start_what_make_run_starts():
    """One description of web, worker and clock is the code's; the units follow it."""
    supervised = text(HOUSE / "shengkang" / "engines" / "station.py")
    commands = {
        "web": "shengkang.wsgi:application",
        "worker": "shengkang.celery",
        "beat": "shengkang.celery",
        "alarms": "watch_alarms",
    }
    for name, module in commands.items():
        assert module in supervised
        assert module in unit(DEPLOY / f"shengkang-{name}.service")["Service"]["ExecStart"]
    assert app.main == "shengkang"


def test_the_backup_s_timer_has_its_service_and_the_station_s_hour():
    timer = unit(DEPLOY / "shengkang-backup.timer")["Timer"]
    assert timer["OnCalendar"] == "*-*-* 02:30:00 Asia/Shanghai"
    assert (DEPLOY / "shengkang-backup.service").exists()


def test_nginx_passes_on_what_the_application_believes_and_logs_no_query():
    told = text(DEPLOY / "nginx.conf")
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in told
    assert "client_max_body_size 12m;" in told
    assert "$request " not in told
    assert "$request_uri" not in told.replace("return 301 https://$host$request_uri;", "")
    assert "/var/lib/shengkang/media" not in told
    assert told.count("{") == told.count("}")


# -- the containers --


def test_the_containers_name_only_what_is_there():
    services = COMPOSE["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        mounted = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert {volume for volume in mounted if not volume.startswith(".")} <= set(COMPOSE["volumes"]), name
        assert {volume for volume in mounted if volume.startswith(".") and not (DEPLOY / volume).exists()} == set(), name
        assert service.get("image"), name


def test_the_containers_are_one_clock_one_watcher_and_a_database_that_reads_chinese():
    assert {"db", "broker", "prepare", "web", "worker", "beat", "alarms", "backup"} == set(COMPOSE["services"])
    assert "--locale=C.UTF-8" in COMPOSE["services"]["db"]["environment"]["POSTGRES_INITDB_ARGS"]
    assert COMPOSE["services"]["alarms"]["command"] == ["python", "manage.py", "watch_alarms"]
    for name in ("web", "broker", "db"):
        assert all(port.startswith("127.0.0.1:") for port in COMPOSE["services"][name].get("ports", [])), name


def test_no_secret_stands_in_a_file_for_servers():
    for path in DEPLOY.iterdir():
        for name, value in re.findall(r"^\s*([A-Z_]*(?:PASSWORD|SECRET_KEY|FIELD_KEYS))[=:] ?(.*)$", text(path), re.MULTILINE):
            assert value in ("", "k1:") or value.startswith("${"), f"{path.name}: {name}"


def test_the_example_of_an_environment_knows_every_place_a_station_must_name():
    told = set(re.findall(r"^([A-Z_]+)=", text(DEPLOY / "shengkang.env.example"), re.MULTILINE))
    assert {
        "SECRET_KEY",
        "FIELD_KEYS",
        "ALLOWED_HOSTS",
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
        "REDIS_URL",
        "SHENGKANG_VAR",
    } <= told
    assert "SHENGKANG_DEMO" not in told
    assert "DEBUG" not in told


# -- the pictures --


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_every_face_has_a_small_picture_in_both_readmes(shot):
    file = PICTURES / f"{shot.name}.png"
    assert file.stat().st_size < LARGEST_BYTES
    width, height = Image.open(file).size
    assert width / height == shot.device["viewport"]["width"] / shot.device["viewport"]["height"]
    for readme in ("README.md", "README.zh-CN.md"):
        assert f"docs/screenshots/{shot.name}.png" in text(HOUSE / readme), readme


def test_no_picture_is_left_of_a_face_that_is_gone():
    assert {path.stem for path in PICTURES.glob("*.png")} == {shot.name for shot in SHOTS}
