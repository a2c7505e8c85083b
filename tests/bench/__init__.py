"""Measurements of `make bench`. A module here with `rows()` is found and asked for its rows: `{name, value, unit, baseline, ratio}`.

The baseline of a row is measured in the same run on the same machine, so a slow machine does not look like a slow house.
"""

import math
import time
from collections.abc import Callable


def of_time(name: str, milliseconds: float, baseline: float) -> dict:
    """A row that is better when it is shorter. ratio > 1: better than the baseline."""
    return {
        "name": name,
        "value": round(milliseconds, 2),
        "unit": "ms",
        "baseline": round(baseline, 2),
        "ratio": round(baseline / milliseconds, 2),
    }


def times(call: Callable[[], object], *, rounds: int = 40, warm: int = 3) -> list[float]:
    """Milliseconds of each of `rounds` calls, after a few that do not count."""
    for _round in range(warm):
        call()
    taken = []
    for _round in range(rounds):
        begun = time.perf_counter()
        call()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def p95(taken: list[float]) -> float:
    """The time that 95 of 100 calls stay within."""
    return sorted(taken)[math.ceil(len(taken) * 0.95) - 1]
