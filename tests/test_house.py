"""The rule of the house: a room imports only rooms before it, and every room keeps its papers in order."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

from shengkang.audit.models import Fact

HOUSE = Path(__file__).resolve().parent.parent
# Rooms on the same floor do not know each other.
FLOORS = [
    ["shengkang.engines"],
    ["shengkang.errors"],
    ["shengkang.audit"],
    ["shengkang.organization"],
    ["shengkang.attachments", "shengkang.notices"],
    ["shengkang.reports", "shengkang.portal"],
    ["shengkang.cases", "shengkang.hazards"],
    ["households", "posts"],
    ["patrols"],
    ["points"],
]
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
WIRING = {
    "shengkang.settings",
    "shengkang.urls",
    "shengkang.api",
    "shengkang.celery",
    "shengkang.wsgi",
    "shengkang.formats",
    "shengkang",
}
OURS = [config for config in apps.get_app_configs() if config.name in FLOOR_OF]


def room_of(module: str) -> str | None:
    """The room a dotted module lies in; None for foreign modules and the wiring."""
    for room in FLOOR_OF:
        if module == room or module.startswith(room + "."):
            return room
    return None


def imports_of(source: str, module: str) -> list[str]:
    """Every module that `source` imports, anywhere in the file; relative ones made absolute."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(module.split(".")[: -node.level]) + "." if node.level else ""
            target = (base + (node.module or "")).strip(".")
            found += [target, *(f"{target}.{alias.name}" for alias in node.names)]
    return found


def arrows_up(source: str, module: str) -> list[str]:
    """What `module` imports although it lies on the same floor in another room, or above."""
    room = room_of(module)
    up = []
    for target in imports_of(source, module):
        other = room_of(target)
        if other and other != room and FLOOR_OF[other] >= FLOOR_OF[room]:
            up.append(f"{module} imports {target}")
    return sorted(set(up))


def modules():
    for room in FLOOR_OF:
        folder = HOUSE / room.replace(".", "/")
        for file in [folder.with_suffix(".py"), *folder.rglob("*.py")]:
            if file.is_file() and "migrations" not in file.parts:
                name = ".".join(file.relative_to(HOUSE).with_suffix("").parts)
                yield name, file.read_text(encoding="utf-8")


def test_no_room_imports_a_room_above_or_beside_it():
    read = list(modules())
    assert len(read) > 50
    assert [arrow for name, source in read for arrow in arrows_up(source, name)] == []


@pytest.mark.parametrize(
    "planted",
    [
        "from points.models import Wallet",
        "import points.services.ledger",
        "def later():\n    from households.models import Home",
        "from shengkang import reports",
    ],
)
def test_a_planted_upward_import_is_found(planted):
    assert arrows_up(planted, "shengkang.organization.services") != []


def test_the_wiring_imports_no_room():
    """Settings may ask the engines where the servers are; nothing else is imported by the wiring, only named."""
    for name in ("settings", "urls", "api", "celery", "wsgi"):
        source = (HOUSE / "shengkang" / f"{name}.py").read_text(encoding="utf-8")
        rooms = {room_of(target) for target in imports_of(source, f"shengkang.{name}")} - {None, "shengkang.engines"}
        assert rooms == set(), name


def test_every_module_lies_in_a_room_or_is_wiring():
    stray = [
        name
        for file in [*HOUSE.glob("shengkang/*.py"), *HOUSE.glob("shengkang/*/__init__.py")]
        if room_of(name := ".".join(file.relative_to(HOUSE).with_suffix("").parts).removesuffix(".__init__")) is None
        and name not in WIRING
    ]
    assert stray == []


def test_only_scoring_looks_into_other_wings():
    """points/scoring.py asks what the facts owe; models and imports that name a foreign key are the only other places."""
    looking = [
        name
        for name, source in modules()
        if name.startswith("points.")
        and name not in {"points.scoring", "points.demo"}
        and not name.startswith("points.models")
        and any(room_of(target) in {"households", "posts", "patrols"} for target in imports_of(source, name))
    ]
    assert looking == []


def test_services_and_models_know_no_request_and_no_clock():
    """Time comes in through `at`; only faces ask the clock, and no law of the field touches HTTP."""
    guilty = []
    for name, source in modules():
        parts = name.split(".")
        if room_of(name) == "shengkang.engines" or not {"services", "models", "selectors", "scoring", "moves"} & set(parts):
            continue
        if "django.http" in imports_of(source, name) or "timezone.now" in source or "datetime.now" in source:
            guilty.append(name)
    assert guilty == []


def test_django_finds_no_error_in_the_house(db):
    """`migrate` refuses to start with one, so no station would come up."""
    call_command("check")


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("model", [m for config in OURS for m in config.get_models()], ids=lambda m: m._meta.label)
def test_every_model_names_itself_in_both_numbers(model):
    if model._meta.label.endswith("Event"):  # history rows of django-pghistory, named by it
        return
    assert "verbose_name" in model._meta.original_attrs
    assert "verbose_name_plural" in model._meta.original_attrs


@pytest.mark.parametrize(
    "model", [m for config in OURS for m in config.get_models() if issubclass(m, Fact)], ids=lambda m: m._meta.label
)
def test_every_fact_inherits_its_protection(model):
    assert {"is_a_fact", "is_not_emptied"} <= {trigger.name for trigger in model._meta.triggers}


def test_every_model_says_who_may_see_it():
    """The audit room lies below users and roles: its rows name them by text, and the desk opens them by approval alone."""
    silent = {
        model._meta.label
        for config in OURS
        for model in config.get_models()
        if not model.__name__.endswith("Event") and not hasattr(model._default_manager.all(), "visible_to")
    }
    assert silent == {"audit.AuditEntry", "audit.AccessEntry", "audit.Receipt"}


def test_no_file_is_a_tower():
    tall = {
        str(file.relative_to(HOUSE)): lines
        for room in FLOOR_OF
        for file in (HOUSE / room.replace(".", "/")).rglob("*.py")
        if "migrations" not in file.parts and (lines := len(file.read_text(encoding="utf-8").splitlines())) > 420
    }
    assert tall == {}
