"""Deeds of the demo's participants: a few do much, many do something."""

import tomllib
from datetime import timedelta
from functools import cache
from pathlib import Path

from points.models import Deed, Tariff
from shengkang.organization.demo import Dweller, Plan, copy_rows
from shengkang.organization.models import User

DATA = Path(__file__).resolve().parent.parent / "data" / "demo_reward.toml"
# How many of the open month's deeds still wait for a second name.
WAITING = 0.03


@cache
def reward() -> dict:
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


def write_deeds(plan: Plan, tariff: Tariff) -> int:
    """Deeds of every month under the rules for deeds by hand, each with two names that are not the doer's own."""
    chance, kinds = plan.chance("deeds"), reward()["deeds"]
    rules = dict(tariff.rules.by_hand().values_list("no", "id"))
    weights = [kind["weight"] for kind in kinds]
    zeal = _zeal(plan)
    heads = {}
    for head in plan.heads:
        heads.setdefault(head.village.pk, []).append(head.user)
    settled = {}
    for case in plan.made["cases"]:
        if case.settled_at and not case.restricted:
            settled.setdefault(case.village_id, []).append(case)
    rows, months = [], plan.months
    for _deed in range(plan.size.deeds_per_month * len(months)):
        kind = chance.choices(kinds, weights)[0]
        doer = chance.choices(plan.participants, cum_weights=zeal)[0]
        day = plan.begins + timedelta(days=chance.randrange((plan.today - plan.begins).days))
        writer, second = _two_names(plan, chance, doer, heads[doer.village_id])
        written = plan.moment(
            min(day + timedelta(days=chance.randrange(3)), plan.today - timedelta(days=1)), chance.uniform(14, 20)
        )
        # Confirmed before the month is published, or it would be left out.
        confirmed = min(written + timedelta(hours=chance.uniform(1, 30)), plan.now)
        if day >= months[-1] and chance.random() < WAITING:
            second = confirmed = None
        case = None
        if kind["rule"] == 2:
            own = [each for each in settled.get(doer.village_id, ()) if doer.id not in each.party_ids]
            case = chance.choice(own).pk if own else None
        rows.append(
            (
                plan.station.pk, doer.id, rules[kind["rule"]], case, chance.choice(kind["texts"]), day, writer.pk, written,
                second and second.pk, confirmed,
            )
        )  # fmt: skip
    rows.sort(key=lambda row: (row[7], row[1]))
    columns = [
        "station_id",
        "person_id",
        "rule_id",
        "case_id",
        "text",
        "done_on",
        "by_id",
        "at",
        "confirmed_by_id",
        "confirmed_at",
    ]
    return copy_rows(Deed, columns, rows)


def _zeal(plan: Plan) -> list[float]:
    """Running sums of how active each participant is; the volunteer of the log-ins shown is very active."""
    chance, total, sums = plan.chance("zeal"), 0.0, []
    shown = next(each.id for each in plan.participants if each.phone == plan.made["shown volunteer"])
    for each in plan.participants:
        total += 9.0 if each.id == shown else min(8.0, chance.paretovariate(1.6))
        sums.append(total)
    return sums


def _two_names(plan: Plan, chance, doer: Dweller, heads: list[User]) -> tuple[User, User]:
    auxiliary, officer = plan.auxiliary_of(doer.village_id), plan.officer_of(doer.village_id)
    others = [head for head in heads if head.person_id != doer.id]
    if others and chance.random() < 0.75:
        return chance.choice(others), chance.choice([auxiliary, officer])
    return auxiliary, officer
