"""Where a row is: the columns of village, group and door, and what they mean."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shengkang.errors import RuleViolation
from shengkang.organization.models import Unit
from shengkang.organization.sheets import cells
from shengkang.organization.sheets.nails import Column, Scene
from shengkang.organization.sheets.plan import Plan, Row


def village_column(required: bool = True) -> Column:
    return Column("village", gettext_lazy("village or community"), cells.name, required=required, width=16)


def group_column() -> Column:
    return Column(
        "group", gettext_lazy("villagers' group"), cells.text(20), help=gettext_lazy("Empty where doors are counted by village.")
    )


def door_column() -> Column:
    return Column("door", gettext_lazy("door"), cells.door, required=True)


def point_columns() -> tuple[Column, Column]:
    help_text = gettext_lazy("WGS 84, in degrees.")
    return (
        Column("latitude", gettext_lazy("latitude"), cells.decimal(-90, 90), help=help_text),
        Column("longitude", gettext_lazy("longitude"), cells.decimal(-180, 180), help=help_text),
    )


def half_a_point(latitude: float | None, longitude: float | None) -> tuple[str, str] | None:
    """The column and the sentence where only one of the two is filled in."""
    if (latitude is None) == (longitude is None):
        return None
    return "latitude", _("Latitude and longitude belong together: fill in both or none.")


def place_of(plan: Plan, row: Row, scene: Scene) -> tuple[Unit, Unit | None] | None:
    """Village and group of a row; None when one of them was refused."""
    key = "village"
    try:
        village = scene.village(row["village"])
        key = "group"
        return village, scene.group(village, row["group"] or "")
    except RuleViolation as refusal:
        plan.refuse(row.number, key, refusal)
        return None


def title_of(village: Unit, group: Unit | None, *more: str) -> str:
    return " ".join([f"{village}{group or ''}", *more])


def key_of(place: tuple[Unit, Unit | None], door: str) -> tuple[int, int | None, str]:
    return place[0].pk, place[1] and place[1].pk, door
