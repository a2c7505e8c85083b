"""The homes of a demo station: who lives where, which head looks after whom, and a year of what the heads saw."""

import tomllib
from datetime import date, timedelta
from pathlib import Path

from households.demo import life
from households.models import Assignment, Home, HouseholdHead, Resident, Sighting, Visit
from households.services import TERM_YEARS, end_of_term
from shengkang.cases.models import DisputeCase
from shengkang.organization.demo import Dwelling, Plan, copy_rows, draw_ids

PHRASES = Path(__file__).parent.parent / "data" / "demo_visits.toml"
# Heads go round in the day, some call after supper.
HOURS = ((8, 11.5), (14, 17.5), (18.5, 20.5))


def build(plan: Plan) -> None:
    homes = _register_homes(plan)
    _appoint_heads(plan, homes)
    phrases = tomllib.loads(PHRASES.read_text(encoding="utf-8"))
    _write_sightings(plan, homes, phrases)
    _write_visits(plan, homes, phrases["visits"])
    life.build(plan, homes)


def _register_homes(plan: Plan) -> dict[int, int]:
    """Homes and their residents; returns the home's id by its address."""
    chance = plan.chance("residents")
    homes = dict(zip((each.id for each in plan.dwellings), draw_ids(Home, len(plan.dwellings)), strict=True))
    plan.counts["homes"] = copy_rows(
        Home,
        ["id", "station_id", "address_id", "householder"],
        ((homes[each.id], plan.station.pk, each.id, each.householder.name) for each in plan.dwellings),
    )
    rows = []
    for dwelling in plan.dwellings:
        since = date(plan.begins.year - chance.randint(1, 30), chance.randint(1, 12), chance.randint(1, 28))
        for each in dwelling.people:
            moved_in = max(since, date(each.born, 7, 1))
            rows.append((homes[dwelling.id], each.id, each.works_away, each.need, min(moved_in, plan.begins)))
    plan.counts["residents"] = copy_rows(Resident, ["home_id", "person_id", "works_away", "need", "moved_in_on"], rows)
    return homes


def _appoint_heads(plan: Plan, homes: dict[int, int]) -> None:
    chance = plan.chance("terms")
    heads = draw_ids(HouseholdHead, len(plan.heads))
    terms = [plan.begins - timedelta(days=chance.randint(30, 1400)) for _head in plan.heads]
    plan.counts["heads"] = copy_rows(
        HouseholdHead,
        ["id", "station_id", "village_id", "user_id", "active_from", "term_ends_on"],
        (
            (pk, plan.station.pk, head.village.pk, head.user.pk, term, _end_of_term(plan, no, term))
            for no, (pk, head, term) in enumerate(zip(heads, plan.heads, terms, strict=True))
        ),
    )
    plan.made["terms"] = list(zip(heads, terms, strict=True))
    copy_rows(
        Assignment,
        ["head_id", "home_id", "active_from"],
        ((heads[each.head], homes[each.id], terms[each.head]) for each in plan.dwellings),
    )


def _end_of_term(plan: Plan, no: int, begins: date) -> date:
    """Terms that are over were renewed; a few end in the coming weeks, the one of the head shown is not among them."""
    if no and no % 47 == 3:
        return plan.today + timedelta(days=5 + no % 50)
    ends = end_of_term(begins, TERM_YEARS)
    while ends < plan.today + timedelta(days=90):
        ends = end_of_term(ends + timedelta(days=1), TERM_YEARS)
    return ends


def _write_sightings(plan: Plan, homes: dict[int, int], phrases: dict) -> None:
    """A quarrel for every case that came through a head, and strangers and other things besides."""
    chance = plan.chance("sightings")
    columns = ["station_id", "village_id", "by_id", "home_id", "kind", "text", "case_id", "at"]
    rows = [
        (
            plan.station.pk,
            case.village_id,
            case.by_id,
            homes[case.address_id],
            Sighting.Kind.QUARREL,
            case.story,
            case.pk,
            case.at,
        )
        for case in plan.made["cases"]
        if case.channel == DisputeCase.Channel.HEAD
    ]
    for _sighting in range(plan.size.sightings):
        head = chance.choice(plan.heads)
        kind, texts = chance.choices(
            [(Sighting.Kind.STRANGER, phrases["strangers"]), (Sighting.Kind.OTHER, phrases["other"])], (40, 60)
        )[0]
        home = homes[chance.choice(head.dwellings).id] if chance.random() < 0.5 else None
        day = _day(plan, chance)
        moment = plan.moment(day, chance.uniform(*chance.choice(HOURS)))
        if moment < plan.now:
            rows.append((plan.station.pk, head.village.pk, head.user.pk, home, kind, chance.choice(texts), None, moment))
    rows.sort(key=lambda row: row[-1])
    ids = draw_ids(Sighting, len(rows))
    plan.made["sightings"] = list(zip(ids, rows, strict=True))
    plan.counts["sightings"] = copy_rows(Sighting, ["id", *columns], ((pk, *row) for pk, row in plan.made["sightings"]))


def _day(plan: Plan, chance) -> date:
    return plan.begins + timedelta(days=chance.randrange((plan.today - plan.begins).days + 1))


def _write_visits(plan: Plan, homes: dict[int, int], phrases: dict) -> None:
    """Homes with a service need are visited most; some heads are busier than others, the first one is busy."""
    chance = plan.chance("visits")
    zeal = [3.0 if no == 0 else chance.uniform(0.3, 2.2) for no in range(len(plan.heads))]
    needy = [[each for each in head.dwellings if _has_need(each)] for head in plan.heads]
    rows = []
    for no in chance.choices(range(len(plan.heads)), zeal, k=plan.size.visits):
        head = plan.heads[no]
        if needy[no] and chance.random() < 0.62:
            kind, dwelling = Visit.Kind.CARE, chance.choice(needy[no])
        else:
            kind = Visit.Kind.PREVENTION if chance.random() < 0.8 else Visit.Kind.CHECK
            dwelling = chance.choice(head.dwellings)
        moment = plan.moment(_day(plan, chance), chance.uniform(*chance.choices(HOURS, (45, 35, 20))[0]))
        if moment < plan.now:
            note = chance.choice(phrases[str(kind)])
            rows.append((plan.station.pk, homes[dwelling.id], head.user.pk, kind, note, moment))
    rows.sort(key=lambda row: row[-1])
    plan.counts["visits"] = copy_rows(Visit, ["station_id", "home_id", "by_id", "kind", "note", "at"], rows)


def _has_need(dwelling: Dwelling) -> bool:
    return any(each.need for each in dwelling.people)
