"""Cases of an old ledger as Excel: taken over once, by the number they had; and the station's own cases as such a file."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shengkang.cases import services
from shengkang.cases.imports import reading
from shengkang.cases.models import Agreement, Category, DisputeCase, FollowUp, Party, PoliceClass, Referral
from shengkang.cases.moves import Status
from shengkang.cases.services import OldCase
from shengkang.cases.services.taking_over import WAYS
from shengkang.errors import RuleViolation
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of, start_of
from shengkang.organization.sheets import cells, nails
from shengkang.organization.sheets.nails import Column, Scene, Sheet
from shengkang.organization.sheets.places import village_column
from shengkang.organization.sheets.plan import NEW, Plan, Row

C = DisputeCase
STATES = tuple((state, label) for state, label in Status.choices if state in WAYS)
SIDES = ((Party.Side.FIRST, "first"), (Party.Side.SECOND, "second"))
YES_OR_NO = ((True, pgettext_lazy("in a cell", "yes")), (False, pgettext_lazy("in a cell", "no")))
DAYS = ("opened_on", "ended_on", "visited_on")


def _plan(plan: Plan, rows: list[Row], scene: Scene) -> None:
    classes = {"category": reading.Classes(Category), "police_class": reading.Classes(PoliceClass)}
    numbers = [row["ledger_no"] for row in rows]
    mine = DisputeCase.objects.filter(station=scene.station)
    # A file that went out of here names its cases by their own number where they have no other.
    known = set(mine.filter(ledger_no__in=numbers).values_list("ledger_no", flat=True))
    known |= set(mine.filter(no__in=numbers).values_list("no", flat=True))
    mediators = _mediators(scene)
    for row in rows:
        if not _understand(plan, row, classes, scene) or plan.twice(row, row["ledger_no"], "ledger_no"):
            continue
        if row["ledger_no"] in known:
            # What a case has become is moved at the desk, not by a file.
            plan.compare(row, row["ledger_no"], {})
        elif refused := _impossible(row, scene):
            plan.refuse(row.number, *refused)
        else:
            plan.add(row, row["ledger_no"], _old_case(row, mediators))


def _mediators(scene: Scene) -> dict[str, User | None]:
    """The station's accounts by name; None for a name that several have."""
    found: dict[str, User | None] = {}
    for user in User.objects.filter(station=scene.station, is_active=True).order_by("pk"):
        found[user.name] = None if user.name in found else user
    return found


def _understand(plan: Plan, row: Row, classes: dict[str, reading.Classes], scene: Scene) -> bool:
    """Put village and classes themselves into the row; False where one was refused."""
    key = "village"
    try:
        row.cells["village"] = scene.village(row["village"])
        for key, table in classes.items():
            if row[key] is not None:
                row.cells[key] = table.find(row[key])
    except RuleViolation as refusal:
        plan.refuse(row.number, key, refusal)
        return False
    return True


def _impossible(row: Row, scene: Scene) -> tuple[str, str] | None:
    """The column and the sentence where a line tells what cannot have been."""
    today, ended_well = day_of(scene.at), row["status"] in (Status.SETTLED, Status.ARCHIVED)
    if row["police_class"] and row["police_class"].code in PoliceClass.PROTECTED:
        return "police_class", _(
            "A protected matter is not taken over from a file. Register it at the desk, as a protected case."
        )
    if row["status"] not in WAYS:
        return "status", _("Only what has ended is taken over. Register at the desk what is still open.")
    if row["ended_on"] is None:
        return "ended_on", _("This cell must be filled in.")
    for key in DAYS:
        if row[key] is not None and row[key] > today:
            return key, _("This day lies ahead. Enter it on the day itself.")
    if row["ended_on"] < row["opened_on"]:
        return "ended_on", _("It did not end before it began. Compare the two days.")
    if row["visited_on"] is not None and row["visited_on"] < row["ended_on"]:
        return "visited_on", _("Nobody visits before it is settled. Compare the two days.")
    if ended_well and not row["terms"]:
        return "terms", _("What was agreed? Without it a case counts as not settled.")
    names = [row[f"{prefix}_name"] for _side, prefix in SIDES]
    if ended_well and row["mediator"] and row["mediator"] in names:
        return "mediator", _("Nobody mediates his own dispute. Write who stood between the parties.")
    return next(
        (
            (f"{prefix}_phone", _("Whose telephone is this? Fill in the name too."))
            for _side, prefix in SIDES
            if row[f"{prefix}_phone"] and not row[f"{prefix}_name"]
        ),
        None,
    )


def _old_case(row: Row, mediators: dict[str, User | None]) -> OldCase:
    told: dict[str, Any] = {name: row[name] for name in OF_THE_CASE if row[name] is not None}
    mediator = mediators.get(row["mediator"]) if row["mediator"] else None
    return OldCase(
        **told,
        parties=[
            (str(side), row[f"{prefix}_name"], row[f"{prefix}_phone"] or "") for side, prefix in SIDES if row[f"{prefix}_name"]
        ],
        mediator=mediator,
        mediated_by="" if mediator else row["mediator"] or "",
    )


def _write(plan: Plan, scene: Scene) -> dict[str, Any]:
    old = [line.about for line in plan.of_kind(NEW)]
    services.take_over_ledger(station=scene.station, old=old, by=scene.by, at=scene.at)
    return {}


def _rows(scene: Scene) -> Iterator[dict[str, Any]]:
    """The cases opened in this year and the last; protected ones and merged ones are in no file, and minors are not named."""
    since = start_of(day_of(scene.at).replace(year=day_of(scene.at).year - 1, month=1, day=1))
    cases = DisputeCase.objects.visible_to(scene.by).counted().filter(opened_at__gte=since)
    sides = _sides(cases, scene.with_minors)
    terms = {
        case: (words, oral)
        for case, words, oral in Agreement.objects.filter(case__in=cases).order_by("pk").values_list("case", "terms", "oral")
    }
    visits = dict(
        FollowUp.objects.filter(case__in=cases, done_at__isnull=False).order_by("-done_at").values_list("case", "done_at")
    )
    ended = _ended(cases)
    for case in cases.select_related("category", "police_class", "mediator").iterator(2_000):
        agreed, oral = terms.get(case.pk, ("", True))
        yield {
            "ledger_no": case.ledger_no or case.no,
            "village": scene.units.get(case.village_id),
            "category": case.category.name,
            "police_class": case.police_class and case.police_class.name,
            "channel": case.channel,
            "opened_on": day_of(case.opened_at),
            "place": case.place,
            "story": case.story,
            **sides.get(case.pk, {}),
            "status": case.status,
            "ended_on": day_of(ended[case.pk]) if case.pk in ended else None,
            "procedure": case.procedure or None,
            "mediator": case.mediator and case.mediator.name,
            "terms": agreed,
            "written": not oral if agreed else None,
            "grade": case.grade or None,
            "risk": case.risk or None,
            "visited_on": day_of(visits[case.pk]) if case.pk in visits else None,
        }


def _ended(cases) -> dict[int, Any]:
    """When each case came to the state in which it ended."""
    ends = {Status.REFERRED: "refer", Status.TERMINATED: "terminate"}
    steps = cases.filter(status__in=ends).values_list("pk", "status", "steps__move", "steps__at").order_by("steps__no")
    ended = {pk: at for pk, status, move, at in steps if move == ends[status]}
    return ended | dict(cases.filter(settled_at__isnull=False).values_list("pk", "settled_at"))


def _sides(cases, with_minors: bool) -> dict[int, dict[str, str]]:
    """The first of each side of each case."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    parties = Party.objects.filter(case__in=cases).order_by("-pk")
    for case, side, name, phone, minor in parties.values_list("case", "side", "name", "phone", "is_minor"):
        if prefix := dict(SIDES).get(side):
            hidden = minor and not with_minors
            found[case] |= {f"{prefix}_name": _("a minor") if hidden else name, f"{prefix}_phone": "" if hidden else phone}
    return found


def _side_columns(prefix: str, title: Any) -> tuple[Column, Column]:
    return (
        Column(f"{prefix}_name", title[0], cells.name),
        Column(f"{prefix}_phone", title[1], cells.phone, as_text=True, width=16),
    )


def _choice(key: str, header: Any, choices, help_text: Any = "") -> Column:
    return Column(key, header, cells.choice(tuple(choices)), choices=tuple(choices), help=help_text)


_COLUMNS = (
    Column("ledger_no", gettext_lazy("number in the ledger"), cells.code(40), required=True, as_text=True, width=22),
    village_column(),
    Column("category", gettext_lazy("category"), reading.words, required=True, width=18,
           help=gettext_lazy("Name or code, as in the list of categories.")),
    Column("police_class", gettext_lazy("police class"), reading.words, width=18,
           help=gettext_lazy("Name or code, as in the list of police classes.")),
    Column("channel", gettext_lazy("channel"), cells.choice(C.Channel.choices), required=True, choices=tuple(C.Channel.choices), width=16),
    Column("opened_on", gettext_lazy("registered on"), cells.day, required=True),
    Column("place", gettext_lazy("place"), cells.text(120), width=20),
    Column("story", gettext_lazy("what happened"), cells.text(2000), required=True, width=50),
    *_side_columns("first", (gettext_lazy("first party"), gettext_lazy("telephone of the first party"))),
    *_side_columns("second", (gettext_lazy("second party"), gettext_lazy("telephone of the second party"))),
    Column("status", gettext_lazy("state"), cells.choice(Status.choices), required=True, choices=STATES,
           help=gettext_lazy("Only what has ended; what is still open is registered at the desk.")),
    Column("ended_on", gettext_lazy("ended on"), cells.day, help=gettext_lazy("Needed, but for a case that is known here.")),
    _choice("procedure", gettext_lazy("procedure"), C.Procedure.choices, gettext_lazy("Empty: people's mediation.")),
    Column("mediator", gettext_lazy("mediator"), cells.name,
           help=gettext_lazy("Who has no account here is named in the case's steps.")),
    Column("terms", gettext_lazy("what was agreed, or why it ended"), cells.text(4000), width=40,
           help=gettext_lazy("Needed for what was settled.")),
    Column("written", gettext_lazy("written agreement"), cells.yes_no, choices=YES_OR_NO),
    _choice("grade", gettext_lazy("grade"), C.Grade.choices, gettext_lazy("Empty: ordinary.")),
    _choice("risk", gettext_lazy("risk"), C.Risk.choices, gettext_lazy("Empty: yellow.")),
    _choice("office", gettext_lazy("referred to"), Referral.Office.choices),
    Column("visited_on", gettext_lazy("visited on"), cells.day,
           help=gettext_lazy("Empty: a settled case owes a visit in seven days.")),
)  # fmt: skip
OF_THE_CASE = (
    "ledger_no", "village", "category", "police_class", "channel", "opened_on", "place", "story", "status", "ended_on",
    "procedure", "terms", "written", "grade", "risk", "office", "visited_on",
)  # fmt: skip

nails.hang(
    Sheet(
        key="cases",
        title=gettext_lazy("disputes (old ledger)"),
        columns=_COLUMNS,
        identity=gettext_lazy("the number in the ledger"),
        cell=("dispute", "assign"),
        plan=_plan,
        write=_write,
        rows=_rows,
        order=32,
        most_rows=5_000,
    )
)
