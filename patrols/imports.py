"""Volunteers as Excel: one application a row, as they were written on paper; recommendation, review and approval follow as always."""

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from patrols import services
from patrols.models import Volunteer
from patrols.services.vetting import OLDEST, YOUNGEST
from shengkang.organization.models import Person
from shengkang.organization.sealed import blind_index
from shengkang.organization.selectors import day_of
from shengkang.organization.services import register_person
from shengkang.organization.sheets import cells, nails
from shengkang.organization.sheets.nails import Column, Scene, Sheet
from shengkang.organization.sheets.places import place_of, title_of, village_column
from shengkang.organization.sheets.plan import NEW, Plan, Row


class _People:
    """The station's people as a list of applicants names them: by ID number, else by name and telephone, else by name and village."""

    def __init__(self, scene: Scene):
        self.by_index: dict[str, Person] = {}
        self.by_name: dict[str, list[Person]] = defaultdict(list)
        for person in Person.objects.filter(station=scene.station).defer("id_number_sealed"):
            self.by_name[person.name].append(person)
            if person.id_number_index:
                self.by_index[person.id_number_index] = person

    def find(self, row: Row, village) -> list[Person]:
        """Those a row may mean; empty for somebody the station does not know."""
        index = blind_index(row["id_number"]) if row["id_number"] else ""
        if index in self.by_index:
            return [self.by_index[index]]
        namesakes = [each for each in self.by_name[row["name"]] if not (index and each.id_number_index)]
        if row["phone"]:
            same = [each for each in namesakes if each.phone == row["phone"]]
            return same or [each for each in namesakes if not each.phone and each.village_id == village.pk]
        return [each for each in namesakes if each.village_id == village.pk]


def _born(row: Row, person: Person | None) -> int | None:
    return row["birth_year"] or (int(row["id_number"][6:10]) if row["id_number"] else person and person.birth_year)


def _plan(plan: Plan, rows: list[Row], scene: Scene) -> None:
    people = _People(scene)
    applied = set(Volunteer.objects.filter(station=scene.station).values_list("person", flat=True))
    for row in rows:
        place = place_of(plan, row, scene)
        if place is None:
            continue
        found = people.find(row, place[0])
        if len(found) > 1:
            plan.refuse(
                row.number, "name", _("Several people of this name are known. Fill in the ID number or the telephone number.")
            )
            continue
        person = found[0] if found else None
        identity = (person and person.pk) or row["id_number"] or (place[0].pk, row["name"], row["phone"])
        if plan.twice(row, identity, "name"):
            continue
        title = title_of(place[0], None, row["name"])
        if person and person.pk in applied:
            # What became of the application is read and moved at the desk, not by a file.
            plan.compare(row, title, {})
            continue
        born = _born(row, person)
        if born and not YOUNGEST <= day_of(scene.at).year - born <= OLDEST:
            plan.refuse(
                row.number,
                "birth_year",
                _("Volunteers on patrol are between %(youngest)s and %(oldest)s years old.")
                % {"youngest": YOUNGEST, "oldest": OLDEST},
            )
            continue
        plan.add(row, title, {"village": place[0], "person": person, "born": born})


def _write(plan: Plan, scene: Scene) -> dict[str, Any]:
    who, registered = {"by": scene.by, "at": scene.at}, 0
    for line in plan.of_kind(NEW):
        row, village, person = line.row, line.about["village"], line.about["person"]
        if person is None:
            registered += 1
            person = register_person(
                station=scene.station, village=village, name=row["name"], phone=row["phone"] or "", birth_year=line.about["born"],
                id_number=row["id_number"] or "", **who,
            )  # fmt: skip
        services.apply(person=person, village=village, motive=row["motive"] or "", **who)
    return {"people": registered}


def _rows(scene: Scene):
    for volunteer in (
        Volunteer.objects.filter(station=scene.station).select_related("person", "village").order_by("village__code", "pk")
    ):
        person = volunteer.person
        yield {
            "village": volunteer.village,
            "name": person.name,
            "phone": person.phone,
            "birth_year": person.birth_year,
            "motive": volunteer.motive,
        }


nails.hang(
    Sheet(
        key="volunteers",
        title=gettext_lazy("volunteers"),
        columns=(
            village_column(),
            Column("name", pgettext_lazy("person", "name"), cells.name, required=True),
            Column("phone", gettext_lazy("telephone"), cells.phone, as_text=True, width=16),
            Column("birth_year", gettext_lazy("year of birth"), cells.whole(1900, 2100)),
            Column("id_number", gettext_lazy("ID number"), cells.id_number, as_text=True, secret=True, width=22,
                   help=gettext_lazy("Only where a paper needs it. It is sealed, and no export shows it.")),
            Column("motive", gettext_lazy("why he wants to help"), cells.text(300), width=40),
        ),
        identity=gettext_lazy("the ID number if given, else name and telephone, else name and village"),
        cell=("volunteer_application", "enter_from_paper"),
        plan=_plan,
        write=_write,
        rows=_rows,
        order=50,
        most_rows=1_000,
    )
)  # fmt: skip
