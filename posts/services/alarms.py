"""An alarm from the press of a button to its code. The row is committed first; who is told is worked out later (dispatch.py)."""

from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from posts.models import Alarm, AlarmPoint, AlarmStep, Device, Installation, Liaison, SecurityPost, Signal
from posts.moves import MOVES, Status
from posts.services.refusals import (
    CaseNeeded,
    CodeNeeded,
    NotAllowedHere,
    OutOfService,
    OwnAlarm,
    ReasonNeeded,
    WrongStation,
)
from shengkang.cases import services as cases
from shengkang.cases.models import Category, DisputeCase
from shengkang.organization import access
from shengkang.organization.life import Life
from shengkang.organization.models import Unit, User

LIFE = Life(MOVES, Status, AlarmStep, "alarm")

# The same button pressed again within this time is the same call for help.
PRESSED_AGAIN_WITHIN = timedelta(seconds=60)
# A button that is held down, or a device gone mad, writes no more than one step in this time.
ONE_STEP_PER = timedelta(seconds=5)
# An alarm never waits longer than this for another transaction; it then becomes an alarm of its own.
PATIENCE = "1500ms"


def _on_earth(latitude, longitude):
    """The position, or none: a wrong position never stops an alarm."""
    if latitude is None or longitude is None or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None, None
    return latitude, longitude


@transaction.atomic
def raise_alarm(
    *,
    kind: str,
    source: str,
    by: User,
    at: datetime,
    pressed_at: datetime | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    place: str = "",
    text: str = "",
    point: AlarmPoint | None = None,
    post: SecurityPost | None = None,
) -> Alarm:
    """Somebody calls for help by phone, or the desk enters a call; the row is there when this returns. Nobody is told in here.

    The same kind of alarm by the same person within 60 seconds is the same alarm (step “again”). Position in degrees (WGS 84); one that is
    not on earth is left out. Post and village are guessed from where the person serves, and may stay empty. Raises WrongStation.
    """
    if by.station_id is None or any(each is not None and each.station_id != by.station_id for each in (point, post)):
        raise WrongStation(_("This belongs to another station. Ask that station to take the step."))
    latitude, longitude = _on_earth(latitude, longitude)
    # What the desk enters are calls of different people; only one's own button is pressed again.
    mine = Alarm.objects.filter(raised_by=by, kind=kind, source=source) if source == Alarm.Source.PHONE else Alarm.objects.none()
    if earlier := _pressed_again(mine, f"user {by.pk}", by=by, at=at, latitude=latitude, longitude=longitude):
        return earlier
    installation = None
    if source == Alarm.Source.PHONE and point is None and post is None:
        installation = Installation.objects.in_force().filter(keeper=by).select_related("point__post").first()
        point = installation.point if installation else None
        post = None if point else _only_post_of(by)
    alarm = Alarm(
        station_id=by.station_id,
        kind=kind,
        source=source,
        raised_by=by,
        pressed_at=pressed_at or at,
        text=text.strip()[:500],
        **_where(point, post, place, latitude, longitude),
    )
    alarm.village_id = alarm.village_id or _only_village_of(by)
    return _begin(alarm, by=by, at=at)


def _only_post_of(user):
    served = list(Liaison.objects.in_force().filter(user=user).select_related("post")[:2])
    return served[0].post if len(served) == 1 else None


def _only_village_of(user):
    held = set(user.memberships.filter(unit__level=Unit.Level.VILLAGE).values_list("unit", flat=True))
    return held.pop() if len(held) == 1 else None


def _where(point, post, place, latitude, longitude):
    """What is known of the place: the position that was sent, else that of the fixed point or the post."""
    post = post or (point.post if point else None)
    if latitude is None:
        fixed = point if point is not None and point.latitude is not None else post
        if fixed is not None and not (point is not None and point.kind == AlarmPoint.Kind.MOBILE):
            latitude, longitude = fixed.latitude, fixed.longitude
    return {
        "point": point,
        "post": post,
        "village_id": (point.village_id if point else None) or (post.village_id if post else None),
        "place": (place.strip() or (point.place if point else "") or (post.place if post else ""))[:120],
        "latitude": latitude,
        "longitude": longitude,
    }


def _begin(alarm, *, by, at):
    # Due to be told at once: the clock and the watch ask for this field alone.
    alarm.received_at = alarm.call_at = at
    LIFE.begin(alarm, "raise", by=by, at=at)
    return alarm


def _pressed_again(of_presser, presser, *, by, at, latitude, longitude) -> Alarm | None:
    """The open alarm that the same presser raised or pressed within the last minute, with a step “again”; None if there is none.

    Presses of one button queue here. Whoever would have to wait too long for a row goes on and raises an alarm of his own.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"alarm of {presser}"])
            alarm = of_presser.open().select_for_update(of=("self",)).order_by("-received_at", "-id").first()
            if alarm is not None:
                alarm = _step_again(alarm, by=by, at=at, latitude=latitude, longitude=longitude)
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
            return alarm
    except OperationalError as busy:
        if "lock timeout" not in str(busy):
            raise
        return None


def _step_again(alarm, *, by, at, latitude, longitude):
    last = alarm.steps.filter(move__in=("raise", "again", "reopen")).latest("no").at
    if at - last >= PRESSED_AGAIN_WITHIN:
        return None
    if at - last >= ONE_STEP_PER:
        # A taxi moves on while its driver presses: where it was last is where to look.
        moved = {"latitude": latitude, "longitude": longitude} if latitude is not None else {}
        LIFE.move(alarm, "again", by=by, at=at, changes=moved)
    return alarm


@transaction.atomic
def receive_signal(
    *,
    device: Device,
    event: str,
    kind: str,
    pressed_at: datetime,
    at: datetime,
    latitude: float | None = None,
    longitude: float | None = None,
) -> tuple[Signal, bool]:
    """A device calls; gives what became of it and whether it was new. The same event again is the same signal, whenever it comes.

    A new event of the same kind within 60 seconds joins the open alarm; of these at most one in 5 seconds becomes a step. `pressed_at` is
    what the device's clock says and is only kept; limits count from `at`. Raises OutOfService (retired).
    """
    if device.retired_on is not None:
        raise OutOfService(_("This device was retired. Register it anew, or use another one."))
    of_device = Alarm.objects.filter(device=device, kind=kind)
    latitude, longitude = _on_earth(latitude, longitude)
    known = Signal.objects.filter(device=device, event=event).select_related("alarm")
    if signal := known.first():
        return signal, False
    alarm = _pressed_again(of_device, f"device {device.pk}", by=None, at=at, latitude=latitude, longitude=longitude)
    if signal := known.first():
        # The same event came twice at once and the other one was first; its presser's lock is ours now.
        return signal, False
    if alarm is None:
        installation = Installation.objects.in_force().filter(device=device).select_related("point__post").first()
        point = installation.point if installation else None
        alarm = _begin(
            Alarm(
                station_id=device.station_id,
                kind=kind,
                source=Alarm.Source.DEVICE,
                device=device,
                event=event,
                pressed_at=pressed_at,
                **_where(point, None, "", latitude, longitude),
            ),
            by=None,
            at=at,
        )
    return Signal.objects.create(device=device, event=event, alarm=alarm, pressed_at=pressed_at, at=at), True


def raise_from_device(
    *,
    device: Device,
    event: str,
    kind: str,
    pressed_at: datetime,
    at: datetime,
    latitude: float | None = None,
    longitude: float | None = None,
) -> Alarm:
    """The alarm that a device's event raised, joined, or raised earlier. Raises OutOfService; see `receive_signal`."""
    signal, _new = receive_signal(
        device=device, event=event, kind=kind, pressed_at=pressed_at, at=at, latitude=latitude, longitude=longitude
    )
    return signal.alarm


# Those who answer. A second press of the same verb by the same person changes nothing.


def _did(alarm, by, *moves) -> bool:
    """Whether `by` made one of these moves since the alarm was raised, or reopened, last."""
    since = alarm.steps.filter(move__in=("raise", "reopen")).latest("no").no
    return alarm.steps.filter(by=by, move__in=moves, no__gt=since).exists()


def _must_answer(alarm, by):
    if not access.may(by, "alarm_event", "respond"):
        raise NotAllowedHere(_("Your role does not answer alarms. Tell the station by telephone."))
    if alarm.raised_by_id == by.pk and alarm.source == Alarm.Source.PHONE:
        raise OwnAlarm(_("You called for help yourself. Somebody else answers; stay where you are safe."))


@transaction.atomic
def acknowledge_alarm(*, alarm: Alarm, by: User, at: datetime) -> Alarm:
    """Take the alarm; nobody further is told. A further responder joins. Raises MoveRefused, WrongStation, NotAllowedHere, OwnAlarm."""
    _must_answer(alarm, by)
    _hold(alarm)
    if alarm.status == Status.RAISED:
        changes = {"acknowledged_at": alarm.acknowledged_at or at, "call_at": None}
        LIFE.move(alarm, "acknowledge", by=by, at=at, changes=changes)
    elif not _did(alarm, by, "acknowledge", "join") or alarm.status == Status.CLOSED:
        LIFE.move(alarm, "join", by=by, at=at)
    return alarm


@transaction.atomic
def depart(*, alarm: Alarm, by: User, at: datetime) -> Alarm:
    """Be on the way; whoever did not acknowledge yet does so with it. Raises MoveRefused, WrongStation, NotAllowedHere, OwnAlarm."""
    acknowledge_alarm(alarm=alarm, by=by, at=at)
    if not _did(alarm, by, "depart", "follow", "arrive", "arrive_too"):
        LIFE.move(alarm, "depart" if alarm.status == Status.ACKNOWLEDGED else "follow", by=by, at=at)
    return alarm


@transaction.atomic
def arrive(*, alarm: Alarm, by: User, at: datetime) -> Alarm:
    """Be there; whoever did not acknowledge yet does so with it. Raises MoveRefused, WrongStation, NotAllowedHere, OwnAlarm."""
    acknowledge_alarm(alarm=alarm, by=by, at=at)
    if not _did(alarm, by, "arrive", "arrive_too"):
        if alarm.status == Status.ARRIVED:
            LIFE.move(alarm, "arrive_too", by=by, at=at)
        else:
            LIFE.move(alarm, "arrive", by=by, at=at, changes={"arrived_at": alarm.arrived_at or at})
    return alarm


def _hold(alarm):
    """Hold the row until the transaction ends and bring it up to date, so that two who answer at once come one after the other."""
    alarm.refresh_from_db(from_queryset=Alarm.objects.select_for_update(of=("self",)))


@transaction.atomic
def add_note(*, alarm: Alarm, note: str, by: User, at: datetime) -> Alarm:
    """Write what is known now; it goes to the steps (at most 500 characters). Raises MoveRefused, WrongStation, ReasonNeeded."""
    if not note.strip():
        raise ReasonNeeded(_("Write a few words first."))
    LIFE.move(alarm, "correct", by=by, at=at, note=note)
    return alarm


# How it ends: the station's desk alone says so.


def _must_be_the_desk(by):
    if "S" not in access.scopes(by, "alarm_event", "close"):
        raise NotAllowedHere(_("The station's desk closes an alarm. Tell the desk what you found."))


@transaction.atomic
def close_alarm(
    *,
    alarm: Alarm,
    code: str,
    by: User,
    at: datetime,
    note: str = "",
    case: DisputeCase | None = None,
    category: Category | None = None,
    village: Unit | None = None,
) -> Alarm:
    """End an alarm with a code of Alarm.Code. “Became a dispute case” takes a `case`, or opens one of `category` with `note` as its story.

    `village` is asked for where neither point nor post told it. Raises NotAllowedHere, CodeNeeded, CaseNeeded, MoveRefused, WrongStation,
    and what cases.services.open_case raises.
    """
    _must_be_the_desk(by)
    if code not in Alarm.Code.values:
        raise CodeNeeded(_("Say how it ended: choose one of the codes."))
    LIFE.lock(alarm, "close", by)
    became = _case_of(alarm, case, category, village, note, by=by, at=at) if code == Alarm.Code.DISPUTE else None
    changes = {"code": code, "closed_at": at, "case": became, "call_at": None}
    LIFE.move(alarm, "close", by=by, at=at, note=note, changes=changes)
    return alarm


def _case_of(alarm, case, category, village, story, *, by, at):
    if case is not None:
        if case.station_id != alarm.station_id:
            raise WrongStation(_("This belongs to another station. Ask that station to take the step."))
        return case
    village = village or alarm.village
    if category is None or village is None or not story.strip():
        raise CaseNeeded(_("Choose the case, or give category, village and a few words so that one is opened."))
    return cases.open_case(
        station=alarm.station,
        village=village,
        category=category,
        channel=DisputeCase.Channel.POST if alarm.post_id else DisputeCase.Channel.CALL_110,
        story=story,
        place=alarm.place,
        by=by,
        at=at,
    )


@transaction.atomic
def reopen_alarm(*, alarm: Alarm, reason: str, by: User, at: datetime) -> Alarm:
    """Take a closing back; people are told anew, as of a new alarm. Raises NotAllowedHere, ReasonNeeded, MoveRefused, WrongStation."""
    _must_be_the_desk(by)
    if not reason.strip():
        raise ReasonNeeded(_("Write why it is reopened."))
    anew = {"code": "", "closed_at": None, "case": None, "told_at": None, "call_at": at}
    LIFE.move(alarm, "reopen", by=by, at=at, note=reason, changes=anew)
    return alarm
