"""What of the posts may come and go as Excel: posts, member units, alarm points, and the inventory of cameras."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from posts.models import AlarmPoint, Camera, MemberUnit, SecurityPost
from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization.bulk import copy_rows, draw_ids, span_of, update_rows
from shengkang.organization.selectors import day_of
from shengkang.organization.sheets import cells, nails
from shengkang.organization.sheets.nails import Column, Scene, Sheet
from shengkang.organization.sheets.places import half_a_point, point_columns, village_column
from shengkang.organization.sheets.plan import CHANGED, NEW, Plan, Row

Refused = tuple[str, Any] | None
# Which column cannot be, and why; the values are those after the import.
Check = Callable[[dict[str, Any], Scene], Refused]


@dataclass(frozen=True)
class Inventory:
    """Things of the station that are known by their name or code; columns are called like their fields.

    check: what the database would refuse, said by column. in_use: the rows an export holds.
    """

    model: type[models.Model]
    identity: str
    fields: tuple[str, ...]
    check: Check
    in_use: models.Q

    def plan(self, plan: Plan, rows: list[Row], scene: Scene) -> None:
        mine = self.model.objects.filter(station=scene.station)
        related = [name for name in ("village", "post") if name in self.fields]
        known = {getattr(thing, self.identity): thing for thing in mine.select_related(*related)}
        posts = {post.name: post for post in SecurityPost.objects.filter(station=scene.station).active()}
        for row in rows:
            if not self._find_places(plan, row, scene, posts) or plan.twice(row, row[self.identity], self.identity):
                continue
            thing = known.get(row[self.identity])
            old = {name: getattr(thing, name) for name in self.fields} if thing else {}
            told = {name: row[name] for name in self.fields if row[name] is not None}
            if refused := self.check(dict.fromkeys(self.fields) | old | told, scene):
                plan.refuse(row.number, *refused)
            elif thing:
                plan.compare(row, row[self.identity], old, thing)
            else:
                plan.add(row, row[self.identity])

    def _find_places(self, plan: Plan, row: Row, scene: Scene, posts: dict[str, SecurityPost]) -> bool:
        """Put the village and the post themselves into the row; False where one is not there."""
        if row["village"] is not None:
            try:
                row.cells["village"] = scene.village(row["village"])
            except RuleViolation as refusal:
                plan.refuse(row.number, "village", refusal)
                return False
        if row["post"] is not None:
            if row["post"] not in posts:
                plan.refuse(row.number, "post", _("No post of this name is in service. Take the posts in first."))
                return False
            row.cells["post"] = posts[row["post"]]
        return True

    def _stored(self, name: str, value: Any) -> Any:
        field = self.model._meta.get_field(name)
        if value is None:
            return None if field.null else field.get_default()
        return value.pk if field.is_relation else value

    def write(self, plan: Plan, scene: Scene) -> dict[str, Any]:
        """The inventory as sets: no service moves such things, their fields are what the desk would type in."""
        names = [self.model._meta.get_field(name).attname for name in self.fields]
        new, changed = plan.of_kind(NEW), plan.of_kind(CHANGED)
        ids = draw_ids(self.model, len(new))
        copy_rows(
            self.model,
            ["id", "station_id", *names],
            (
                (pk, scene.station.pk, *(self._stored(name, line.row[name]) for name in self.fields))
                for pk, line in zip(ids, new, strict=True)
            ),
        )
        update_rows(
            self.model,
            names,
            [
                (line.about.pk, *(self._stored(name, line.fresh.get(name, getattr(line.about, name))) for name in self.fields))
                for line in changed
            ],
        )
        detail = {"new": span_of(ids), "fields": {str(line.about.pk): sorted(line.fresh) for line in changed}}
        verb = f"import_{self.model._meta.model_name}"
        audit.note_deed(verb=verb, about=scene.station, by=scene.by, at=scene.at, detail=detail)
        return {}

    def rows(self, scene: Scene) -> Iterator[dict[str, Any]]:
        related = [name for name in ("village", "post") if name in self.fields]
        for thing in self.model.objects.filter(self.in_use, station=scene.station).select_related(*related):
            yield {name: getattr(thing, name) for name in self.fields}


def _point(values: dict[str, Any], scene: Scene) -> Refused:
    return half_a_point(values["latitude"], values["longitude"])


def _post(values: dict[str, Any], scene: Scene) -> Refused:
    if values["active_from"] > day_of(scene.at):
        return "active_from", _("This day lies ahead. Enter it on the day itself.")
    return _point(values, scene)


def _alarm_point(values: dict[str, Any], scene: Scene) -> Refused:
    fixed = values["kind"] == AlarmPoint.Kind.FIXED
    if fixed and not values["village"]:
        return "village", _("A fixed alarm point stands in a village. Fill in which.")
    if fixed and not values["place"]:
        return "place", _("A fixed alarm point stands somewhere. Fill in where.")
    if not fixed and values["latitude"] is not None:
        return "latitude", _("A mobile alarm point has no fixed position. Leave latitude and longitude empty.")
    return _point(values, scene)


def _camera(values: dict[str, Any], scene: Scene) -> Refused:
    if values["checked_on"] and values["checked_on"] > day_of(scene.at):
        return "checked_on", _("This day lies ahead. Enter it on the day itself.")
    if values["installed_on"] and values["installed_on"] > day_of(scene.at):
        return "installed_on", _("This day lies ahead. Enter it on the day itself.")
    if values["retired_on"] and values["state"] != Camera.State.REMOVED:
        return "retired_on", _("Only a removed camera has this day. A camera that stands again is marked so at the desk.")
    if values["retired_on"] and values["installed_on"] and values["retired_on"] < values["installed_on"]:
        return "retired_on", _("The camera was not removed before it was installed. Compare the two days.")
    return _point(values, scene)


def _anything(values: dict[str, Any], scene: Scene) -> Refused:
    return None


def _hang(inventory: Inventory, *, key: str, columns: tuple[Column, ...], **fields) -> None:
    own = {"plan": inventory.plan, "write": inventory.write, "rows": inventory.rows}
    nails.hang(Sheet(key=key, title=inventory.model._meta.verbose_name_plural, columns=columns, **own, **fields))


def _kind(choices) -> Column:
    return Column("kind", gettext_lazy("kind"), cells.choice(choices), required=True, choices=tuple(choices))


def _place(required: bool) -> Column:
    return Column("place", gettext_lazy("place"), cells.text(120), required=required, width=30)


def _phone() -> Column:
    return Column("phone", gettext_lazy("telephone"), cells.phone, as_text=True, width=16)


def _of_post() -> Column:
    return Column(
        "post", gettext_lazy("security post"), cells.text(60), help=gettext_lazy("The name of a post in service."), width=20
    )


_hang(
    Inventory(
        SecurityPost,
        "name",
        ("village", "name", "kind", "place", "latitude", "longitude", "radius", "gear", "phone", "active_from"),
        _post,
        models.Q(active_to__isnull=True),
    ),
    key="posts",
    columns=(
        village_column(),
        Column("name", pgettext_lazy("post", "name"), cells.text(60), required=True, width=24),
        _kind(SecurityPost.Kind.choices),
        _place(required=True),
        *point_columns(),
        Column("radius", gettext_lazy("radius in metres"), cells.whole(20, 2000), help=gettext_lazy("Empty: 100 metres.")),
        Column("gear", gettext_lazy("gear"), cells.text(200), help=gettext_lazy("shields, sticks, police light …"), width=24),
        _phone(),
        Column("active_from", gettext_lazy("in service from"), cells.day, required=True),
    ),
    identity=gettext_lazy("the name of the post"),
    cell=("security_post", "update"),
    personal=False,
    order=40,
    most_rows=1_000,
)
_hang(
    Inventory(
        MemberUnit,
        "name",
        ("village", "name", "kind", "post", "place", "contact", "phone"),
        _anything,
        models.Q(left_on__isnull=True),
    ),
    key="units",
    columns=(
        village_column(),
        Column("name", pgettext_lazy("member unit", "name"), cells.text(80), required=True, width=30),
        _kind(SecurityPost.Kind.choices),
        _of_post(),
        _place(required=False),
        Column("contact", gettext_lazy("contact"), cells.name),
        _phone(),
    ),
    identity=gettext_lazy("the name of the unit"),
    cell=("member_unit", "update"),
    order=42,
    most_rows=2_000,
)
_hang(
    Inventory(
        AlarmPoint,
        "name",
        ("name", "kind", "village", "post", "place", "latitude", "longitude"),
        _alarm_point,
        models.Q(retired_on__isnull=True),
    ),
    key="alarm-points",
    columns=(
        Column("name", pgettext_lazy("alarm point", "name"), cells.text(60), required=True, width=24),
        _kind(AlarmPoint.Kind.choices),
        village_column(required=False),
        _of_post(),
        _place(required=False),
        *point_columns(),
    ),
    identity=gettext_lazy("the name of the alarm point"),
    cell=("alarm_point", "update"),
    personal=False,
    order=44,
    most_rows=2_000,
)
_hang(
    Inventory(
        Camera,
        "code",
        ("code", "village", "place", "looks_at", "latitude", "longitude", "state", "checked_on", "installed_on", "retired_on"),
        _camera,
        ~models.Q(state=Camera.State.REMOVED),
    ),
    key="cameras",
    columns=(
        Column("code", gettext_lazy("camera code"), cells.code(20), required=True, as_text=True, width=24),
        village_column(),
        _place(required=True),
        Column("looks_at", gettext_lazy("looks at"), cells.text(60), width=20),
        *point_columns(),
        Column(
            "state", pgettext_lazy("camera", "state"), cells.choice(Camera.State.choices), choices=tuple(Camera.State.choices)
        ),
        Column("checked_on", gettext_lazy("last checked on"), cells.day),
        Column("installed_on", gettext_lazy("installed on"), cells.day),
        Column("retired_on", gettext_lazy("retired on"), cells.day),
    ),
    identity=gettext_lazy("the code of the camera"),
    cell=("camera", "update"),
    personal=False,
    order=46,
)
