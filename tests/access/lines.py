"""`urls.csv`: which line of the access matrix each URL answers to, and whether the file and the resolver name the same URLs."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.urls import URLResolver, get_resolver

FILE = Path(__file__).parent / "urls.csv"
METHODS = ("GET", "POST")
KINDS = {
    "public",  # anybody, logged in or not
    "door",  # leads on to the log-in, or nowhere
    "any",  # whoever is logged in
    "desk",  # whoever works at the desk; may be empty for him
    "matrix",  # as the cell of the matrix says
    "roleless",  # as the cell says, and open to somebody whose last role was taken
    "never",  # nobody: seen things answer 403, unseen ones 404
    "none",  # the URL does not know this method (405), or serves nothing
}


@dataclass(frozen=True)
class Line:
    """One URL and method.

    `cells`: the cells of the matrix that each allow it. `seen_by`: the cell that says who sees the thing or the page at all; the
    same as `cells` where it is empty. `thing`: the builder (things.py) that gives the URL's argument, empty for lists.
    """

    name: str
    method: str
    kind: str
    cells: tuple[tuple[str, str], ...]
    seen_by: tuple[tuple[str, str], ...]
    thing: str


def _cells(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(tuple(cell.split(".")) for cell in text.split("|")) if text else ()


@cache
def lines() -> tuple[Line, ...]:
    with FILE.open(encoding="utf-8", newline="") as rows:
        return tuple(
            Line(row["name"], row["method"], row["kind"], _cells(row["cell"]), _cells(row["seen_by"]), row["thing"])
            for row in csv.DictReader(rows)
        )


def by_name() -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines():
        found.setdefault(line.name, []).append(line)
    return found


def _walk(resolver, space="", route="/"):
    for pattern in resolver.url_patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, space + (f"{pattern.namespace}:" if pattern.namespace else ""), here)
        elif pattern.name:
            yield space + pattern.name
        elif not space:
            yield here


def known_to_the_resolver() -> set[str]:
    """Every name with its namespaces; unnamed doors of our own by their route.

    Left out are the two kinds of doors that Django's admin opens without a name: the redirect of an old address to the change page,
    and the catch-all behind all of them. Both lead to named doors or nowhere.
    """
    return set(_walk(get_resolver()))
