"""What hangs where: alarm points and their dated installations, devices and their secrets, cameras as an inventory."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from posts.models import AlarmPoint, Camera, Device, Installation, Vehicle
from posts.services.places import must_not_lie_ahead, named_once
from posts.services.refusals import DayRefused, InstallationRefused, OutOfService, WrongStation
from shengkang.audit import services as audit
from shengkang.organization import sealed
from shengkang.organization.models import Station, User
from shengkang.organization.selectors import day_of

# After a rotation the former secret still opens until the new one is used, at most for a day.
FORMER_SECRET_LASTS = timedelta(hours=24)
# A device that calls without a pause is written down as heard once in this time.
HEARD_EACH = timedelta(seconds=30)


@transaction.atomic
def install(
    *,
    point: AlarmPoint,
    from_day: date,
    by: User,
    at: datetime,
    device: Device | None = None,
    vehicle: Vehicle | None = None,
    keeper: User | None = None,
) -> Installation:
    """Say what stands behind a point from a day on; the installation before it ends on that day. What was not named is no more there.

    Raises InstallationRefused (nothing named, the vehicle belongs to mobile points only, device or vehicle still in another point),
    OutOfService, WrongStation, DayRefused.
    """
    point = AlarmPoint.objects.select_for_update(of=("self",)).get(pk=point.pk)
    if any(each is not None and each.station_id != point.station_id for each in (device, vehicle, keeper)):
        raise WrongStation(_("This belongs to another station. Ask that station to take the step."))
    if any(each is not None and each.retired_on is not None for each in (point, device, vehicle)):
        raise OutOfService(_("A point, device or vehicle that was retired is not installed again. Choose another one."))
    if device is None and vehicle is None and keeper is None:
        raise InstallationRefused(_("Choose at least a device, a vehicle or a keeper."))
    if vehicle is not None and point.kind != AlarmPoint.Kind.MOBILE:
        raise InstallationRefused(_("A fixed point has no vehicle. Leave the vehicle empty."))
    must_not_lie_ahead(from_day, at)
    former = point.installations.in_force().first()
    if former is not None:
        if from_day < former.active_from:
            raise DayRefused(_("The present installation began later. Choose that day or a later one."))
        _end(former, from_day)
    try:
        with transaction.atomic():
            made = Installation.objects.create(point=point, device=device, vehicle=vehicle, keeper=keeper, active_from=from_day)
    except IntegrityError as error:
        if not any(
            name in str(error) for name in ("device_is_in_one_place", "vehicle_carries_one_point", "point_is_equipped_once")
        ):
            raise
        raise InstallationRefused(
            _("The device or vehicle stands in another point on these days. Take it out there first.")
        ) from error
    audit.note_deed(
        verb="install", about=point, by=by, at=at, detail={"installation": made.pk, "former": former.pk if former else None}
    )
    return made


def _end(installation: Installation, on: date) -> None:
    installation.active_to = on
    installation.save(update_fields=["active_to"])


@transaction.atomic
def take_out(*, installation: Installation, on: date, by: User, at: datetime) -> Installation:
    """End an installation without another in its place. Ending twice is the first ending. Raises DayRefused."""
    installation = Installation.objects.select_for_update(of=("self",)).get(pk=installation.pk)
    if installation.active_to is None:
        must_not_lie_ahead(on, at)
        if on < installation.active_from:
            raise DayRefused(_("The present installation began later. Choose that day or a later one."))
        _end(installation, on)
        audit.note_deed(verb="take_out", about=installation, by=by, at=at)
    return installation


@transaction.atomic
def register_device(*, station: Station, kind: str, serial: str, by: User, at: datetime) -> tuple[Device, str]:
    """Add a device; gives it and its secret, 64 hex digits, which nobody can read again. Raises NameTaken."""
    secret = secrets.token_hex(32)
    with named_once("posts_device_serial"):
        device = Device.objects.create(
            station=station, kind=kind, serial=serial.strip(), secret_sealed=sealed.seal(secret), secret_since=at
        )
    audit.note_deed(verb="register_device", about=device, by=by, at=at)
    return device, secret


@transaction.atomic
def rotate_secret(*, device: Device, by: User, at: datetime) -> str:
    """Give a device a new secret, which is returned once. The former one opens until the new one is used, at most 24 hours.

    Raises OutOfService.
    """
    device = Device.objects.select_for_update(of=("self",), no_key=True).get(pk=device.pk)
    if device.retired_on is not None:
        raise OutOfService(_("This device was retired. Register it anew, or use another one."))
    secret = secrets.token_hex(32)
    device.former_secret_sealed, device.former_until = device.secret_sealed, at + FORMER_SECRET_LASTS
    device.secret_sealed, device.secret_since = sealed.seal(secret), at
    device.save(update_fields=["former_secret_sealed", "former_until", "secret_sealed", "secret_since"])
    audit.note_deed(verb="rotate_secret", about=device, by=by, at=at)
    return secret


@transaction.atomic
def retire_device(*, device: Device, on: date, by: User, at: datetime) -> Device:
    """Take a device out of use; it is heard no more from now on, and its installation ends. Retiring twice is once. Raises DayRefused."""
    device = Device.objects.select_for_update(of=("self",), no_key=True).get(pk=device.pk)
    if device.retired_on is None:
        must_not_lie_ahead(on, at)
        for installation in device.installations.in_force():
            _end(installation, max(on, installation.active_from))
        device.retired_on, device.former_secret_sealed, device.former_until = on, None, None
        device.save(update_fields=["retired_on", "former_secret_sealed", "former_until"])
        audit.note_deed(verb="retire_device", about=device, by=by, at=at)
    return device


def heard(*, device: Device, with_new_secret: bool, at: datetime) -> None:
    """Note that a device spoke; once it used its new secret, the former one opens no more. Not part of raising an alarm."""
    mine = Device.objects.filter(pk=device.pk)
    if device.last_heard_at is None or at - device.last_heard_at >= HEARD_EACH:
        mine.update(last_heard_at=at)
    if with_new_secret and device.former_secret_sealed is not None:
        mine.filter(secret_since=device.secret_since).update(former_secret_sealed=None, former_until=None)


@transaction.atomic
def check_cameras(*, cameras: Iterable[Camera], state: str, by: User, at: datetime) -> int:
    """Somebody looked at cameras: they work, are broken, or were removed. Gives how many.

    A camera that was removed keeps the first day on which that was seen; one that is found again stands again.
    """
    ids, today = [camera.pk for camera in cameras], day_of(at)
    retired_on = Coalesce("retired_on", Value(today)) if state == Camera.State.REMOVED else None
    Camera.objects.filter(pk__in=ids).update(state=state, checked_on=today, retired_on=retired_on)
    audit.note_deed(verb="check_cameras", about=by, by=by, at=at, detail={"cameras": ids, "state": state})
    return len(ids)


@transaction.atomic
def check_camera(*, camera: Camera, state: str, by: User, at: datetime) -> Camera:
    """Somebody looked at one camera. See `check_cameras`."""
    check_cameras(cameras=[camera], state=state, by=by, at=at)
    camera.refresh_from_db()
    return camera
