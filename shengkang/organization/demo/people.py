"""Villages, doors and the people behind them."""

import random
from datetime import date

from shengkang.organization.bulk import copy_rows, draw_ids
from shengkang.organization.demo.names import Names, key_of
from shengkang.organization.demo.plan import Dweller, Dwelling, Plan
from shengkang.organization.imports import load_units, open_station, villages_on_file
from shengkang.organization.models import Address, Person, Unit

# The town's bounding box, WGS 84: west, south, east, north.
BOX = (111.4853, 32.0035, 111.6488, 32.2426)
SOUTH_OF_DEGREE = 111_320  # metres of one degree of latitude


def found_station(plan: Plan) -> None:
    """The units from the official list; each head later looks after one group of a village."""
    rows = villages_on_file()
    if len(rows) > plan.size.villages:
        # The small station takes two ordinary villages, not the two communities of the town.
        rows = rows[2 : 2 + plan.size.villages]
    groups = _share_out(plan.size.heads, len(rows), plan.chance("groups"))
    at = plan.moment(plan.begins, 0)
    plan.villages = load_units(rows=rows, groups={row["code"]: n for row, n in zip(rows, groups, strict=True)}, by=None, at=at)
    plan.town = plan.villages[0].parent
    plan.station = open_station(name="盛康派出所", sits_in=plan.town, covers=plan.villages, phone="0710-0000110", by=None, at=at)
    plan.station.is_demo = True
    plan.station.save(update_fields=["is_demo"])


def _share_out(total: int, among: int, chance: random.Random) -> list[int]:
    """`total` things over `among` places, each at least one and none far from the mean."""
    shares = [total // among] * among
    for place in chance.sample(range(among), total - sum(shares)):
        shares[place] += 1
    for _turn in range(among):
        giver, taker = chance.sample(range(among), 2) if among > 1 else (0, 0)
        if shares[giver] > max(1, total // among - 2) and shares[taker] < total // among + 3:
            shares[giver] -= 1
            shares[taker] += 1
    return shares


def settle_dwellings(plan: Plan) -> None:
    """Doors in every group, each with a family; `plan.dwellings` and their addresses."""
    chance, names = plan.chance("dwellings"), Names(plan.chance("names"))
    groups = Unit.objects.filter(parent__in=plan.villages).order_by("path").select_related("parent")
    by_village: dict[int, list[Unit]] = {}
    for group in groups:
        by_village.setdefault(group.parent_id, []).append(group)
    sizes = [max(3, round(plan.size.homes_per_head * chance.uniform(0.85, 1.15))) for _head in range(plan.size.heads)]
    # The whole station counts exactly heads × homes per head.
    for _step in range(abs(missing := plan.size.heads * plan.size.homes_per_head - sum(sizes))):
        sizes[chance.randrange(len(sizes))] += 1 if missing > 0 else -1
    centres = _centres(plan)
    doors = []
    head = 0
    for village in plan.villages:
        family = village.name[0] if village.name[1] in "家湾庙棚岗铺" and names.is_surname(village.name[0]) else ""
        for group in by_village[village.pk]:
            south, west = _scatter(centres[village.pk], 900, chance)
            for door in range(1, sizes[head] + 1):
                point = _scatter((south, west), 350, chance)
                doors.append((village, group, f"{door}号", head, point, family))
            head += 1
    ids = draw_ids(Address, len(doors))
    copy_rows(
        Address,
        ["id", "station_id", "village_id", "group_id", "door", "latitude", "longitude"],
        (
            (pk, plan.station.pk, village.pk, group.pk, door, *point)
            for pk, (village, group, door, _head, point, _family) in zip(ids, doors, strict=True)
        ),
    )
    plan.dwellings = [
        Dwelling(pk, village, group, door, head, _family_of(plan.today, village.pk, family, chance, names))
        for pk, (village, group, door, head, _point, family) in zip(ids, doors, strict=True)
    ]


def _centres(plan: Plan) -> dict[int, tuple[float, float]]:
    """A middle for each village (latitude, longitude), spread over the town: of twelve tries the one farthest from the others."""
    west, south, east, north = BOX
    found: dict[int, tuple[float, float]] = {}
    for village in plan.villages:
        chance = random.Random(village.code)  # noqa: S311 the same place for every seed
        tries = [(chance.uniform(south + 0.02, north - 0.02), chance.uniform(west + 0.02, east - 0.02)) for _try in range(12)]
        found[village.pk] = max(
            tries, key=lambda at: min(((at[0] - o[0]) ** 2 + (at[1] - o[1]) ** 2 for o in found.values()), default=0)
        )
    return found


def _scatter(around: tuple[float, float], metres: float, chance: random.Random) -> tuple[float, float]:
    west, south, east, north = BOX
    latitude = around[0] + chance.gauss(0, metres / SOUTH_OF_DEGREE)
    longitude = around[1] + chance.gauss(0, metres / SOUTH_OF_DEGREE / 0.847)
    return round(min(max(latitude, south), north), 6), round(min(max(longitude, west), east), 6)


def _family_of(today: date, village_id: int, family: str, chance: random.Random, names: Names) -> list[Dweller]:
    """The people of one door, the householder first. Many adults of working age are away; so many elders live alone."""
    year, kind = today.year, chance.random()
    surname = names.surname(family)

    def one(man: bool, born: int, own: str = surname, away: bool = False, need: str = "") -> Dweller:
        return Dweller(0, names.full(own, man=man, born=born), man, born, village_id, away, need)

    if kind < 0.11:
        man = chance.random() < 0.42
        return [one(man, year - chance.randint(63, 90), need="alone")]
    elder = year - chance.randint(58, 82)
    elders = [one(True, elder), one(False, elder + chance.randint(0, 5), names.surname(family))]
    adult = elder + chance.randint(21, 29)
    away = chance.random() < (0.8 if kind < 0.7 else 0.35)
    child_is_son = chance.random() < 0.7
    adults = [one(child_is_son, adult, away=away)]
    if chance.random() < 0.55 and year - adult > 23:
        adults.append(one(not child_is_son, adult + chance.randint(-3, 3), names.surname(), away=away and chance.random() < 0.75))
    at_home = [each for each in adults if not each.works_away]
    children = []
    if year - adult > 25:
        for _child in range(chance.choices((0, 1, 2), (35, 45, 20))[0]):
            born = min(year - 1, adult + chance.randint(22, 34))
            children.append(one(chance.random() < 0.52, born, surname, away=year - born > 18 and chance.random() < 0.7))
    if kind < 0.34:
        # The elders stay, the young couple works elsewhere and is registered elsewhere with its children.
        if not at_home and year - elder >= 65:
            for each in elders:
                each.need = "elder"
        return [*elders, adults[0]] if adults[0].works_away else elders
    if kind < 0.70:
        people = [*elders, *adults, *children]
        if not at_home and year - elder >= 65:
            elders[0].need = elders[1].need = "elder"
    else:
        people = sorted([*adults, *children], key=lambda each: each.born)
        # Somebody stays with the children.
        people[0].works_away = people[0].works_away and bool(at_home)
    if chance.random() < 0.02 and not people[0].need:
        people[0].need = "disabled"
    return people


def write_people(plan: Plan) -> None:
    """Everybody behind the doors, with the ids that accounts and residents already name."""
    people = [dweller for dwelling in plan.dwellings for dweller in dwelling.people]
    plan.counts["people"] = len(people)
    copy_rows(
        Person,
        ["id", "station_id", "village_id", "name", "name_key", "phone", "birth_year"],
        ((each.id, plan.station.pk, each.village_id, each.name, key_of(each.name), each.phone, each.born) for each in people),
    )


def number_people(plan: Plan) -> None:
    """Ids for everybody, and telephones for about two adults in five: numbers that no network gives out."""
    chance = plan.chance("telephones")
    people = [dweller for dwelling in plan.dwellings for dweller in dwelling.people]
    for each, pk in zip(people, draw_ids(Person, len(people)), strict=True):
        each.id = pk
    grown = [each for each in people if plan.today.year - each.born >= 20]
    for no, each in enumerate(chance.sample(grown, len(grown) * 2 // 5), start=1):
        each.phone = f"129{no * 7 % 100_000_000:08}"
