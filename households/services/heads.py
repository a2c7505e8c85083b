"""Heads, their terms, and which homes are theirs from which day."""

from collections.abc import Iterable
from contextlib import contextmanager
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from households.models import Assignment, Home, HouseholdHead
from households.services.refusals import (
    DayRefused,
    HeadRefused,
    HomeHasAHead,
    NotYourHome,
    must_be_served,
    must_not_lie_ahead,
)
from shengkang.audit import services as audit
from shengkang.organization.access import Role
from shengkang.organization.models import Membership, Unit, User
from shengkang.organization.selectors import day_of


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


@transaction.atomic
def appoint_head(*, user: User, village: Unit, from_day: date, by: User, at: datetime) -> HouseholdHead:
    """Make an account a hundred-household head of a village from a day; the role comes with it.

    Someone whose term has ended may be appointed again; the days of the earlier term stay in the audit. Raises HeadRefused,
    UnitNotServed, DayRefused.
    """
    must_not_lie_ahead(from_day, at)
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if not user.is_active or user.station_id is None:
        raise HeadRefused(_("This account may not log in, or belongs to no station. Mend the account first."))
    must_be_served(user.station, village)
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
    head = serving(head, at)
    must_not_lie_ahead(on, at)
    mine = head.assignments.in_force()
    if on < head.active_from or mine.filter(active_from__gt=on).exists():
        raise DayRefused(_("The term cannot end before it began, nor before homes were assigned in it. Choose a later day."))
    homes = mine.update(active_to=on)
    head.active_to = on
    head.save(update_fields=["active_to"])
    Membership.objects.filter(user=head.user, role=Role.HOUSEHOLD_HEAD).delete()
    audit.note_deed(verb="end_term", about=head, by=by, at=at, detail={"homes_without_head": homes})
    return head


def serving(head: HouseholdHead, at: datetime) -> HouseholdHead:
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
    head = serving(head, at)
    must_not_lie_ahead(from_day, at)
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
