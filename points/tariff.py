"""The first tariff of a station, read from data/tariff.csv: 46 items collected from public rules, and two lines of the house.

How a line is read. `suggested` is the figure on the hundred-mark scale; "0 or honour only" is not offered at all (points must not be
bought). `ceiling_or_note` "12/季", "4/月", "3/年" means: paid at most so many times a quarter, a period (month), a year. Notes
"confidential" and "consent to show" make the rule a confidential matter; arrests are one too, whatever the note says.
"""

import csv
import re
from datetime import date, datetime
from functools import cache
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from points.models import Rule, Tariff
from shengkang.audit import services as audit
from shengkang.organization.models import Station, User
from shengkang.organization.selectors import start_of

FILE = Path(__file__).parent / "data" / "tariff.csv"
SPANS = {"月": Rule.Span.PERIOD, "季": Rule.Span.QUARTER, "年": Rule.Span.YEAR}
# Items whose facts the evaluation finds by itself.
FACTS = {
    1: Rule.Fact.PATROLLED,
    43: Rule.Fact.HAZARD,
    44: Rule.Fact.MEDIATED,
    45: Rule.Fact.CARE_VISIT,
}
# Help in an arrest is never told with its fact, or the helper pays for it.
CONFIDENTIAL_TOO = {3}
BASE_POINTS = 60


@cache
def read_tariff() -> tuple[tuple[dict, ...], dict[int, str]]:
    """The lines as fields of Rule, and the numbers of items that are not offered with the reason."""
    # Base 60 and rewards up to 40 make the hundred; the item list has no lines for the first report of a dispute and for one
    # settled on the spot; they are worth what item 2 (help in settling) is worth.
    lines = [
        {
            "no": 0,
            "name": "基本评分",
            "part": Rule.Part.BASE,
            "fact": Rule.Fact.MEMBERSHIP,
            "points": BASE_POINTS,
            "source": "百分制",
        },
        {"no": 47, "name": "首先反映矛盾纠纷（经受理）", "fact": Rule.Fact.REPORTED, "points": 2, "source": "比照第2项"},
        {"no": 48, "name": "就地化解小纠纷", "fact": Rule.Fact.SMALL_DISPUTE, "points": 2, "source": "比照第2项"},
    ]
    left_out = {}
    with FILE.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            no, note = int(row["no"]), row["ceiling_or_note"]
            if not row["suggested"].isdigit():
                left_out[no] = f"{row['suggested']}: {note}"
                continue
            line = {"no": no, "name": row["item"], "points": int(row["suggested"]), "fact": FACTS.get(no, Rule.Fact.BY_HAND)}
            published = row["published_points"].strip("–")
            line["source"] = f"{row['published_by']}：{published}" if published else row["published_by"]
            line["confidential"] = note in ("confidential", "consent to show") or no in CONFIDENTIAL_TOO
            if ceiling := re.fullmatch(r"(\d+)/([月季年])", note):
                line |= {"ceiling": int(ceiling[1]), "ceiling_per": SPANS[ceiling[2]]}
            lines.append(line)
    return tuple(lines), left_out


@transaction.atomic
def seed_tariff(station: Station, active_from: date, by: User | None = None, at: datetime | None = None) -> Tariff:
    """Put the collected tariff in force from a day; a station that already has one from that day keeps it as it is."""
    tariff, created = Tariff.objects.get_or_create(
        station=station, active_from=active_from, defaults={"name": _("Hundred-point tariff from %(day)s") % {"day": active_from}}
    )
    if created:
        Rule.objects.bulk_create(Rule(tariff=tariff, **line) for line in read_tariff()[0])
        audit.note_deed(verb="seed_tariff", about=tariff, by=by, at=at or start_of(active_from))
    return tariff
