"""Invented Chinese names: surnames by their frequency, given names by generation."""

import hashlib
import random
import tomllib
from functools import cache
from itertools import accumulate
from pathlib import Path

from shengkang.organization.services import name_key

DATA = Path(__file__).resolve().parent.parent / "data" / "demo_names.toml"


def digest(name: str) -> str:
    """A name as the list of names to keep out holds it: real people are not named even there."""
    return hashlib.sha256(f"kept out of the demo: {name}".encode()).hexdigest()[:20]


@cache
def _lists() -> dict:
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


def kept_out() -> frozenset[str]:
    """Digests of the names of real people that public reports about the station name."""
    return frozenset(_lists()["kept_out"])


@cache
def _surname_key(surname: str) -> str:
    return name_key(surname)


@cache
def _given_key(given: str) -> str:
    return name_key("王" + given).partition(" ")[2]


def key_of(name: str) -> str:
    """`name_key`, remembered for the few thousand given names there are; the demo has no surname of two characters."""
    return f"{_surname_key(name[:1])} {_given_key(name[1:])}"


class Names:
    """Draws names from one source of chance."""

    def __init__(self, chance: random.Random):
        lists = _lists()
        self._chance = chance
        self._surnames = list(lists["surnames"])
        self._weights = list(accumulate(lists["surnames"].values()))
        self._generations = [(each["until"], each) for each in lists["generations"]]
        self._kept_out = kept_out()

    def is_surname(self, text: str) -> bool:
        return text in self._surnames

    def surname(self, at_home: str = "") -> str:
        """A surname; in a village named after a family (`at_home`) often that one."""
        if at_home and self._chance.random() < 0.3:
            return at_home
        return self._chance.choices(self._surnames, cum_weights=self._weights)[0]

    def full(self, surname: str, *, man: bool, born: int) -> str:
        """`surname` with a given name of that generation; never a name that is kept out."""
        lists = next(each for until, each in self._generations if born < until)
        first, second, single = (lists[("man_" if man else "woman_") + part] for part in ("first", "second", "single"))
        while True:
            if self._chance.random() < lists["share_of_single"]:
                given = self._chance.choice(single)
            else:
                one, two = self._chance.choice(first), self._chance.choice(second)
                # 文文 is a pet name, and a surname is not said twice.
                if one in (two, surname):
                    continue
                given = one + two
            if digest(surname + given) not in self._kept_out:
                return surname + given
