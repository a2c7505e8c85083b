"""Homes as Excel: where they are, whose they are, and which head looks after them."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from households import many
from households.models import Assignment, Home, HouseholdHead
from shengkang.organization.selectors import day_of
from shengkang.organization.sheets import cells, nails
from shengkang.organization.sheets.nails import Column, Scene, Sheet
from shengkang.organization.sheets.places import (
    door_column,
    group_column,
    half_a_point,
    key_of,
    place_of,
    point_columns,
    title_of,
    village_column,
)
from shengkang.organization.sheets.plan import CHANGED, NEW, Plan, Row


def _heads_by_phone(scene: Scene) -> dict[str, int]:
    serving = HouseholdHead.objects.active().filter(station=scene.station, active_from__lte=day_of(scene.at))
    return dict(serving.values_list("user__phone", "pk"))


def known_homes(scene: Scene) -> dict[tuple, dict[str, Any]]:
    phones = dict(Assignment.objects.in_force().filter(home__station=scene.station).values_list("home", "head__user__phone"))
    rows = Home.objects.filter(station=scene.station).values_list(
        "address__village", "address__group", "address__door", "pk", "householder", "address__latitude", "address__longitude"
    )
    return {
        (village, group, door): {
            "pk": pk,
            "householder": householder,
            "latitude": latitude,
            "longitude": longitude,
            "head": phones.get(pk, ""),
        }
        for village, group, door, pk, householder, latitude, longitude in rows
    }


def _plan_homes(plan: Plan, rows: list[Row], scene: Scene) -> None:
    known, heads = known_homes(scene), _heads_by_phone(scene)
    for row in rows:
        place = place_of(plan, row, scene)
        if place is None:
            continue
        key = key_of(place, row["door"])
        if plan.twice(row, key, "door"):
            continue
        if half := half_a_point(row["latitude"], row["longitude"]):
            plan.refuse(row.number, *half)
            continue
        if row["head"] is not None and row["head"] not in heads:
            plan.refuse(
                row.number,
                "head",
                _("No head of your station who is serving has this telephone number. Take the heads in first."),
            )
            continue
        title = title_of(*place, row["door"], row["householder"])
        about = {"place": place, "head": heads.get(row["head"])}
        if key in known:
            old = dict(known[key])
            plan.compare(row, title, old, about | {"pk": old.pop("pk")})
        else:
            plan.add(row, title, about)


def _write_homes(plan: Plan, scene: Scene) -> dict[str, Any]:
    who = {"station": scene.station, "by": scene.by, "at": scene.at}
    new, changed = plan.of_kind(NEW), plan.of_kind(CHANGED)
    homes = [
        many.NewHome(*line.about["place"], line.row["door"], line.row["householder"], line.row["latitude"], line.row["longitude"])
        for line in new
    ]
    heads = {}
    if homes:
        ids = many.register_homes(homes=homes, **who)
        heads = {pk: line.about["head"] for pk, line in zip(ids, new, strict=True) if line.about["head"]}
    heads |= {line.about["pk"]: line.about["head"] for line in changed if "head" in line.fresh}
    mended = {line.about["pk"]: {name: value for name, value in line.fresh.items() if name != "head"} for line in changed}
    if mended := {pk: fresh for pk, fresh in mended.items() if fresh}:
        many.mend_homes(changes=mended, **who)
    if heads:
        many.entrust_homes(heads=heads, on=day_of(scene.at), **who)
    return {"entrusted": len(heads)}


def _homes(scene: Scene):
    units = scene.units
    for (village, group, door), home in sorted(known_homes(scene).items(), key=lambda each: _door_after_door(each[0])):
        yield {"village": units[village], "group": units.get(group), "door": door, **home}


def _door_after_door(key: tuple[int, int | None, str]) -> tuple:
    village, group, door = key
    return village, group or 0, len(door), door


nails.hang(
    Sheet(
        key="homes",
        title=pgettext_lazy("Excel", "homes"),
        columns=(
            village_column(),
            group_column(),
            door_column(),
            Column("householder", gettext_lazy("householder"), cells.name, required=True),
            Column("head", gettext_lazy("head's telephone"), cells.phone, as_text=True, width=16,
                   help=gettext_lazy("Who looks after the home from today on, by the number he logs in with.")),
            *point_columns(),
        ),
        identity=gettext_lazy("village, group and door"),
        cell=("household", "create"),
        plan=_plan_homes,
        write=_write_homes,
        rows=_homes,
        order=10,
    )
)  # fmt: skip
