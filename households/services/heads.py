"""Heads, their terms, and which homes are theirs from which day."""

from collections.abc import Iterable
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from households.models import Assignment, Home, HouseholdHead
from households.services.refusals import (
    DayRefused,
    HeadRefused,
    HomeHasAHead,
    HomesStillEntrusted,
    NotYourHome,
    must_not_lie_ahead,
)
from shengkang.audit import services as audit
from shengkang.organization.access import Role
from shengkang.organization.models import Membership, Unit, User
from shengkang.organization.selectors import day_of
from shengkang.organization.services import give_role, must_be_served


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


# Local practice: a head is appointed for three years and may be appointed again.
TERM_YEARS = 3


def end_of_term(from_day: date, years: int) -> date:
    """The last day of a term of `years` that begins on `from_day`; 29 February ends on a 28th."""
    try:
        return from_day.replace(year=from_day.year + years) - timedelta(days=1)
    except ValueError:
        return from_day.replace(year=from_day.year + years, day=28)


@transaction.atomic
def appoint_head(
    *, user: User, village: Unit, from_day: date, by: User, at: datetime, term_years: int = TERM_YEARS
) -> HouseholdHead:
    """Make an account a hundred-household head of a village from a day, for a term of `term_years`; the role comes with it.

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
        detail = {"earlier_term": [head.active_from.isoformat(), head.active_to.isoformat(), head.parting]}
    head.village, head.active_from, head.active_to, head.parting = village, from_day, None, ""
    head.term_ends_on = end_of_term(from_day, term_years)
    head.save()
    give_role(user=user, role=Role.HOUSEHOLD_HEAD, unit=village, by=by, at=at)
    audit.note_deed(verb="appoint_head", about=head, by=by, at=at, detail=detail)
    return head


@transaction.atomic
def renew_term(*, head: HouseholdHead, by: User, at: datetime, term_years: int = TERM_YEARS) -> HouseholdHead:
    """Let a head serve `term_years` more, counted from the end of the present term (from today where none was set). Raises HeadRefused."""
    head = serving(head, at)
    begins = head.term_ends_on + timedelta(days=1) if head.term_ends_on else day_of(at)
    head.term_ends_on = end_of_term(begins, term_years)
    head.save(update_fields=["term_ends_on"])
    audit.note_deed(verb="renew_term", about=head, by=by, at=at, detail={"term_ends_on": head.term_ends_on.isoformat()})
    return head


@transaction.atomic
def end_term(*, head: HouseholdHead, on: date, parting: str, by: User, at: datetime) -> HouseholdHead:
    """Part with a head on a day, for a reason (HouseholdHead.Parting): the role goes. His homes must have been handed over before.

    Raises HeadRefused, DayRefused, HomesStillEntrusted.
    """
    head = serving(head, at)
    must_not_lie_ahead(on, at)
    if left := head.assignments.in_force().count():
        raise HomesStillEntrusted(
            _("%(count)s homes are still entrusted to %(name)s. Hand them over to another head first, then end the term.")
            % {"count": left, "name": head.user.name}
        )
    if on < head.active_from or head.assignments.filter(active_to__gt=on).exists():
        raise DayRefused(_("The term cannot end before it began, nor before the homes were handed over. Choose a later day."))
    head.active_to, head.parting = on, parting
    head.save(update_fields=["active_to", "parting"])
    Membership.objects.filter(user=head.user, role=Role.HOUSEHOLD_HEAD).delete()
    audit.note_deed(verb="end_term", about=head, by=by, at=at, detail={"parting": parting})
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
