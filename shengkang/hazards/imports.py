"""The list of hazard groups read in; a real station needs it before its first hazard."""

import csv
from pathlib import Path

from shengkang.hazards.models import HazardGroup

GROUPS_FILE = Path(__file__).parent / "data" / "hazard_groups.csv"


def load_hazard_groups() -> int:
    """Write the groups of the list that are missing; names somebody changed stay. Returns how many there are."""
    with GROUPS_FILE.open(encoding="utf-8", newline="") as rows:
        listed = [HazardGroup(code=row["code"], name=row["group"], examples=row["examples"]) for row in csv.DictReader(rows)]
    HazardGroup.objects.bulk_create(listed, ignore_conflicts=True)
    return len(listed)
