"""Homes and who lives there."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from households.models import Home, Resident
from households.services.refusals import DayRefused, HomeAlreadyRegistered, LivesElsewhere, must_not_lie_ahead
from shengkang.audit import services as audit
from shengkang.organization.models import Address, Person, Station, Unit, User
from shengkang.organization.services import must_be_served


@transaction.atomic
def register_home(
    *, station: Station, village: Unit, door: str, householder: str, by: User, at: datetime, group: Unit | None = None
) -> Home:
    """Add a dwelling at a door of a village; an address known already (a shop front, say) is used again.

    Raises UnitNotServed, HomeAlreadyRegistered.
    """
    must_be_served(station, village)
    address, _created = Address.objects.get_or_create(
        village=village, group=group, door=door.strip(), defaults={"station": station}
    )
    if Home.objects.filter(address=address).exists():
        raise HomeAlreadyRegistered(_("A home is registered at this door already. Search for it by its door number."))
    home = Home.objects.create(station=station, address=address, householder=householder.strip())
    audit.note_deed(verb="register_home", about=home, by=by, at=at)
    return home


@transaction.atomic
def move_in(
    *, home: Home, person: Person, on: date, by: User, at: datetime, need: str = Resident.Need.NONE, works_away: bool = False
) -> Resident:
    """Register a person as living in a home from a day. `need` is a service need, never a label (PIPL art. 6).

    Raises DayRefused, LivesElsewhere.
    """
    must_not_lie_ahead(on, at)
    person = Person.objects.select_for_update().get(pk=person.pk)
    if Resident.objects.living_there().filter(person=person).exists():
        raise LivesElsewhere(_("This person is registered in another home. Register the moving out there first."))
    resident = Resident.objects.create(home=home, person=person, moved_in_on=on, need=need, works_away=works_away)
    audit.note_deed(verb="move_in", about=resident, by=by, at=at)
    return resident


@transaction.atomic
def move_out(*, resident: Resident, on: date, by: User, at: datetime) -> Resident:
    """End a residence on a day; moving out twice is the first moving out. Raises DayRefused."""
    resident = Resident.objects.select_for_update().get(pk=resident.pk)
    if resident.moved_out_on is None:
        must_not_lie_ahead(on, at)
        if on < resident.moved_in_on:
            raise DayRefused(_("Nobody moves out before moving in. Check the day."))
        resident.moved_out_on = on
        resident.save(update_fields=["moved_out_on"])
        audit.note_deed(verb="move_out", about=resident, by=by, at=at)
    return resident
