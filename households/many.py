"""The verbs of services.py for many homes and residents at once, with the same checks; files bring thousands of rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from households.models import Assignment, Home, HouseholdHead, Resident
from households.services import DayRefused, HeadRefused, HomeAlreadyRegistered, LivesElsewhere, NotYourHome
from shengkang.audit import services as audit
from shengkang.organization.bulk import copy_rows, draw_ids, span_of, update_rows
from shengkang.organization.many import must_all_be_served
from shengkang.organization.models import Address, Person, Station, Unit, User
from shengkang.organization.selectors import day_of


@dataclass(frozen=True)
class NewHome:
    village: Unit
    group: Unit | None
    door: str
    householder: str
    latitude: float | None = None
    longitude: float | None = None

    @property
    def key(self) -> tuple[int, int | None, str]:
        return self.village.pk, self.group and self.group.pk, self.door


@dataclass(frozen=True)
class MovingIn:
    home_id: int
    person_id: int
    on: date
    need: str = Resident.Need.NONE
    works_away: bool = False


def _must_not_lie_ahead(days, at: datetime) -> None:
    if any(day > day_of(at) for day in days):
        raise DayRefused(_("This day lies ahead. Enter it on the day itself."))


@transaction.atomic
def register_homes(*, station: Station, homes: Sequence[NewHome], by: User, at: datetime) -> list[int]:
    """Add dwellings; their ids in the same order. Addresses known already (a shop front, say) are used again.

    Raises UnitNotServed, HomeAlreadyRegistered: then none was added.
    """
    must_all_be_served(station, (each.village for each in homes))
    doors = {
        (village, group, door): pk
        for pk, village, group, door in Address.objects.filter(station=station).values_list(
            "id", "village_id", "group_id", "door"
        )
    }
    known = [doors[each.key] for each in homes if each.key in doors]
    if len({each.key for each in homes}) < len(homes) or Home.objects.filter(address__in=known).exists():
        raise HomeAlreadyRegistered(_("A home is registered at this door already. Search for it by its door number."))
    fresh = [each for each in homes if each.key not in doors]
    again = [each for each in homes if each.key in doors]
    drawn = draw_ids(Address, len(fresh))
    doors |= {each.key: pk for pk, each in zip(drawn, fresh, strict=True)}
    copy_rows(
        Address,
        ["id", "station_id", "village_id", "group_id", "door", "latitude", "longitude"],
        ((pk, station.pk, *each.key, each.latitude, each.longitude) for pk, each in zip(drawn, fresh, strict=True)),
    )
    ids = draw_ids(Home, len(homes))
    copy_rows(
        Home,
        ["id", "station_id", "address_id", "householder"],
        ((pk, station.pk, doors[each.key], each.householder) for pk, each in zip(ids, homes, strict=True)),
    )
    _put_on_the_map({doors[each.key]: (each.latitude, each.longitude) for each in again})
    audit.note_deed(verb="register_homes", about=station, by=by, at=at, detail={"homes": span_of(ids)})
    return ids


def _put_on_the_map(points: Mapping[int, tuple[float | None, float | None]]) -> None:
    placed = [(address, *point) for address, point in points.items() if None not in point]
    update_rows(Address, ["latitude", "longitude"], placed)


@transaction.atomic
def mend_homes(*, station: Station, changes: Mapping[int, Mapping[str, Any]], by: User, at: datetime) -> None:
    """Correct homes: by id what changes of `householder`, `latitude`, `longitude`. Raises NotYourHome (another station's)."""
    homes = _homes_of(station, changes)
    update_rows(Home, ["householder"], [(pk, fresh["householder"]) for pk, fresh in changes.items() if "householder" in fresh])
    _put_on_the_map(
        {
            homes[pk].address_id: tuple(fresh.get(name, getattr(homes[pk].address, name)) for name in ("latitude", "longitude"))
            for pk, fresh in changes.items()
            if {"latitude", "longitude"} & set(fresh)
        }
    )
    detail = {"fields": {str(pk): sorted(fresh) for pk, fresh in changes.items()}}
    audit.note_deed(verb="mend_homes", about=station, by=by, at=at, detail=detail)


def _homes_of(station: Station, ids) -> dict[int, Home]:
    homes = Home.objects.filter(station=station).select_related("address").select_for_update(of=("self",)).in_bulk(list(ids))
    if len(homes) < len(set(ids)):
        raise NotYourHome(_("A head looks after homes of the own station only."))
    return homes


@transaction.atomic
def move_in_people(*, station: Station, moves: Sequence[MovingIn], by: User, at: datetime) -> list[int]:
    """Register people as living in homes; the ids of their residences in the same order.

    Raises DayRefused, LivesElsewhere, NotYourHome: then nobody has moved.
    """
    _must_not_lie_ahead((each.on for each in moves), at)
    _homes_of(station, {each.home_id for each in moves})
    people = {each.person_id for each in moves}
    # Locked in order of id, so that two files do not wait for each other.
    list(Person.objects.filter(pk__in=people).order_by("pk").select_for_update().values_list("pk"))
    if len(people) < len(moves) or Resident.objects.living_there().filter(person__in=people).exists():
        raise LivesElsewhere(_("This person is registered in another home. Register the moving out there first."))
    ids = draw_ids(Resident, len(moves))
    copy_rows(
        Resident,
        ["id", "home_id", "person_id", "moved_in_on", "need", "works_away"],
        ((pk, each.home_id, each.person_id, each.on, each.need, each.works_away) for pk, each in zip(ids, moves, strict=True)),
    )
    audit.note_deed(verb="move_in_people", about=station, by=by, at=at, detail={"residents": span_of(ids)})
    return ids


@transaction.atomic
def mend_residents(*, station: Station, changes: Mapping[int, Mapping[str, Any]], by: User, at: datetime) -> None:
    """Correct residences: by id what changes of `moved_in_on`, `need`, `works_away`. Residences elsewhere are left alone.

    Raises DayRefused.
    """
    _must_not_lie_ahead((fresh["moved_in_on"] for fresh in changes.values() if "moved_in_on" in fresh), at)
    residents = Resident.objects.filter(home__station=station, pk__in=changes).select_for_update(of=("self",))
    names = ["moved_in_on", "need", "works_away"]
    rows = [(each.pk, *(changes[each.pk].get(name, getattr(each, name)) for name in names)) for each in residents]
    update_rows(Resident, names, rows)
    detail = {"fields": {str(pk): sorted(fresh) for pk, fresh in changes.items()}}
    audit.note_deed(verb="mend_residents", about=station, by=by, at=at, detail=detail)


@transaction.atomic
def entrust_homes(*, station: Station, heads: Mapping[int, int], on: date, by: User, at: datetime) -> None:
    """From the day `on` each home (by id) is looked after by a serving head (by id); who had it before looks after it until then.

    Raises DayRefused, HeadRefused, NotYourHome.
    """
    _must_not_lie_ahead([on], at)
    _homes_of(station, heads)
    serving = HouseholdHead.objects.active().filter(station=station, active_from__lte=on, pk__in=heads.values())
    if set(serving.select_for_update().values_list("pk", flat=True)) != set(heads.values()):
        raise HeadRefused(_("The term of this head has ended. Choose a head who is serving."))
    before = list(Assignment.objects.in_force().filter(home__in=heads).select_for_update(of=("self",)))
    kept = {each.home_id for each in before if each.head_id == heads[each.home_id]}
    leaving = [each for each in before if each.home_id not in kept]
    if any(each.active_from > on for each in leaving):
        raise DayRefused(_("Homes cannot be handed over before they were assigned. Choose a later day."))
    update_rows(Assignment, ["active_to"], [(each.pk, on) for each in leaving])
    given = {home: head for home, head in heads.items() if home not in kept}
    ids = draw_ids(Assignment, len(given))
    copy_rows(
        Assignment,
        ["id", "head_id", "home_id", "active_from"],
        ((pk, head, home, on) for pk, (home, head) in zip(ids, given.items(), strict=True)),
    )
    detail = {"assignments": span_of(ids), "handed_over": len(leaving)}
    audit.note_deed(verb="entrust_homes", about=station, by=by, at=at, detail=detail)
