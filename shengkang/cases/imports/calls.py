"""Calls from the 110 feed as Excel: the same number is the same call; what the feed corrects later is corrected here."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shengkang.audit import services as audit
from shengkang.cases.imports import reading
from shengkang.cases.models import Call, PoliceClass
from shengkang.errors import RuleViolation
from shengkang.organization.bulk import copy_rows, draw_ids, span_of, update_rows
from shengkang.organization.selectors import day_of, start_of
from shengkang.organization.sheets import cells, nails
from shengkang.organization.sheets.nails import Column, Scene, Sheet
from shengkang.organization.sheets.places import village_column
from shengkang.organization.sheets.plan import CHANGED, NEW, Plan, Row

FIELDS = ("received_at", "police_class", "village", "place", "text", "phone")
ATTRIBUTES = ("received_at", "police_class_id", "village_id", "place", "text", "phone")


class _Told(Column):
    """A moment in the picture of what will change: with its time of day."""

    def words(self, value: Any) -> str:
        return reading.shown(value).isoformat(" ", "minutes") if isinstance(value, datetime) else super().words(value)


def _plan(plan: Plan, rows: list[Row], scene: Scene) -> None:
    classes = reading.Classes(PoliceClass)
    numbers = [row["no"] for row in rows]
    mine = Call.objects.filter(station=scene.station, no__in=numbers).select_related("police_class", "village")
    known = {call.no: call for call in mine}
    # A call whoever sends the file may not see stays as it is, and the file does not tell him that it is there.
    seen = set(Call.objects.visible_to(scene.by).filter(pk__in=[call.pk for call in known.values()]).values_list("pk", flat=True))
    for row in rows:
        if not _understand(plan, row, classes, scene) or plan.twice(row, row["no"], "no"):
            continue
        call = known.get(row["no"])
        if call is None:
            plan.add(row, row["no"])
        else:
            fields = FIELDS if call.pk in seen else ()
            plan.compare(row, row["no"], {name: getattr(call, name) for name in fields}, call)


def _understand(plan: Plan, row: Row, classes: reading.Classes, scene: Scene) -> bool:
    """Put the class and the village themselves into the row; False where one was refused."""
    key = "police_class"
    try:
        row.cells["police_class"] = classes.find(row["police_class"])
        key = "village"
        if row["village"] is not None:
            row.cells["village"] = scene.village(row["village"])
    except RuleViolation as refusal:
        plan.refuse(row.number, key, refusal)
        return False
    if row["received_at"] > scene.at:
        plan.refuse(row.number, "received_at", _("This moment lies ahead. Compare it with the feed."))
        return False
    return True


def _stored(values: dict[str, Any]) -> list[Any]:
    things = {name: values.get(name) for name in FIELDS}
    return [
        things["received_at"],
        things["police_class"].pk,
        things["village"] and things["village"].pk,
        things["place"] or "",
        things["text"] or "",
        things["phone"] or "",
    ]


def _write(plan: Plan, scene: Scene) -> dict[str, Any]:
    new, changed = plan.of_kind(NEW), plan.of_kind(CHANGED)
    ids = draw_ids(Call, len(new))
    copy_rows(
        Call,
        ["id", "station_id", "no", *ATTRIBUTES],
        (
            (pk, scene.station.pk, line.row["no"], *_stored(line.row.cells))
            for pk, line in zip(ids, new, strict=True)
        ),
    )  # fmt: skip
    update_rows(
        Call,
        ATTRIBUTES,
        [
            (line.about.pk, *_stored({name: getattr(line.about, name) for name in FIELDS} | line.fresh))
            for line in changed
        ],
    )  # fmt: skip
    detail = {"new": span_of(ids), "fields": {str(line.about.pk): sorted(line.fresh) for line in changed}}
    audit.note_deed(verb="import_call", about=scene.station, by=scene.by, at=scene.at, detail=detail)
    return {}


def _rows(scene: Scene):
    """This year's and last year's calls, which is what a comparison with the year before needs; none about a protected matter."""
    since = start_of(date(day_of(scene.at).year - 1, 1, 1))
    calls = Call.objects.visible_to(scene.by).counted().filter(received_at__gte=since)
    for call in calls.select_related("police_class").iterator(2_000):
        yield {
            "no": call.no,
            "received_at": reading.shown(call.received_at),
            "police_class": call.police_class.name,
            "village": scene.units.get(call.village_id),
            "place": call.place,
            "text": call.text,
            "phone": call.phone,
        }


nails.hang(
    Sheet(
        key="calls",
        title=gettext_lazy("110 calls"),
        columns=(
            Column("no", gettext_lazy("number of the call"), cells.code(40), required=True, as_text=True, width=24),
            _Told("received_at", gettext_lazy("received at"), reading.moment, required=True, width=20,
                  help=gettext_lazy("Day and time, like 2024-5-1 13:05.")),
            Column("police_class", gettext_lazy("police class"), reading.words, required=True, width=18,
                   help=gettext_lazy("Name or code, as in the list of police classes.")),
            village_column(required=False),
            Column("place", gettext_lazy("place"), cells.text(120), width=24),
            Column("text", gettext_lazy("what was said"), cells.text(1000), width=50),
            Column("phone", pgettext_lazy("caller", "telephone"), cells.phone, as_text=True, width=16),
        ),
        identity=gettext_lazy("the number of the call"),
        cell=("call", "create"),
        plan=_plan,
        write=_write,
        rows=_rows,
        order=30,
    )
)  # fmt: skip
