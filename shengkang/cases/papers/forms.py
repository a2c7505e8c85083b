"""How each paper looks, read from data/papers.toml: one page of wording for the Word templates and the PDF alike."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data" / "papers.toml"
HOLE = re.compile(r"\{\{ (\w+) \}\}")
TEXT_WIDTH = 156  # millimetres (GB/T 9704)


@dataclass(frozen=True)
class Grid:
    """Rows of label, value, label, value; or of one label and one long value."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Box:
    """A label and room for much text: at least `lines` lines."""

    label: str
    value: str
    lines: int


@dataclass(frozen=True)
class Table:
    """A list of the content with a head: columns of label, key, width in millimetres."""

    title: str
    list: str
    columns: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Sign:
    """Who signs by hand, one after the other."""

    who: tuple[str, ...]


@dataclass(frozen=True)
class Close:
    """The office and the date at the foot."""

    office: str


Part = Grid | Box | Table | Text | Sign | Close


@cache
def _data() -> dict:
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


def by_procedure(wording, procedure: str) -> str:
    """The wording for `procedure` where it differs, otherwise the one for all."""
    return wording if isinstance(wording, str) else wording.get(procedure, wording["other"])


def word(name: str, **holes) -> str:
    """A phrase of the papers, e.g. ``word("owed")``."""
    return _data()["words"][name].format(**holes)


def body(procedure: str, *, village: str, station: str) -> str:
    """The office in whose name the paper is written."""
    return by_procedure(_data()["bodies"], procedure).format(village=village, station=station)


def title(kind: str, procedure: str) -> str:
    return by_procedure(_data()[kind]["title"], procedure)


def hint_of_confirmation(day: str) -> str:
    return _data()["agreement"]["confirmation_hint"].format(day=day)


def texts(kind: str, procedure: str) -> list[str]:
    """The sentences of a paper in their order, as this procedure words them."""
    return [by_procedure(part["text"], procedure) for part in _data()[kind]["parts"] if "text" in part]


def parts(kind: str) -> list[Part]:
    """The form from top to bottom. Sentences are holes `text_1`, `text_2` … that the content fills by procedure."""
    found, sentences = [], 0
    for part in _data()[kind]["parts"]:
        if "grid" in part:
            found.append(Grid(tuple(tuple(row) for row in part["grid"])))
        elif "box" in part:
            found.append(Box(*part["box"]))
        elif "table" in part:
            found.append(Table(part["table"], part["list"], tuple(tuple(column) for column in part["columns"])))
        elif "text" in part:
            sentences += 1
            found.append(Text(f"{{{{ text_{sentences} }}}}"))
        elif "sign" in part:
            found.append(Sign(tuple(part["sign"])))
        else:
            found.append(Close(part["close"]))
    return found


def filled(text: str, content: dict) -> str:
    """`text` with its holes filled; the house's own wording needs no more than that."""
    return HOLE.sub(lambda hole: str(content[hole[1]]), text)
