"""The list of dispute categories read in; a real station needs it before its first case."""

import csv
from pathlib import Path

from shengkang.cases.models import Category

CATEGORIES_FILE = Path(__file__).parent / "data" / "dispute_categories.csv"


def load_categories() -> int:
    """Write the categories of the justice bureau's list that are missing; names somebody changed stay. Returns how many there are."""
    with CATEGORIES_FILE.open(encoding="utf-8", newline="") as rows:
        listed = [Category(code=row["code"], name=row["name"], examples=row["examples"]) for row in csv.DictReader(rows)]
    Category.objects.bulk_create(listed, ignore_conflicts=True)
    return len(listed)
