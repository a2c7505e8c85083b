"""The lines an officer is offered when he opens a campaign."""

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).parent / "data" / "checklists.toml"


class Proposed(NamedTuple):
    """`group`: code of a hazard group, or ""; `level`: a value of Hazard.Level."""

    text: str
    group: str = ""
    level: str = "ordinary"


@cache
def _all() -> dict[str, list[dict]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def proposed_for(kind: str) -> list[Proposed]:
    """The usual lines of a kind of campaign (a value of Campaign.Kind); none for "other"."""
    return [Proposed(**line) for line in _all().get(kind, [])]
