"""What the matrix says a face must answer, said once more and independently of the code that answers.

The scopes are those of domain README §8: S own station · A assigned or involved · O own · M own station, masked · G aggregates ·
P only with an approval · - refused. The other station's thing is 404 for everyone; what is not seen is 404; what is seen but refused is 403.
"""

import csv
from functools import cache

from shengkang.organization.access import MATRIX_FILE

OK, LOG_IN, REFUSED, ABSENT = "ok", "log in", "403", "404"
OWN, SAME, OTHER, LIST = "own", "same station", "other station", "list"
DESK = ("station_chief", "officer", "aux_police", "administrator")
# Objects that are aggregates by themselves: scope G reaches them as a whole.
AGGREGATES = {"briefing", "figures", "publication", "statistics", "export_aggregate", "healthz"}


@cache
def cells() -> dict[tuple[str, str], dict[str, str]]:
    with MATRIX_FILE.open(encoding="utf-8", newline="") as rows:
        return {(row["object"], row["action"]): row for row in csv.DictReader(rows)}


def letters(role: str, wanted) -> set[str]:
    """The scopes that any of the cells `wanted` gives to `role`; a role nobody holds has none."""
    return {cells()[cell].get(role, "-") for cell in wanted} - {"-"}


def _reaches(scopes: set[str], ownership: str, aggregate: bool) -> set[str]:
    """What these scopes alone let a role get of a thing: OK, or ABSENT."""
    if ownership == OTHER:
        return {ABSENT}
    if "S" in scopes:
        return {OK}
    if scopes & {"A", "O"} and ownership in (OWN, LIST):
        return {OK}
    if "G" in scopes and (ownership == LIST or (aggregate and ownership == OWN)):
        return {OK}
    if "M" in scopes:
        # Own station, masked: the list is there; a single thing may be shown masked or not at all. The canaries look at the masks.
        return {OK} if ownership == LIST else {OK, ABSENT}
    return {ABSENT}


def expected(line, role: str, ownership: str) -> set[str]:
    """The answers the law allows: OK, LOG_IN, REFUSED (403), ABSENT (404)."""
    if line.kind == "public":
        return {OK}
    if line.kind == "door":
        return {OK, LOG_IN, ABSENT, "405"}
    if role == "anonymous":
        if line.kind == "matrix" and letters(role, line.cells):
            return {OK}
        return {LOG_IN, "405"} if line.kind == "none" else {LOG_IN}
    if line.name.startswith("admin:") and role not in DESK:
        return {ABSENT}
    if line.kind == "any":
        return {OK}
    if line.kind == "roleless" and role == "nobody":
        return {OK}
    if line.kind == "desk":
        return {OK, ABSENT}
    if line.kind == "none":
        return {"405", REFUSED, ABSENT}
    aggregate = line.cells[:1] != () and line.cells[0][0] in AGGREGATES
    seen = _reaches(letters(role, line.seen_by or line.cells), ownership, aggregate)
    if ownership == LIST and _reaches(letters(role, line.cells), LIST, aggregate) == {OK} and line.kind in ("matrix", "roleless"):
        return {OK}
    if seen == {ABSENT}:
        return seen
    if line.kind == "never":
        return {REFUSED, "405"} | (seen - {OK})
    held = letters(role, line.cells)
    done = _reaches(held, ownership, aggregate)
    refused = {REFUSED} if ABSENT in done else set()
    return (done & {OK}) | refused | (seen - {OK})
