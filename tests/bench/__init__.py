"""Measurements of `make bench`. A module here with `rows()` is found and asked; each row says what it is measured against.

The baseline of a row is measured in the same run on the same machine, so a slow machine does not look like a slow house.
"""

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """One measurement. ratio > 1: better than the baseline; for times that is baseline ÷ value, for rates value ÷ baseline."""

    name: str
    value: float
    unit: str
    baseline: float
    ratio: float

    @classmethod
    def of_time(cls, name: str, milliseconds: float, baseline: float) -> "Row":
        return cls(name, round(milliseconds, 2), "ms", round(baseline, 2), round(baseline / milliseconds, 2))

    @classmethod
    def of_rate(cls, name: str, each_second: float, baseline: float) -> "Row":
        return cls(name, round(each_second, 1), "1/s", round(baseline, 1), round(each_second / baseline, 2))

    def as_dict(self) -> dict:
        return asdict(self)


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
