"""The official list of villages read in, with everything above them, and the station founded that serves them."""

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization.models import Coverage, Station, Unit, User

VILLAGES_FILE = Path(__file__).parent / "data" / "villages_shengkang.csv"
# From the top: level, column of the official code, column of the name.
UNIT_COLUMNS = (
    (Unit.Level.PROVINCE, "province_code", "province_name"),
    (Unit.Level.CITY, "city_code", "city_name"),
    (Unit.Level.COUNTY, "county_code", "county_name"),
    (Unit.Level.TOWN, "town_code", "town_name"),
    (Unit.Level.VILLAGE, "code", "name"),
)


class UnitListIncomplete(RuleViolation):
    """The list of villages lacks a column or names a unit without its code."""


class UnitServedElsewhere(RuleViolation):
    """Another station already covers the village."""


def villages_on_file(file: Path = VILLAGES_FILE) -> list[dict[str, str]]:
    """The rows of a list of villages (UTF-8 CSV with a head line); without `file` those of 盛康镇 in the official order."""
    with Path(file).open(encoding="utf-8-sig", newline="") as rows:
        return list(csv.DictReader(rows))


def group_name(no: int) -> str:
    """A villagers' group as people call it: 一组, 十组, 二十三组."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(no, 10)
    return f"{digits[tens] if tens > 1 else ''}{'十' if tens else ''}{digits[ones] if ones else ''}组"


@transaction.atomic
def load_units(
    *, rows: Iterable[Mapping[str, str]], by: User | None, at: datetime, groups: Mapping[str, int] | None = None
) -> list[Unit]:
    """Write the villages of an official list with province, city, county and town above them; returns the villages in its order.

    `rows` have the columns of `UNIT_COLUMNS`; `groups` says how many villagers' groups a village (by its code) has, 1 to 99.
    Committees are shortened to what people call the place (贾庙村委会 → 贾庙村). Units that are there already are kept, a name
    that changed follows the list, and nothing is ever taken away. Raises UnitListIncomplete.
    """
    paths: dict[str, dict] = {}
    villages: dict[str, str] = {}
    for row in rows:
        path = ""
        for level, code, name in UNIT_COLUMNS:
            if not row.get(code) or not row.get(name):
                raise UnitListIncomplete(
                    _("The list of villages needs the columns %(columns)s, filled in every row.")
                    % {"columns": ", ".join(column for _level, *pair in UNIT_COLUMNS for column in pair)}
                )
            above, path = path, f"{path}{row[code].strip()}."
            called = row[name].strip().removesuffix("居委会").removesuffix("委会")
            paths[path] = {"above": above, "level": level, "code": row[code].strip(), "name": called}
        villages[row["code"].strip()] = path
    for village, count in (groups or {}).items():
        for no in range(1, count + 1):
            above = villages[village]
            paths[f"{above}{no:02}."] = {"above": above, "level": Unit.Level.GROUP, "code": "", "name": group_name(no)}
    known = {unit.path: unit for unit in Unit.objects.filter(path__in=paths)}
    for level in Unit.Level.values:
        fresh = [
            Unit(parent=known.get(unit["above"]), level=level, code=unit["code"], name=unit["name"], path=path)
            for path, unit in paths.items()
            if unit["level"] == level and path not in known
        ]
        known |= {unit.path: unit for unit in Unit.objects.bulk_create(fresh)}
    renamed = [unit for path, unit in known.items() if unit.name != paths[path]["name"]]
    for unit in renamed:
        unit.name = paths[unit.path]["name"]
    Unit.objects.bulk_update(renamed, ["name"])
    loaded = [known[path] for path in villages.values()]
    if loaded:
        counts = {"villages": len(loaded), "renamed": len(renamed)}
        audit.note_deed(verb="load_units", about=loaded[0].parent, by=by, at=at, detail=counts)
    return loaded


@transaction.atomic
def open_station(*, name: str, sits_in: Unit, covers: Iterable[Unit], by: User | None, at: datetime, phone: str = "") -> Station:
    """Found the station `name` (or take the one of that name) and let it serve the villages `covers`. Raises UnitServedElsewhere."""
    station, _created = Station.objects.get_or_create(name=name, defaults={"sits_in": sits_in, "phone": phone})
    covers = list(covers)
    if Coverage.objects.filter(unit__in=covers).exclude(station=station).exists():
        raise UnitServedElsewhere(_("One of these villages is already served by another station. Ask its chief first."))
    Coverage.objects.bulk_create([Coverage(station=station, unit=unit) for unit in covers], ignore_conflicts=True)
    audit.note_deed(verb="open_station", about=station, by=by, at=at, detail={"villages": len(covers)})
    return station
