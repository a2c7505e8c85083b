"""Residents as Excel: who lives behind which door."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from households import many
from households.imports.homes import known_homes
from households.models import Resident
from shengkang.errors import RuleViolation
from shengkang.organization.many import NewPerson, mend_people, register_people
from shengkang.organization.models import Person
from shengkang.organization.sealed import blind_index
from shengkang.organization.selectors import day_of
from shengkang.organization.sheets import cells, nails
from shengkang.organization.sheets.nails import Column, Scene, Sheet
from shengkang.organization.sheets.places import door_column, group_column, key_of, place_of, title_of, village_column
from shengkang.organization.sheets.plan import CHANGED, NEW, Plan, Row

# A minor is whoever has not lived through eighteen years; only the year is known, so the eighteenth counts as a minor's.
OF_AGE = 18
OF_THE_PERSON = ("name", "phone", "birth_year", "id_number")
OF_THE_RESIDENCE = ("need", "works_away", "moved_in_on")


@dataclass
class _Census:
    """The station's people as an import looks for them."""

    homes: dict[tuple, dict[str, Any]]
    people: dict[int, dict[str, Any]] = field(default_factory=dict)
    by_index: dict[str, int] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    # Who lives where, by person; and the names behind each door.
    lives: dict[int, dict[str, Any]] = field(default_factory=dict)
    behind: dict[tuple[int, str], list[int]] = field(default_factory=lambda: defaultdict(list))


def _census(scene: Scene) -> _Census:
    census = _Census(known_homes(scene))
    people = Person.objects.filter(station=scene.station)
    for person in people.values("pk", "name", "phone", "birth_year", "id_number_index"):
        census.people[person["pk"]] = person
        census.by_name[person["name"]].append(person["pk"])
        if person["id_number_index"]:
            census.by_index[person["id_number_index"]] = person["pk"]
    living = Resident.objects.living_there().filter(home__station=scene.station)
    for row in living.values("pk", "person", "home", "need", "works_away", "moved_in_on"):
        census.lives[row["person"]] = row
        census.behind[row["home"], census.people[row["person"]]["name"]].append(row["person"])
    return census


class _Unclear(RuleViolation):
    """The row may mean somebody known; a person has to say who."""


def _who(census: _Census, row: Row, home: int) -> int | None:
    """The person a row means: by ID number if given, else by name, telephone and home; None for somebody new.

    Where only one of file and register has a telephone or an ID number, a namesake behind the same door is the same person.
    """
    index = blind_index(row["id_number"]) if row["id_number"] else ""
    if index in census.by_index:
        return census.by_index[index]
    namesakes = [census.people[pk] for pk in census.behind[home, row["name"]]]
    if index:
        namesakes = [person for person in namesakes if not person["id_number_index"]]
    phone = row["phone"] or ""
    exact = [person for person in namesakes if person["phone"] == phone]
    near = [person for person in namesakes if not phone or not person["phone"]]
    found = exact or near
    if len(found) > 1:
        raise _Unclear(_("Several people of this name live here. Fill in the ID number or the telephone number to say which."))
    if found:
        return found[0]["pk"]
    if namesakes and not index:
        raise _Unclear(
            _("A person of this name lives here with another telephone number. Correct it at the desk, or fill in the ID number.")
        )
    # Known to the station, but not as a resident here: the same name and the same telephone are the same person.
    for pk in census.by_name[row["name"]] if phone and not index else ():
        if census.people[pk]["phone"] == phone:
            return pk
    return None


def _plan_residents(plan: Plan, rows: list[Row], scene: Scene) -> None:
    census = _census(scene)
    for row in rows:
        place = place_of(plan, row, scene)
        if place is None:
            continue
        home = census.homes.get(key_of(place, row["door"]))
        if home is None:
            plan.refuse(row.number, "door", _("No home is registered at this door. Take the homes in first."))
            continue
        if row["moved_in_on"] is not None and row["moved_in_on"] > day_of(scene.at):
            plan.refuse(row.number, "moved_in_on", _("This day lies ahead. Enter it on the day itself."))
            continue
        try:
            person = _who(census, row, home["pk"])
        except _Unclear as refusal:
            plan.refuse(row.number, "name", refusal)
            continue
        identity = person or (row["id_number"] or (home["pk"], row["name"], row["phone"]))
        if plan.twice(row, identity, "name"):
            continue
        title = title_of(*place, row["door"], row["name"])
        _sort(plan, row, title, census, {"place": place, "home": home["pk"], "person": person})


def _sort(plan: Plan, row: Row, title: str, census: _Census, about: dict[str, Any]) -> None:
    """Add or compare a row whose person and home are known by now."""
    person, lives = census.people.get(about["person"]), census.lives.get(about["person"])
    if lives is None:
        if person:
            # What a file says of somebody the station knew already is taken over, too.
            known = ("id_number",) if person["id_number_index"] else ()
            told = {name: row[name] for name in OF_THE_PERSON if row[name] is not None and name not in known}
            about["mend"] = {name: value for name, value in told.items() if value != person.get(name)}
        plan.add(row, title, about)
        return
    if lives["home"] != about["home"]:
        plan.refuse(row.number, "door", _("This person is registered in another home. Register the moving out there first."))
        return
    old = {name: person[name] for name in ("name", "phone", "birth_year")}
    old |= {name: lives[name] for name in ("need", "works_away", "moved_in_on")}
    # On record it is sealed; a number that led here is the same, one that is new to the person is filled in.
    old["id_number"] = row["id_number"] if person["id_number_index"] else ""
    plan.compare(row, title, old, about | {"resident": lives["pk"]})


def _write_residents(plan: Plan, scene: Scene) -> dict[str, Any]:
    who = {"station": scene.station, "by": scene.by, "at": scene.at}
    new, changed = plan.of_kind(NEW), plan.of_kind(CHANGED)
    unknown = [line for line in new if line.about["person"] is None]
    people = [
        NewPerson(
            line.about["place"][0],
            line.row["name"],
            line.row["phone"] or "",
            line.row["birth_year"] or _born(line.row["id_number"]),
            line.row["id_number"] or "",
        )
        for line in unknown
    ]
    if people:
        for line, pk in zip(unknown, register_people(people=people, **who), strict=True):
            line.about["person"] = pk
    mended = {
        line.about["person"]: {name: line.fresh[name] for name in OF_THE_PERSON if name in line.fresh} for line in changed
    } | {line.about["person"]: line.about["mend"] for line in new if "mend" in line.about}
    if mended := {pk: fresh for pk, fresh in mended.items() if fresh}:
        mend_people(changes=mended, **who)
    moves = [
        many.MovingIn(
            line.about["home"],
            line.about["person"],
            line.row["moved_in_on"] or day_of(scene.at),
            line.row["need"] or Resident.Need.NONE,
            bool(line.row["works_away"]),
        )
        for line in new
    ]
    if moves:
        many.move_in_people(moves=moves, **who)
    residences = {
        line.about["resident"]: {name: line.fresh[name] for name in OF_THE_RESIDENCE if name in line.fresh} for line in changed
    }
    if residences := {pk: fresh for pk, fresh in residences.items() if fresh}:
        many.mend_residents(changes=residences, **who)
    return {"people": len(people)}


def _born(id_number: str | None) -> int | None:
    return int(id_number[6:10]) if id_number else None


def _residents(scene: Scene):
    living = Resident.objects.living_there().filter(home__station=scene.station).select_related("person", "home__address")
    if not scene.with_minors:
        living = living.exclude(person__birth_year__gte=day_of(scene.at).year - OF_AGE)
    for row in living.order_by("home__address__village", "home__address__group", "home__address__door", "pk").iterator(2_000):
        address, person = row.home.address, row.person
        yield {
            "village": scene.units[address.village_id],
            "group": scene.units.get(address.group_id),
            "door": address.door,
            "name": person.name,
            "phone": person.phone,
            "birth_year": person.birth_year,
            "moved_in_on": row.moved_in_on,
            "need": row.need or None,
            "works_away": row.works_away,
        }


nails.hang(
    Sheet(
        key="residents",
        title=gettext_lazy("residents"),
        columns=(
            village_column(),
            group_column(),
            door_column(),
            Column("name", pgettext_lazy("person", "name"), cells.name, required=True),
            Column("phone", gettext_lazy("telephone"), cells.phone, as_text=True, width=16),
            Column("birth_year", gettext_lazy("year of birth"), cells.whole(1900, 2100)),
            Column("id_number", gettext_lazy("ID number"), cells.id_number, as_text=True, secret=True, width=22,
                   help=gettext_lazy("Only where a paper needs it. It is sealed, and no export shows it.")),
            Column("moved_in_on", gettext_lazy("moved in on"), cells.day, help=gettext_lazy("Empty: the day of the import.")),
            Column("need", gettext_lazy("service need"), cells.choice(Resident.Need.choices), choices=tuple(Resident.Need.choices), width=20),
            Column("works_away", gettext_lazy("works away"), cells.yes_no, choices=((True, pgettext_lazy("in a cell", "yes")), (False, pgettext_lazy("in a cell", "no")))),
        ),
        identity=gettext_lazy("the ID number if given, else name, telephone and home"),
        cell=("resident", "create"),
        plan=_plan_residents,
        write=_write_residents,
        rows=_residents,
        order=20,
    )
)  # fmt: skip
