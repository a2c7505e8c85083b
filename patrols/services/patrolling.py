"""A patrol starts and ends with its leader, who says who was there."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from patrols.models import Attendance, Patrol, Shift, Volunteer
from patrols.moves import Status
from patrols.selectors import FORGOTTEN_AFTER
from patrols.services.shifts import LEADERS
from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization import access
from shengkang.organization.models import Unit, User
from shengkang.organization.services import must_be_served, sign_off, sign_on

EARLY = timedelta(hours=1)


class PatrolRefused(RuleViolation):
    """The patrol cannot start or end like this."""


class NotTheLeader(RuleViolation):
    """Somebody else leads this patrol."""


class AttendanceRefused(RuleViolation):
    """Somebody on the list cannot have been there."""


@transaction.atomic
def start_patrol(
    *,
    by: User,
    at: datetime,
    shift: Shift | None = None,
    village: Unit | None = None,
    kind: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
) -> Patrol:
    """Start from a shift one leads (from an hour before it begins until it ends), or at once in a village. The leader goes on duty.

    Raises NotTheLeader, PatrolRefused, UnitNotServed.
    """
    by = User.objects.select_for_update(of=("self",)).select_related("station").get(pk=by.pk)
    if not by.memberships.filter(role__in=LEADERS).exists():
        raise NotTheLeader(_("A patrol is led by an officer or auxiliary. Ask the one who leads the shift to start it."))
    if Patrol.objects.under_way().filter(leader=by).exists():
        raise PatrolRefused(_("You are on a patrol already. End it first."))
    if shift is not None:
        shift = Shift.objects.select_for_update(of=("self",)).select_related("village").get(pk=shift.pk)
        _must_be_startable(shift, by, at)
        village, kind = shift.village, shift.kind
    if village is None or not kind:
        raise PatrolRefused(_("Say in which village you patrol, and of what kind the patrol is."))
    must_be_served(by.station, village)
    sign_on(by=by, at=at, latitude=latitude, longitude=longitude)
    return Patrol.objects.create(station=by.station, village=village, shift=shift, kind=kind, leader=by, started_at=at)


def _must_be_startable(shift: Shift, by: User, at: datetime) -> None:
    if shift.leader_id != by.pk:
        raise NotTheLeader(_("Somebody else leads this shift. An officer can hand it over to you."))
    if shift.cancelled_at is not None:
        raise PatrolRefused(_("This shift was cancelled. Start a patrol without a shift instead."))
    if Patrol.objects.filter(shift=shift).exists():
        raise PatrolRefused(_("The patrol of this shift was started already."))
    if not shift.starts_at - EARLY <= at < shift.ends_at:
        raise PatrolRefused(_("A shift is started from one hour before it begins until it ends. Start without a shift instead."))


@transaction.atomic
def end_patrol(
    *,
    patrol: Patrol,
    present: Iterable[Volunteer],
    by: User,
    at: datetime,
    kilometres: Decimal | None = None,
    note: str = "",
    ended_at: datetime | None = None,
) -> Patrol:
    """End a patrol and write down who was there; the minutes are those from start to end. The leader goes off duty.

    The leader ends it, at once or (`ended_at`) at the moment when it truly ended. One that nobody ended for 12 hours may be ended by an
    officer too, and needs `ended_at`. Raises NotTheLeader, PatrolRefused, AttendanceRefused.
    """
    patrol = Patrol.objects.select_for_update(of=("self",)).select_related("leader", "shift").get(pk=patrol.pk)
    forgotten = at - patrol.started_at > FORGOTTEN_AFTER
    if patrol.leader_id != by.pk:
        if by.station_id != patrol.station_id or "S" not in access.scopes(by, "shift", "manage"):
            raise NotTheLeader(_("The leader ends the patrol. Ask the leader to do it."))
        if not forgotten:
            raise NotTheLeader(_("The leader ends the patrol. An officer can do it once twelve hours have passed."))
    if patrol.ended_at is not None:
        raise PatrolRefused(_("This patrol has ended already."))
    if forgotten and ended_at is None:
        raise PatrolRefused(_("This patrol started more than twelve hours ago. Say when it really ended."))
    ended_at = ended_at or at
    if not timedelta(0) < ended_at - patrol.started_at <= FORGOTTEN_AFTER or ended_at > at:
        raise PatrolRefused(_("A patrol ends after it started, within twelve hours, and not ahead of now. Check the time."))
    patrol.ended_at, patrol.kilometres, patrol.note = ended_at, kilometres, note.strip()
    patrol.save(update_fields=["ended_at", "kilometres", "note"])
    _write_attendances(patrol, {volunteer.pk for volunteer in present}, by, at)
    sign_off(by=patrol.leader, at=at)
    if by.pk != patrol.leader_id:
        audit.note_deed(verb="end_forgotten_patrol", about=patrol, by=by, at=at)
    return patrol


def _write_attendances(patrol: Patrol, wanted: set[int], by: User, at: datetime) -> None:
    # Their rows are held in one order: two leaders who name the same person at the same moment wait for each other.
    there = list(
        Volunteer.objects.select_for_update(of=("self",))
        .filter(pk__in=wanted, station=patrol.station_id, status=Status.ENROLLED)
        .select_related("person")
        .order_by("pk")
    )
    if len(there) != len(wanted):
        raise AttendanceRefused(_("Only enrolled volunteers of this station are written down. Reload the list and tick again."))
    if any(each.person_id in (patrol.leader.person_id, by.person_id) for each in there):
        raise AttendanceRefused(_("Nobody confirms his own attendance. Take yourself off the list."))
    elsewhere = Attendance.objects.filter(
        volunteer__in=there, patrol__started_at__lt=patrol.ended_at, patrol__ended_at__gt=patrol.started_at
    ).select_related("volunteer__person")
    if names := pgettext("list", ", ").join(sorted({each.volunteer.person.name for each in elsewhere})):
        raise AttendanceRefused(
            _("Written down for another patrol at the same time: %(names)s. Take them off the list.") % {"names": names}
        )
    minutes = max(1, int((patrol.ended_at - patrol.started_at).total_seconds() // 60))
    Attendance.objects.bulk_create(Attendance(patrol=patrol, volunteer=each, minutes=minutes, by=by, at=at) for each in there)
