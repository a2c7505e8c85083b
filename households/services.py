"""What happens around the homes: registering them, moving in and out, heads and their terms, and what a head sees and tells."""

from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from households.models import Assignment, Home, HouseholdHead, Resident, Sighting, Visit
from shengkang.attachments import services as attachments
from shengkang.audit import services as audit
from shengkang.cases import services as cases
from shengkang.cases.models import Category, DisputeCase, Party
from shengkang.errors import RuleViolation
from shengkang.organization.access import Role
from shengkang.organization.models import Address, Membership, Person, Station, Unit, User
from shengkang.organization.selectors import day_of
from shengkang.organization.services import UnitNotServed


class HomeAlreadyRegistered(RuleViolation):
    """A home stands at this address already."""


class LivesElsewhere(RuleViolation):
    """The person is still registered in another home."""


class DayRefused(RuleViolation):
    """The day lies ahead, or before something it has to follow."""


class HeadRefused(RuleViolation):
    """The account may not be appointed, or is no head any more."""


class HomeHasAHead(RuleViolation):
    """Another head looks after the home on some of these days."""


class NotYourHome(RuleViolation):
    """The home is not among those entrusted to the one who wants to act there."""


class SightingRefused(RuleViolation):
    """The sighting belongs somewhere else."""


def _must_be_served(station: Station, village: Unit) -> None:
    if not station.covers.filter(pk=village.pk).exists():
        raise UnitNotServed(_("This village is not served by your station. Choose one of its villages."))


def _must_not_lie_ahead(day: date, at: datetime) -> None:
    # Who looks after a home today is read from the open end of an assignment, so nothing is entered ahead of its day.
    if day > day_of(at):
        raise DayRefused(_("This day lies ahead. Enter it on the day itself."))


def _must_be_entrusted(home: Home, by: User) -> None:
    if not Home.objects.visible_to(by).filter(pk=home.pk).exists():
        raise NotYourHome(_("This home is not among those you look after. Ask your officer to check the list of your homes."))


@contextmanager
def _one_head_at_a_time():
    """The database refuses two heads for one home on one day, also when two officers assign at the same moment."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "home_has_one_head_at_a_time" not in str(error):
            raise
        raise HomeHasAHead(
            _("Another head looks after one of these homes in that time. Hand the homes over from that head instead.")
        ) from error


# Homes and who lives there


@transaction.atomic
def register_home(
    *, station: Station, village: Unit, door: str, householder: str, by: User, at: datetime, group: Unit | None = None
) -> Home:
    """Add a dwelling at a door of a village; an address known already (a shop front, say) is used again.

    Raises UnitNotServed, HomeAlreadyRegistered.
    """
    _must_be_served(station, village)
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
    _must_not_lie_ahead(on, at)
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
        _must_not_lie_ahead(on, at)
        if on < resident.moved_in_on:
            raise DayRefused(_("Nobody moves out before moving in. Check the day."))
        resident.moved_out_on = on
        resident.save(update_fields=["moved_out_on"])
        audit.note_deed(verb="move_out", about=resident, by=by, at=at)
    return resident


# Heads and their terms


@transaction.atomic
def appoint_head(*, user: User, village: Unit, from_day: date, by: User, at: datetime) -> HouseholdHead:
    """Make an account a hundred-household head of a village from a day; the role comes with it.

    Someone whose term has ended may be appointed again; the days of the earlier term stay in the audit. Raises HeadRefused,
    UnitNotServed, DayRefused.
    """
    _must_not_lie_ahead(from_day, at)
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if not user.is_active or user.station_id is None:
        raise HeadRefused(_("This account may not log in, or belongs to no station. Mend the account first."))
    _must_be_served(user.station, village)
    head = HouseholdHead.objects.filter(user=user).first()
    detail = {}
    if head is None:
        head = HouseholdHead(station=user.station, user=user)
    elif head.active_to is None:
        raise HeadRefused(_("This person is a head already. End the present term first."))
    elif from_day < head.active_to:
        raise DayRefused(_("The new term must begin after the end of the earlier one."))
    else:
        detail = {"earlier_term": [head.active_from.isoformat(), head.active_to.isoformat()]}
    head.village, head.active_from, head.active_to = village, from_day, None
    head.save()
    Membership.objects.get_or_create(user=user, role=Role.HOUSEHOLD_HEAD, unit=village)
    audit.note_deed(verb="appoint_head", about=head, by=by, at=at, detail=detail)
    return head


@transaction.atomic
def end_term(*, head: HouseholdHead, on: date, by: User, at: datetime) -> HouseholdHead:
    """End a head's term: the role goes, and homes not yet handed over are without a head from that day.

    Raises HeadRefused, DayRefused.
    """
    head = _serving(head, at)
    _must_not_lie_ahead(on, at)
    mine = head.assignments.in_force()
    if on < head.active_from or mine.filter(active_from__gt=on).exists():
        raise DayRefused(_("The term cannot end before it began, nor before homes were assigned in it. Choose a later day."))
    homes = mine.update(active_to=on)
    head.active_to = on
    head.save(update_fields=["active_to"])
    Membership.objects.filter(user=head.user, role=Role.HOUSEHOLD_HEAD).delete()
    audit.note_deed(verb="end_term", about=head, by=by, at=at, detail={"homes_without_head": homes})
    return head


def _serving(head: HouseholdHead, at: datetime) -> HouseholdHead:
    """The head, locked, if the term runs."""
    head = HouseholdHead.objects.select_for_update(of=("self",)).get(pk=head.pk)
    if head.active_to is not None or head.active_from > day_of(at):
        raise HeadRefused(_("The term of this head has ended. Choose a head who is serving."))
    return head


@transaction.atomic
def assign_homes(*, head: HouseholdHead, homes: Iterable[Home], from_day: date, by: User, at: datetime) -> list[Assignment]:
    """Entrust homes to a head from a day on; homes the head has already stay as they are.

    Raises HeadRefused, DayRefused, NotYourHome (a home of another station), HomeHasAHead.
    """
    head = _serving(head, at)
    _must_not_lie_ahead(from_day, at)
    if from_day < head.active_from:
        raise DayRefused(_("Homes cannot be assigned before the head was appointed. Choose a later day."))
    mine = set(head.assignments.in_force().values_list("home_id", flat=True))
    homes = [home for home in homes if home.pk not in mine]
    if any(home.station_id != head.station_id for home in homes):
        raise NotYourHome(_("A head looks after homes of the own station only."))
    with _one_head_at_a_time():
        made = Assignment.objects.bulk_create(Assignment(head=head, home=home, active_from=from_day) for home in homes)
    audit.note_deed(verb="assign_homes", about=head, by=by, at=at, detail={"homes": [home.pk for home in homes]})
    return made


@transaction.atomic
def hand_over_homes(
    *, from_head: HouseholdHead, to_head: HouseholdHead, homes: Iterable[Home], on: date, by: User, at: datetime
) -> list[Assignment]:
    """From the day `on` another head looks after the homes; until the day before it was the earlier one.

    Raises HeadRefused (the receiver does not serve, or is the same), DayRefused, NotYourHome, HomeHasAHead.
    """
    if from_head.pk == to_head.pk:
        raise HeadRefused(_("Choose another head to take the homes over."))
    homes = {home.pk: home for home in homes}
    leaving = list(from_head.assignments.in_force().filter(home__in=homes).select_for_update(of=("self",)))
    if {assignment.home_id for assignment in leaving} != set(homes):
        raise NotYourHome(_("Some of these homes are not looked after by this head now. Reload the list and choose again."))
    if any(on < assignment.active_from for assignment in leaving):
        raise DayRefused(_("Homes cannot be handed over before they were assigned. Choose a later day."))
    for assignment in leaving:
        assignment.active_to = on
        assignment.save(update_fields=["active_to"])
    audit.note_deed(verb="hand_over_homes", about=from_head, by=by, at=at, detail={"to": to_head.pk, "homes": sorted(homes)})
    return assign_homes(head=to_head, homes=homes.values(), from_day=on, by=by, at=at)


# What a head sees and tells


def parties_at(home: Home, other: str = "") -> list[cases.PartyDetails]:
    """The parties a head names from memory: the householder, and the other side if its name is known."""
    first = cases.PartyDetails(side=Party.Side.FIRST, name=home.householder, home=home.address)
    second = cases.PartyDetails(side=Party.Side.SECOND, name=other.strip()) if other.strip() else None
    return [first, second] if second else [first]


@transaction.atomic
def report_quarrel(
    *,
    home: Home,
    category: Category,
    story: str,
    by: User,
    at: datetime,
    parties: Sequence = (),
    photos: Sequence = (),
    protected: bool = False,
) -> Sighting:
    """A head tells of a quarrel at a home: a case is opened at the station, with the photos, and the sighting holds its key.

    `protected`: suspected domestic violence or harm to a child; the case is restricted from the first moment and never mediated
    (反家庭暴力法 art. 14 asks for a report at once). Raises NotYourHome, attachments.services.FileRefused.
    """
    if not Home.objects.looked_after_by(by).filter(pk=home.pk).exists():
        raise NotYourHome(
            _("Only the head who looks after a home reports from there. Ask your officer to check the list of your homes.")
        )
    case = cases.open_case(
        station=home.station,
        village=home.address.village,
        category=category,
        channel=DisputeCase.Channel.HEAD,
        story=story,
        by=by,
        at=at,
        address=home.address,
        parties=parties,
        restricted=protected,
    )
    for photo in photos:
        attachments.attach(owner=case, station=home.station, upload=photo, by=by, at=at)
    return Sighting.objects.create(
        station=home.station,
        village=home.address.village,
        by=by,
        home=home,
        kind=Sighting.Kind.QUARREL,
        text=story,
        case=case,
        at=at,
    )


@transaction.atomic
def report_sighting(
    *, kind: str, text: str, by: User, at: datetime, village: Unit | None = None, home: Home | None = None, photos: Sequence = ()
) -> Sighting:
    """Tell of an unknown stranger or something else, at a home or somewhere in a village.

    Raises SightingRefused (a quarrel opens a case; no place given), NotYourHome, UnitNotServed, attachments.services.FileRefused.
    """
    if kind == Sighting.Kind.QUARREL:
        raise SightingRefused(_("A quarrel opens a case. Use the page for reporting a quarrel."))
    if home is not None:
        _must_be_entrusted(home, by)
        village = home.address.village
    if village is None:
        raise SightingRefused(_("Say in which village it was, or at which home."))
    _must_be_served(by.station, village)
    sighting = Sighting.objects.create(station=by.station, village=village, by=by, home=home, kind=kind, text=text, at=at)
    for photo in photos:
        attachments.attach(owner=sighting, station=by.station, upload=photo, by=by, at=at)
    return sighting


@transaction.atomic
def log_visit(*, home: Home, kind: str, by: User, at: datetime, note: str = "") -> Visit:
    """Write down a call at a home. Raises NotYourHome."""
    _must_be_entrusted(home, by)
    return Visit.objects.create(station=home.station, home=home, by=by, kind=kind, note=note.strip(), at=at)
