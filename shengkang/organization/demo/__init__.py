"""The ground of a demo station: the real town with its villages, invented doors and the invented people behind them."""

from shengkang.organization.bulk import copy_rows, draw_ids, joins_by_hash
from shengkang.organization.demo import accounts, people
from shengkang.organization.demo.plan import SMALL, WHOLE, Dweller, Dwelling, HeadOfHundred, Plan, Size

__all__ = [
    "SMALL",
    "WHOLE",
    "Dweller",
    "Dwelling",
    "HeadOfHundred",
    "Plan",
    "Size",
    "build",
    "copy_rows",
    "draw_ids",
    "joins_by_hash",
]


def build(plan: Plan) -> None:
    people.found_station(plan)
    people.settle_dwellings(plan)
    accounts.open_accounts(plan)
    people.write_people(plan)
    accounts.give_consents(plan)
