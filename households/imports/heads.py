"""Hundred-household heads as Excel: an account where there is none, and an appointment."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from households import services
from households.models import HouseholdHead
from shengkang.organization import services as organization
from shengkang.organization.access import Role
from shengkang.organization.models import Person, Unit, User
from shengkang.organization.selectors import day_of
from shengkang.organization.sheets import cells, nails
from shengkang.organization.sheets.nails import Column, Scene, Sheet
from shengkang.organization.sheets.places import place_of, title_of, village_column
from shengkang.organization.sheets.plan import NEW, Plan, Row


def _plan_heads(plan: Plan, rows: list[Row], scene: Scene) -> None:
    accounts = {user.phone: user for user in User.objects.filter(phone__in=[row["phone"] for row in rows])}
    heads = {head.user_id: head for head in HouseholdHead.objects.filter(station=scene.station).select_related("village")}
    for row in rows:
        place = place_of(plan, row, scene)
        if place is None or plan.twice(row, row["phone"], "phone"):
            continue
        account = accounts.get(row["phone"])
        if refusal := _refused(account, row, heads.get(account and account.pk), place[0], scene):
            plan.refuse(row.number, *refusal)
            continue
        title = title_of(place[0], None, row["name"])
        head = heads.get(account and account.pk)
        if head is None or head.active_to is not None:
            plan.add(row, title, {"village": place[0], "account": account})
        else:
            plan.compare(row, title, {"name": account.name, "from_day": head.active_from}, None)


def _refused(account: User | None, row: Row, head: HouseholdHead | None, village: Unit, scene: Scene) -> tuple[str, str] | None:
    """The column and the sentence, where a head may not be appointed like this."""
    if row["from_day"] > day_of(scene.at):
        return "from_day", _("This day lies ahead. Enter it on the day itself.")
    if account is None:
        return None
    if account.station_id != scene.station.pk or not account.is_active:
        return "phone", _("This account may not log in, or belongs to no station. Mend the account first.")
    if account.name != row["name"]:
        return "name", _("Somebody else logs in with this telephone number. Compare both.")
    if head is None:
        return None
    if head.active_to is not None and row["from_day"] < head.active_to:
        return "from_day", _("The new term must begin after the end of the earlier one.")
    if head.active_to is None and (head.village_id, head.active_from) != (village.pk, row["from_day"]):
        return "village", _("This head serves already, elsewhere or since another day. End that term at the desk first.")
    return None


def _person(row: Row, village: Unit, scene: Scene) -> Person:
    """The person behind a new account, so that points and thanks reach him: known by name and telephone, else registered."""
    known = Person.objects.filter(station=scene.station, name=row["name"], phone=row["phone"], user__isnull=True)
    return known.order_by("pk").first() or organization.register_person(
        station=scene.station, village=village, name=row["name"], phone=row["phone"], by=scene.by, at=scene.at
    )


def _write_heads(plan: Plan, scene: Scene) -> dict[str, Any]:
    """Accounts come without a password: the first log-in is by a printed card, or a chief sets one."""
    opened = 0
    for line in plan.of_kind(NEW):
        village, user = line.about["village"], line.about["account"]
        if user is None:
            opened += 1
            user = organization.open_account(
                station=scene.station, role=Role.HOUSEHOLD_HEAD, unit=village, name=line.row["name"], phone=line.row["phone"],
                password=None, person=_person(line.row, village, scene), by=scene.by, at=scene.at,
            )  # fmt: skip
        services.appoint_head(user=user, village=village, from_day=line.row["from_day"], by=scene.by, at=scene.at)
    return {"accounts": opened}


def _heads(scene: Scene):
    serving = HouseholdHead.objects.active().filter(station=scene.station).select_related("user", "village")
    for head in serving.order_by("village__code", "pk"):
        yield {"village": head.village, "name": head.user.name, "phone": head.user.phone, "from_day": head.active_from}


nails.hang(
    Sheet(
        key="heads",
        title=gettext_lazy("hundred-household heads"),
        columns=(
            village_column(),
            Column("name", pgettext_lazy("person", "name"), cells.name, required=True),
            Column("phone", gettext_lazy("telephone"), cells.phone, required=True, as_text=True, width=16,
                   help=gettext_lazy("The number the head logs in with; an account is opened where there is none.")),
            Column("from_day", gettext_lazy("appointed on"), cells.day, required=True),
        ),
        identity=gettext_lazy("the telephone number"),
        cell=("head", "appoint"),
        plan=_plan_heads,
        write=_write_heads,
        rows=_heads,
        order=30,
        most_rows=1_000,
    )
)  # fmt: skip
