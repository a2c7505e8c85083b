"""Words for invented disputes: templates of one to three sentences, no two stories the same."""

import re
import tomllib
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data" / "demo_stories.toml"
SLOT = re.compile(r"\{(\w+)\}")


@cache
def phrases() -> dict:
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


def hour_word(hour: float) -> str:
    """What people call the time of day."""
    bounds = ((5, "半夜"), (8, "清早"), (11.5, "上午"), (13.5, "中午"), (17.5, "下午"), (19.5, "傍晚"), (24, "夜里"))
    return next(word for until, word in bounds if hour < until)


class Teller:
    """Tells each story once."""

    def __init__(self, chance):
        self._chance = chance
        self._told: set[str] = set()

    def _fill(self, template: str, slots: dict) -> str:
        while match := SLOT.search(template):
            value = slots[match[1]]
            word = value if isinstance(value, str) else self._chance.choice(value)
            template = template[: match.start()] + word + template[match.end() :]
        return template

    def slots(self, category: str, first: str, second: str, hour: float) -> dict:
        own = phrases()["categories"][category]
        names = {"甲": f"{first[:1]}某", "乙": f"{second[:1]}某", "时": hour_word(hour)}
        if names["甲"] == names["乙"]:
            names = names | {"甲": f"{first[:1]}某甲", "乙": f"{second[:1]}某乙"}
        return phrases()["slots"] | own | names

    def story(self, templates: list[str], slots: dict) -> str:
        """A story nobody told yet; the more are told, the longer it may get."""
        text = self._fill(self._chance.choice(templates), slots)
        if self._chance.random() < 0.6:
            text += self._fill(self._chance.choice(phrases()["slots"]["尾"]), slots)
        while text in self._told:
            text = self._fill(self._chance.choice(templates) + self._chance.choice(phrases()["slots"]["尾"]), slots)
        self._told.add(text)
        return text

    def one(self, templates: list[str], slots: dict | None = None) -> str:
        """Any filled sentence; it may be said again."""
        return self._fill(self._chance.choice(templates), phrases()["slots"] | (slots or {}))
