"""What the organization does: registers places, people and what they consented to, opens P cells for a while, knows who is on duty."""

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from pypinyin import Style, lazy_pinyin, load_phrases_dict

from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization import access, sealed
from shengkang.organization.models import Approval, Consent, Coverage, Person, Presence, Station, Unit, User

# Surnames that pypinyin reads as ordinary words.
load_phrases_dict(
    {name: [[reading]] for name, reading in {"单": "shan", "曾": "zeng", "查": "zha", "仇": "qiu", "解": "xie"}.items()}
)


class UnitNotServed(RuleViolation):
    """The village belongs to another station."""


class UnitListIncomplete(RuleViolation):
    """The list of villages lacks a column or names a unit without its code."""


class UnitServedElsewhere(RuleViolation):
    """Another station already covers the village."""


class IdNumberInvalid(RuleViolation):
    """The ID number does not satisfy GB 11643."""


class ApprovalRefused(RuleViolation):
    """The approval may not be asked for or decided like this."""


VILLAGES_FILE = Path(__file__).parent / "data" / "villages_shengkang.csv"
# From the top: level, column of the official code, column of the name.
UNIT_COLUMNS = (
    (Unit.Level.PROVINCE, "province_code", "province_name"),
    (Unit.Level.CITY, "city_code", "city_name"),
    (Unit.Level.COUNTY, "county_code", "county_name"),
    (Unit.Level.TOWN, "town_code", "town_name"),
    (Unit.Level.VILLAGE, "code", "name"),
)


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


def name_key(name: str) -> str:
    """The sort key of a Chinese name: pinyin, the surname read as a surname, e.g. 单田芳 → "shan tian fang"."""
    return " ".join([*lazy_pinyin(name[:1], style=Style.NORMAL), *lazy_pinyin(name[1:], style=Style.NORMAL)]).lower()


def check_id_number(number: str) -> str:
    """The number in capitals if it satisfies GB 11643-1999 (18 digits, a date, ISO 7064 MOD 11-2 check character).

    Raises IdNumberInvalid. Province and county are not checked: codes of merged counties stay valid on old cards.
    """
    number = number.strip().upper()
    try:
        datetime.strptime(number[6:14], "%Y%m%d")  # noqa: DTZ007 only the shape of a birthday
        digits = [int(digit) for digit in number[:17]]
    except ValueError:
        digits = []
    weights = [2**power % 11 for power in range(17, 0, -1)]
    if len(number) != 18 or len(digits) != 17 or number[17] != "10X98765432"[sum(map(int.__mul__, digits, weights)) % 11]:
        raise IdNumberInvalid(_("This ID number has a mistake. Compare all 18 characters with the card."))
    return number


@transaction.atomic
def register_person(
    *,
    station: Station,
    village: Unit,
    name: str,
    by: User,
    at: datetime,
    phone: str = "",
    birth_year: int | None = None,
    id_number: str = "",
) -> Person:
    """Add a person; the ID number, if given, is sealed and checked. Raises UnitNotServed, IdNumberInvalid."""
    if not station.covers.filter(pk=village.pk).exists():
        raise UnitNotServed(_("This village is not served by your station. Choose one of its villages."))
    person = Person(
        station=station, village=village, name=name.strip(), name_key=name_key(name.strip()), phone=phone, birth_year=birth_year
    )
    if id_number:
        number = check_id_number(id_number)
        person.id_number_sealed, person.id_number_index = sealed.seal(number), sealed.blind_index(number)
    person.save()
    audit.note_deed(verb="register_person", about=person, by=by, at=at)
    return person


@transaction.atomic
def give_consent(*, person: Person, purpose: str, evidence: str, by: User, at: datetime) -> Consent:
    """Write down that a person agreed to a purpose; agreeing twice is the same consent."""
    consent, _created = Consent.objects.get_or_create(
        person=person, purpose=purpose, withdrawn_at=None, defaults={"given_at": at, "evidence": evidence}
    )
    audit.note_deed(verb="give_consent", about=consent, by=by, at=at)
    return consent


@transaction.atomic
def withdraw_consent(*, consent: Consent, by: User, at: datetime) -> Consent:
    """End a consent from now on; what was done under it stays lawful (PIPL art. 15)."""
    if consent.withdrawn_at is None:
        consent.withdrawn_at = at
        consent.save(update_fields=["withdrawn_at"])
        audit.note_deed(verb="withdraw_consent", about=consent, by=by, at=at)
    return consent


@transaction.atomic
def ask_approval(*, obj: str, action: str, target_ref: str, reason: str, by: User, at: datetime) -> Approval:
    """Ask for a P cell to be opened. Raises ApprovalRefused when the matrix has no P there for any role of `by`."""
    if "P" not in access.scopes(by, obj, action):
        raise ApprovalRefused(_("Your role cannot be given this by an approval."))
    return Approval.objects.create(asked_by=by, asked_at=at, obj=obj, action=action, target_ref=target_ref, reason=reason)


@transaction.atomic
def decide_approval(*, approval: Approval, grant: bool, by: User, at: datetime, hours: int = 24) -> Approval:
    """A second person, a chief of the same station, grants for `hours` or declines. Raises ApprovalRefused."""
    approval = Approval.objects.select_for_update().get(pk=approval.pk)
    if approval.decision != Approval.Decision.WAITING:
        raise ApprovalRefused(_("This request was already decided."))
    if by.pk == approval.asked_by_id or "station_chief" not in by.roles or by.station_id != approval.asked_by.station_id:
        raise ApprovalRefused(_("Another chief of the same station must decide this request."))
    approval.decision = Approval.Decision.GRANTED if grant else Approval.Decision.DECLINED
    approval.decided_by, approval.decided_at = by, at
    approval.expires_at = at + timedelta(hours=hours) if grant else None
    approval.save()
    audit.note_deed(verb="decide_approval", about=approval, by=by, at=at, detail={"granted": grant})
    return approval


@transaction.atomic
def sign_on(*, by: User, at: datetime, latitude: float | None = None, longitude: float | None = None) -> Presence:
    """Go on duty, or say where one is now: the one row is overwritten, no track is kept."""
    place = {"seen_at": at, "latitude": latitude, "longitude": longitude}
    presence, _created = Presence.objects.update_or_create(
        user=by, defaults=place, create_defaults={"station": by.station, "on_duty_since": at, **place}
    )
    return presence


@transaction.atomic
def sign_off(*, by: User, at: datetime) -> None:
    """Go off duty: the row disappears, and with it the place."""
    Presence.objects.filter(user=by).delete()
