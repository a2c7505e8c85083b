"""The verbs of services.py for many people at once, with the same checks; files bring thousands of rows in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shengkang.audit import services as audit
from shengkang.organization import sealed
from shengkang.organization.bulk import copy_rows, draw_ids, span_of, update_rows
from shengkang.organization.models import Person, Station, Unit, User
from shengkang.organization.services import AlreadyKnown, UnitNotServed, check_id_number, name_key


@dataclass(frozen=True)
class NewPerson:
    village: Unit
    name: str
    phone: str = ""
    birth_year: int | None = None
    id_number: str = ""


def must_all_be_served(station: Station, villages) -> None:
    """Raises UnitNotServed when one of the villages belongs to another station, or to none."""
    wanted = {village.pk for village in villages}
    if wanted - set(station.covers.filter(pk__in=wanted).values_list("pk", flat=True)):
        raise UnitNotServed(_("This village is not served by your station. Choose one of its villages."))


def _sealed(numbers: Sequence[str]) -> list[tuple[bytes | None, str]]:
    """What is kept of ID numbers: sealed value and blind index. Raises IdNumberInvalid."""
    checked = [check_id_number(number) if number else "" for number in numbers]
    return [(sealed.seal(number), sealed.blind_index(number)) if number else (None, "") for number in checked]


def _must_be_unknown(station: Station, indexes: Sequence[str]) -> None:
    given = [index for index in indexes if index]
    known = Person.objects.filter(station=station, id_number_index__in=given)
    if len(set(given)) < len(given) or known.exists():
        raise AlreadyKnown(_("A person with this ID number is registered already. Search by name or telephone."))


@transaction.atomic
def register_people(*, station: Station, people: Sequence[NewPerson], by: User, at: datetime) -> list[int]:
    """Add people; their ids in the same order. Raises UnitNotServed, IdNumberInvalid, AlreadyKnown: then nobody was added."""
    must_all_be_served(station, (each.village for each in people))
    numbers = _sealed([each.id_number for each in people])
    _must_be_unknown(station, [index for _number, index in numbers])
    ids = draw_ids(Person, len(people))
    copy_rows(
        Person,
        ["id", "station_id", "village_id", "name", "name_key", "phone", "birth_year", "id_number_sealed", "id_number_index"],
        (
            (pk, station.pk, each.village.pk, each.name, name_key(each.name), each.phone, each.birth_year, *number)
            for pk, each, number in zip(ids, people, numbers, strict=True)
        ),
    )
    audit.note_deed(verb="register_people", about=station, by=by, at=at, detail={"people": span_of(ids)})
    return ids


@transaction.atomic
def mend_people(*, station: Station, changes: Mapping[int, Mapping[str, Any]], by: User, at: datetime) -> None:
    """Correct people: by id what changes of `name`, `phone`, `birth_year`, `id_number`; the history keeps what it was.

    People of another station are left alone. Raises IdNumberInvalid, AlreadyKnown.
    """
    people = list(Person.objects.select_for_update().filter(station=station, pk__in=changes))
    given = _sealed([changes[person.pk].get("id_number", "") for person in people])
    _must_be_unknown(station, [index for _number, index in given])
    rows = []
    for person, number in zip(people, given, strict=True):
        fresh = changes[person.pk]
        name = fresh.get("name", person.name)
        kept = (person.id_number_sealed, person.id_number_index)
        # What was not given stays.
        secret = number if fresh.get("id_number") else (kept[0] and bytes(kept[0]), kept[1])
        phone, year = fresh.get("phone", person.phone), fresh.get("birth_year", person.birth_year)
        rows.append((person.pk, name, name_key(name), phone, year, *secret))
    update_rows(Person, ["name", "name_key", "phone", "birth_year", "id_number_sealed", "id_number_index"], rows)
    detail = {"fields": {str(person.pk): sorted(changes[person.pk]) for person in people}}
    audit.note_deed(verb="mend_people", about=station, by=by, at=at, detail=detail)
