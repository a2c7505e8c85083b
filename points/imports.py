"""What of the points supermarkets may come and go as Excel: the goods and what they cost."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from points import services
from points.models import Item, Price
from shengkang.audit import services as audit
from shengkang.organization.selectors import day_of
from shengkang.organization.sheets import cells, nails
from shengkang.organization.sheets.nails import Column, Scene, Sheet
from shengkang.organization.sheets.plan import CHANGED, NEW, Plan, Row


def _known(scene: Scene) -> dict[str, dict[str, Any]]:
    """Goods by name, with the price of today or, where there is none yet, the one that comes next."""
    today = day_of(scene.at)
    prices = Price.objects.filter(item__station=scene.station).exclude(active_to__lte=today).order_by("-active_from")
    points = dict(prices.values_list("item", "points"))
    return {
        item.name: {"item": item, "measure": item.measure, "is_offered": item.is_offered, "points": points.get(item.pk)}
        for item in Item.objects.filter(station=scene.station).order_by("pk")
    }


def _plan(plan: Plan, rows: list[Row], scene: Scene) -> None:
    known = _known(scene)
    for row in rows:
        if plan.twice(row, row["name"], "name"):
            continue
        if row["name"] in known:
            old = dict(known[row["name"]])
            plan.compare(row, row["name"], old, old.pop("item"))
        elif row["points"] is None:
            plan.refuse(row.number, "points", _("New goods need a price. Fill in what one piece costs in points."))
        else:
            plan.add(row, row["name"])


def _write(plan: Plan, scene: Scene) -> dict[str, Any]:
    by, at, today = scene.by, scene.at, day_of(scene.at)
    for line in plan.of_kind(NEW):
        offered = line.row["is_offered"] is not False
        item = Item.objects.create(station=scene.station, name=line.row["name"], measure=line.row["measure"], is_offered=offered)
        audit.note_deed(verb="add_to_catalogue", about=item, by=by, at=at)
        services.set_price(item=item, points=line.row["points"], from_day=today, by=by, at=at)
    for line in plan.of_kind(CHANGED):
        item, fresh = line.about, dict(line.fresh)
        points = fresh.pop("points", None)
        if fresh:
            for name, value in fresh.items():
                setattr(item, name, value)
            item.save(update_fields=list(fresh))
            audit.note_deed(verb="change_catalogue", about=item, by=by, at=at, detail={"fields": sorted(fresh)})
        if points is not None:
            services.set_price(item=item, points=points, from_day=today, by=by, at=at)
    return {}


def _rows(scene: Scene):
    for name, each in _known(scene).items():
        yield {"name": name, **each}


YES_NO = ((True, pgettext_lazy("in a cell", "yes")), (False, pgettext_lazy("in a cell", "no")))

nails.hang(
    Sheet(
        key="items",
        title=pgettext_lazy("plural", "goods"),
        columns=(
            Column("name", pgettext_lazy("goods", "name"), cells.text(60), required=True, width=24),
            Column("measure", gettext_lazy("sold by"), cells.text(10), required=True, help=gettext_lazy("bag, bottle, box …")),
            Column("points", gettext_lazy("points"), cells.whole(1, 100_000),
                   help=gettext_lazy("What one piece costs from today on.")),
            Column("is_offered", gettext_lazy("is offered"), cells.yes_no, choices=YES_NO),
        ),
        identity=gettext_lazy("the name of the goods"),
        cell=("catalogue", "update"),
        plan=_plan,
        write=_write,
        rows=_rows,
        personal=False,
        order=60,
        most_rows=2_000,
    )
)  # fmt: skip
