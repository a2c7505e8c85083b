"""Thirteen months of calls to 110: those that opened a dispute, and all the others that only count."""

from datetime import timedelta
from itertools import accumulate

from shengkang.cases.demo.lives import Life
from shengkang.cases.demo.matters import HOURS
from shengkang.cases.demo.stories import phrases
from shengkang.cases.models import Call, DisputeCase
from shengkang.organization.demo import Plan, copy_rows

# What a hundred calls to a township station are about.
SHARES = {
    "01": 5, "02": 8, "03": 22, "04": 2, "05": 20, "06": 5, "07": 1, "10": 4, "11": 6, "12": 3, "13": 1, "14": 2, "15": 4, "16": 1,
    "17": 2, "19": 3, "99": 11,
}  # fmt: skip
# January … December: summer nights and the weeks before the new year are busy.
MONTHS = (11, 10, 8, 8, 9, 10, 12, 12, 9, 9, 8, 9)


def write(plan: Plan, lives: list[Life]) -> None:
    chance, words = plan.chance("calls"), phrases()["calls"]
    of_cases = [life for life in lives if life.channel == DisputeCase.Channel.CALL_110]
    rows = []
    for life in of_cases:
        caller = life.matter.sides[0].dweller
        told_at = life.at - timedelta(minutes=chance.randint(3, 40))
        text = words[life.police_class][0]
        rows.append((told_at, life.police_class, life.village_id, text, caller.phone if caller else "", life.pk))
    days = [plan.begins + timedelta(days=step) for step in range((plan.today - plan.begins).days)]
    busy = list(accumulate(MONTHS[day.month - 1] for day in days))
    classes, shares = list(SHARES), list(accumulate(SHARES.values()))
    hours = list(accumulate(HOURS))
    for day in chance.choices(days, cum_weights=busy, k=max(0, plan.size.calls - len(rows))):
        moment = plan.moment(day, chance.choices(range(24), cum_weights=hours)[0] + chance.random() * 0.99)
        code = chance.choices(classes, cum_weights=shares)[0]
        village = chance.choice(plan.villages).pk if chance.random() < 0.9 else None
        rows.append((moment, code, village, chance.choice(words[code]), f"128{chance.randrange(10**8):08}", None))
    rows.sort(key=lambda row: row[0])
    plan.counts["calls"] = copy_rows(
        Call,
        ["station_id", "no", "received_at", "police_class_id", "village_id", "text", "phone", "case_id"],
        (
            (plan.station.pk, f"JJ{moment:%Y%m%d}{no:05}", moment, *row)
            for no, (moment, *row) in enumerate(rows, start=1)
        ),
    )  # fmt: skip
