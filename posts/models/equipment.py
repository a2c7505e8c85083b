"""Alarm points, the devices and vehicles in them by dated installation, and cameras as an inventory (never video)."""

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from posts.models.places import posts_of
from shengkang.organization import access
from shengkang.organization.models import ON_EARTH, Station, StationQuerySet, Unit, User
from shengkang.organization.same_station import SameStation, StationStays

_DAYS = (Func(F("active_from"), F("active_to"), Value("[)"), function="daterange"), RangeOperators.OVERLAPS)


class AlarmPointQuerySet(StationQuerySet):
    def visible_to(self, user):
        """Scope A: the points one keeps or drives, and those of the posts one serves at."""
        scopes = access.scopes(user, "alarm_point", "read")
        if "S" in scopes:
            return self.of_station_of(user)
        if "A" not in scopes:
            return self.none()
        kept = Installation.objects.in_force().filter(keeper=user).values("point")
        return self.of_station_of(user).filter(Q(pk__in=kept) | Q(post__in=posts_of(user)))

    def active(self):
        return self.filter(retired_on__isnull=True)


class AlarmPoint(models.Model):
    """A place from which help is called: fixed behind a counter, or mobile in a bus or taxi."""

    class Kind(models.TextChoices):
        FIXED = "fixed", _("fixed")
        MOBILE = "mobile", _("mobile")

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    village = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("village or community")
    )
    post = models.ForeignKey(
        "posts.SecurityPost", models.PROTECT, null=True, blank=True, related_name="alarm_points", verbose_name=_("security post")
    )
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices)
    name = models.CharField(pgettext_lazy("alarm point", "name"), max_length=60)
    place = models.CharField(_("place"), max_length=120, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)

    objects = AlarmPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("alarm point")
        verbose_name_plural = _("alarm points")
        ordering = ["kind", "name"]
        triggers = [SameStation("post"), StationStays()]
        constraints = [
            models.UniqueConstraint(fields=["station", "name"], name="alarm_point_named_once"),
            models.CheckConstraint(condition=ON_EARTH, name="alarm_point_is_on_earth"),
            models.CheckConstraint(
                condition=Q(kind="mobile", latitude__isnull=True) | (Q(kind="fixed", village__isnull=False) & ~Q(place="")),
                name="alarm_point_fixed_means_where",
            ),
        ]

    def __str__(self):
        return self.name


class DeviceQuerySet(StationQuerySet):
    def visible_to(self, user):
        return self.of_station_of(user) if "S" in access.scopes(user, "device", "list") else self.none()


@pghistory.track(exclude=["secret_sealed", "former_secret_sealed", "last_heard_at"])
class Device(models.Model):
    """A button, a vehicle terminal or a care camera that raises alarms by signed webhook. Its secret is sealed and shown once."""

    class Kind(models.TextChoices):
        BUTTON = "button", _("panic button")
        VEHICLE = "vehicle", _("vehicle terminal")
        CARE = "care", _("care camera")

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    serial = models.CharField(_("serial number"), max_length=40, unique=True)
    secret_sealed = models.BinaryField(editable=False)
    secret_since = models.DateTimeField(_("secret since"))
    # After a rotation: what still opens until the device used its new secret, at the latest until then.
    former_secret_sealed = models.BinaryField(null=True, blank=True, editable=False)
    former_until = models.DateTimeField(null=True, blank=True, editable=False)
    last_heard_at = models.DateTimeField(_("last heard at"), null=True, blank=True)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ["serial"]
        triggers = [StationStays()]
        constraints = [
            models.CheckConstraint(
                condition=Q(former_secret_sealed__isnull=True, former_until__isnull=True)
                | Q(former_secret_sealed__isnull=False, former_until__isnull=False),
                name="device_former_secret_ends",
            )
        ]

    def __str__(self):
        return self.serial


class VehicleQuerySet(StationQuerySet):
    def visible_to(self, user):
        return self.of_station_of(user) if "S" in access.scopes(user, "alarm_point", "read") else self.none()


class Vehicle(models.Model):
    """A bus or taxi that carries a mobile alarm point."""

    class Kind(models.TextChoices):
        BUS = "bus", _("bus")
        TAXI = "taxi", _("taxi")

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices)
    plate = models.CharField(_("number plate"), max_length=12)
    line = models.CharField(_("line or company"), max_length=60, blank=True)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)

    objects = VehicleQuerySet.as_manager()

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        ordering = ["plate"]
        triggers = [StationStays()]
        constraints = [models.UniqueConstraint(fields=["station", "plate"], name="vehicle_once_per_plate")]

    def __str__(self):
        return self.plate


class InstallationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(point__in=AlarmPoint.objects.visible_to(user))

    def in_force(self):
        """Changes are entered on their day, never ahead, so an open end is the state of today."""
        return self.filter(active_to__isnull=True)


@pghistory.track()
class Installation(models.Model):
    """What stands behind an alarm point from one day until another: its device, its vehicle, its keeper or driver."""

    point = models.ForeignKey(AlarmPoint, models.PROTECT, related_name="installations", verbose_name=_("alarm point"))
    device = models.ForeignKey(
        Device, models.PROTECT, null=True, blank=True, related_name="installations", verbose_name=_("device")
    )
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, null=True, blank=True, related_name="installations", verbose_name=_("vehicle")
    )
    keeper = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="installations", verbose_name=_("keeper or driver")
    )
    active_from = models.DateField(_("from"))
    active_to = models.DateField(_("until"), null=True, blank=True)

    objects = InstallationQuerySet.as_manager()

    class Meta:
        verbose_name = _("installation")
        verbose_name_plural = _("installations")
        ordering = ["point", "-active_from"]
        triggers = [SameStation("point", "device", "vehicle", "keeper")]
        constraints = [
            ExclusionConstraint(name="point_is_equipped_once", expressions=[("point", RangeOperators.EQUAL), _DAYS]),
            ExclusionConstraint(name="device_is_in_one_place", expressions=[("device", RangeOperators.EQUAL), _DAYS]),
            ExclusionConstraint(name="vehicle_carries_one_point", expressions=[("vehicle", RangeOperators.EQUAL), _DAYS]),
            models.CheckConstraint(
                condition=Q(active_to__isnull=True) | Q(active_to__gte=F("active_from")), name="installation_runs_forward"
            ),
            models.CheckConstraint(
                condition=Q(device__isnull=False) | Q(vehicle__isnull=False) | Q(keeper__isnull=False),
                name="installation_holds_something",
            ),
        ]

    def __str__(self):
        return f"{self.point} · {self.active_from}"


class CameraQuerySet(StationQuerySet):
    def visible_to(self, user):
        return self.of_station_of(user) if "S" in access.scopes(user, "camera", "list") else self.none()

    def standing_on(self, day):
        """Cameras that stood in the evening of `day`, as far as their days are known."""
        stood = Q(retired_on__gt=day) | ~Q(state=Camera.State.REMOVED)
        return self.filter(stood, Q(installed_on=None) | Q(installed_on__lte=day))


class Camera(models.Model):
    """雪亮工程: where a camera stands and whether it works. The inventory of 公共安全视频图像信息系统, never its pictures."""

    class State(models.TextChoices):
        WORKING = "working", pgettext_lazy("camera", "working")
        BROKEN = "broken", pgettext_lazy("camera", "broken")
        REMOVED = "removed", pgettext_lazy("camera", "removed")

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    village = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("village or community"))
    code = models.CharField(_("camera code"), max_length=20)
    place = models.CharField(_("place"), max_length=120)
    looks_at = models.CharField(_("looks at"), max_length=60, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    state = models.CharField(pgettext_lazy("camera", "state"), max_length=8, choices=State.choices, default=State.WORKING)
    checked_on = models.DateField(_("last checked on"), null=True, blank=True)
    # Empty where nobody knows: it stood from the beginning, and removed it stood never. What worked when has no history.
    installed_on = models.DateField(_("installed on"), null=True, blank=True)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)

    objects = CameraQuerySet.as_manager()

    class Meta:
        verbose_name = _("camera")
        verbose_name_plural = _("cameras")
        ordering = ["code"]
        triggers = [StationStays()]
        indexes = [models.Index(fields=["station", "village"], name="camera_by_village")]
        constraints = [
            models.UniqueConstraint(fields=["station", "code"], name="camera_once_per_code"),
            models.CheckConstraint(condition=ON_EARTH, name="camera_is_on_earth"),
            models.CheckConstraint(condition=Q(retired_on=None) | Q(state="removed"), name="camera_retired_is_removed"),
            models.CheckConstraint(
                condition=Q(installed_on=None) | Q(retired_on=None) | Q(retired_on__gte=F("installed_on")),
                name="camera_stands_before_it_goes",
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.place}"
