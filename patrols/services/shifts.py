"""Shifts: planned by the station, taken and given back by volunteers until they start, and a reminder the evening before."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from patrols.models import Patrol, Shift, SignUp, Volunteer
from patrols.moves import Status
from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.notices import services as notices
from shengkang.notices.models import Notice
from shengkang.organization import access
from shengkang.organization.access import Role
from shengkang.organization.models import Station, Unit, User
from shengkang.organization.selectors import day_of, end_of, start_of
from shengkang.organization.services import must_be_served

LONGEST = timedelta(hours=12)
MOST_WEEKS = 26
LEADERS = (Role.OFFICER, Role.AUX_POLICE)


class ShiftRefused(RuleViolation):
    """The shift cannot be planned, led or cancelled like this."""


class LeaderBusy(RuleViolation):
    """The leader leads another shift in these hours."""


class ShiftFull(RuleViolation):
    """All places are taken."""


class SignUpRefused(RuleViolation):
    """The volunteer cannot take this shift, or not give it back any more."""


def _must_plan(by: User, leader: User) -> None:
    """Chief and officers plan for everybody, an auxiliary plans the shifts he leads himself (the matrix, shift.manage)."""
    scopes = access.scopes(by, "shift", "manage")
    if "S" not in scopes and not ("A" in scopes and leader.pk == by.pk):
        raise ShiftRefused(_("You can plan and change the shifts that you lead yourself. Ask an officer about others."))


def _must_be_able_to_lead(leader: User, station: Station) -> None:
    leads = leader.memberships.filter(role__in=LEADERS).exists()
    if leader.station_id != station.pk or not leader.is_active or not leads:
        raise ShiftRefused(_("A patrol is led by an officer or auxiliary of your station. Choose one of them."))


def _must_be_free(leader: User, starts_at: datetime, ends_at: datetime, but: Shift | None = None) -> None:
    """The leader's row is held, so that two plans made at once do not both find him free."""
    User.objects.select_for_update(of=("self",)).get(pk=leader.pk)
    led = Shift.objects.filter(leader=leader, cancelled_at__isnull=True, starts_at__lt=ends_at, ends_at__gt=starts_at)
    if but is not None:
        led = led.exclude(pk=but.pk)
    if led.exists():
        raise LeaderBusy(_("%(leader)s leads another shift in these hours. Choose another leader or time.") % {"leader": leader})


@transaction.atomic
def plan_shift(
    *,
    village: Unit,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    meeting_place: str,
    leader: User,
    by: User,
    at: datetime,
    places: int = 6,
    note: str = "",
) -> Shift:
    """Plan some hours (at most 12) in a village of one's station, with `places` for volunteers.

    Raises ShiftRefused, UnitNotServed, LeaderBusy.
    """
    station = by.station
    must_be_served(station, village)
    _must_plan(by, leader)
    _must_be_able_to_lead(leader, station)
    if starts_at <= at:
        raise ShiftRefused(_("A shift is planned before it starts. Choose a later time."))
    if not timedelta(0) < ends_at - starts_at <= LONGEST:
        raise ShiftRefused(_("A shift ends after it starts, and lasts twelve hours at most. Check the times."))
    _must_be_free(leader, starts_at, ends_at)
    shift = Shift.objects.create(
        station=station,
        village=village,
        kind=kind,
        starts_at=starts_at,
        ends_at=ends_at,
        meeting_place=meeting_place.strip(),
        leader=leader,
        places=places,
        note=note.strip(),
    )
    audit.note_deed(verb="plan_shift", about=shift, by=by, at=at)
    return shift


@transaction.atomic
def plan_shifts(*, weeks: int = 1, starts_at: datetime, ends_at: datetime, **shift) -> list[Shift]:
    """The same shift for `weeks` weeks (1 to 26), on the same day of the week; all of them or none. Raises as plan_shift."""
    if not 1 <= weeks <= MOST_WEEKS:
        raise ShiftRefused(_("Shifts are repeated for 26 weeks at most."))
    later = [timedelta(weeks=week) for week in range(weeks)]
    return [plan_shift(starts_at=starts_at + by, ends_at=ends_at + by, **shift) for by in later]


def _hold(shift: Shift) -> Shift:
    return Shift.objects.select_for_update(of=("self",)).select_related("village", "leader", "station").get(pk=shift.pk)


def _must_be_to_come(shift: Shift, at: datetime) -> None:
    if shift.cancelled_at is not None:
        raise ShiftRefused(_("This shift was cancelled. Choose another one."))
    if shift.ends_at <= at or Patrol.objects.filter(shift=shift).exists():
        raise ShiftRefused(_("This shift has begun or is over; it cannot be changed any more."))


@transaction.atomic
def change_leader(*, shift: Shift, leader: User, by: User, at: datetime) -> Shift:
    """Let somebody else lead a shift that has not begun. Raises ShiftRefused, LeaderBusy."""
    shift = _hold(shift)
    _must_plan(by, shift.leader)
    _must_be_to_come(shift, at)
    _must_be_able_to_lead(leader, shift.station)
    _must_be_free(leader, shift.starts_at, shift.ends_at, but=shift)
    before, shift.leader = shift.leader_id, leader
    shift.save(update_fields=["leader"])
    audit.note_deed(verb="change_leader", about=shift, by=by, at=at, detail={"from": before, "to": leader.pk})
    return shift


@transaction.atomic
def cancel_shift(*, shift: Shift, reason: str, by: User, at: datetime) -> Shift:
    """Call a shift off; everybody who signed up is told. Raises ShiftRefused."""
    shift = _hold(shift)
    _must_plan(by, shift.leader)
    _must_be_to_come(shift, at)
    if not reason.strip():
        raise ShiftRefused(_("Say why; those who signed up read it."))
    shift.cancelled_at, shift.cancelled_because = at, reason.strip()
    shift.save(update_fields=["cancelled_at", "cancelled_because"])
    audit.note_deed(verb="cancel_shift", about=shift, by=by, at=at)
    for account in _accounts_of(shift, by):
        notices.notify(
            to=account,
            kind="patrols.cancelled",
            text=_("A patrol on %(day)s for which you signed up was cancelled. Open the message to read why.")
            % {"day": day_of(shift.starts_at).isoformat()},
            key=f"shift:{shift.pk}:cancelled",
            link=shift.get_absolute_url(),
            at=at,
        )
    return shift


def _accounts_of(shift: Shift, but: User | None = None):
    """The accounts of those signed up, and the leader's."""
    people = SignUp.objects.in_force().filter(shift=shift).values("volunteer__person")
    told = User.objects.filter(person__in=people, is_active=True) | User.objects.filter(pk=shift.leader_id)
    return told.exclude(pk=but.pk) if but else told


@transaction.atomic
def sign_up(*, shift: Shift, volunteer: Volunteer, by: User, at: datetime) -> SignUp:
    """Take a place: a volunteer in his own village himself, or an officer for any volunteer of the station; twice is once.

    The volunteer's row is held before the shift's, so neither the last place nor the same hours are given away twice.
    Raises SignUpRefused, ShiftRefused, ShiftFull.
    """
    volunteer = Volunteer.objects.select_for_update(of=("self",)).get(pk=volunteer.pk)
    shift = _hold(shift)
    himself = by.person_id is not None and by.person_id == volunteer.person_id
    if not himself:
        _must_plan(by, shift.leader)
    if volunteer.status != Status.ENROLLED or volunteer.station_id != shift.station_id:
        raise SignUpRefused(_("Only enrolled volunteers of this station take shifts. Look at the state of the application."))
    if himself and volunteer.village_id != shift.village_id:
        raise SignUpRefused(_("You can sign up in your own village. Ask an officer if you want to help elsewhere."))
    _must_be_to_come(shift, at)
    if himself and shift.starts_at <= at:
        raise SignUpRefused(_("The shift has started. Go to the meeting place; the leader can add you."))
    mine = SignUp.objects.in_force().filter(volunteer=volunteer)
    if same := mine.filter(shift=shift).first():
        return same
    if mine.filter(
        shift__cancelled_at__isnull=True, shift__starts_at__lt=shift.ends_at, shift__ends_at__gt=shift.starts_at
    ).exists():
        raise SignUpRefused(_("There is another shift in these hours. Give that one back first."))
    if shift.sign_ups.in_force().count() >= shift.places:
        raise ShiftFull(_("All places are taken. Choose another shift."))
    made = SignUp.objects.create(shift=shift, volunteer=volunteer, at=at)
    if not himself:
        audit.note_deed(verb="add_volunteer", about=shift, by=by, at=at, detail={"volunteer": volunteer.pk})
        _tell_added(made, at)
    return made


def _tell_added(made: SignUp, at: datetime) -> None:
    account = User.objects.filter(person=made.volunteer.person_id, is_active=True).first()
    if account is not None:
        notices.notify(
            to=account,
            kind="patrols.added",
            text=_("The station put you down for a patrol on %(day)s. Open the message; you can give the place back.")
            % {"day": day_of(made.shift.starts_at).isoformat()},
            key=f"sign-up:{made.pk}",
            link=made.shift.get_absolute_url(),
            at=at,
        )


@transaction.atomic
def withdraw(*, sign_up: SignUp, by: User, at: datetime) -> SignUp:
    """Give a place back before the shift starts; twice is once. Raises SignUpRefused, ShiftRefused (not one's own, not one's shift)."""
    sign_up = SignUp.objects.select_for_update(of=("self",)).select_related("shift__leader", "volunteer").get(pk=sign_up.pk)
    himself = by.person_id is not None and by.person_id == sign_up.volunteer.person_id
    if not himself:
        _must_plan(by, sign_up.shift.leader)
    if sign_up.withdrawn_at is not None:
        return sign_up
    if sign_up.shift.starts_at <= at:
        raise SignUpRefused(_("The shift has started. Ring the leader if you cannot come."))
    sign_up.withdrawn_at = at
    sign_up.save(update_fields=["withdrawn_at"])
    if not himself:
        audit.note_deed(verb="remove_volunteer", about=sign_up.shift, by=by, at=at, detail={"volunteer": sign_up.volunteer_id})
    return sign_up


@transaction.atomic
def take_place(*, shift: Shift, by: User, at: datetime) -> SignUp:
    """A volunteer signs himself up. Raises as sign_up; SignUpRefused for who is no volunteer."""
    mine = Volunteer.objects.filter(person=by.person_id).first() if by.person_id else None
    if mine is None:
        raise SignUpRefused(_("Only enrolled volunteers take shifts. Apply first; it takes three opinions."))
    return sign_up(shift=shift, volunteer=mine, by=by, at=at)


@transaction.atomic
def give_place_back(*, shift: Shift, by: User, at: datetime) -> SignUp:
    """A volunteer gives his own place back. Raises as withdraw; SignUpRefused for who has none."""
    held = SignUp.objects.in_force().filter(shift=shift, volunteer__person=by.person_id) if by.person_id else None
    mine = held.first() if held is not None else None
    if mine is None:
        raise SignUpRefused(_("You have no place in this shift."))
    return withdraw(sign_up=mine, by=by, at=at)


@transaction.atomic
def remind_of_shifts(*, at: datetime) -> int:
    """The evening before: tell everybody who signed up for a shift of tomorrow, and its leader; gives how many are told.

    One message per person and shift, however often it runs.
    """
    tomorrow = day_of(at) + timedelta(days=1)
    coming = Shift.objects.filter(
        cancelled_at__isnull=True, starts_at__gte=start_of(tomorrow), starts_at__lte=end_of(tomorrow)
    ).select_related("leader")
    reminders = [
        Notice(
            to=account,
            kind="patrols.reminder",
            text=_("You are on patrol tomorrow. Open the message to see when and where you meet."),
            key=f"shift:{shift.pk}:reminder",
            link=shift.get_absolute_url(),
            at=at,
            next_try_at=at,
        )
        for shift in coming
        for account in _accounts_of(shift)
    ]
    notices.notify_many(notices=reminders)
    return len(reminders)
