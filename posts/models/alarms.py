"""An alarm, everybody who was told of it, and each step taken."""

import pghistory
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from posts.models.equipment import AlarmPoint, Device
from posts.models.places import SecurityPost
from posts.moves import MOVES, OPEN, Status
from shengkang.audit.models import Fact
from shengkang.cases.models import DisputeCase
from shengkang.organization import access
from shengkang.organization.models import ON_EARTH, Station, StationQuerySet, Unit, User
from shengkang.organization.same_station import SameStation, StationStays


class AlarmQuerySet(StationQuerySet):
    def visible_to(self, user):
        """Scope S: the station's alarms; scope A: those one raised or was told of."""
        scopes = access.scopes(user, "alarm_event", "read")
        if "S" in scopes:
            return self.of_station_of(user)
        if "A" not in scopes:
            return self.none()
        told = Exists(Response.objects.filter(alarm=OuterRef("pk"), user=user))
        return self.of_station_of(user).filter(Q(raised_by=user) | Q(told))

    def open(self):
        return self.filter(status__in=OPEN)

    def to_be_called(self, at):
        """People are to be told of these now: nobody was yet, or nobody acknowledged since."""
        return self.filter(call_at__lte=at).order_by("call_at", "id")

    def waiting(self):
        """Nobody has acknowledged yet."""
        return self.filter(status=Status.RAISED)


@pghistory.track(exclude=["text", "place", "call_at"])
class Alarm(models.Model):
    """Somebody or something called for help. Its state is moved by `posts.services` alone."""

    class Kind(models.TextChoices):
        HELP = "help", _("call for help")
        QUARREL = "quarrel", pgettext_lazy("alarm", "quarrel or fight")
        THEFT = "theft", _("theft or robbery")
        FIRE = "fire", _("fire")
        CARE = "care", _("care alarm")

    class Source(models.TextChoices):
        PHONE = "phone", pgettext_lazy("alarm", "phone")
        DEVICE = "device", _("device")
        DESK = "desk", _("the station's desk")

    class Code(models.TextChoices):
        """How it ended."""

        SOLVED = "solved", _("helped on the spot")
        DISPUTE = "dispute", _("became a dispute case")
        TAKEN_OVER = "taken_over", _("taken over by the police as a case")
        HOSPITAL = "hospital", _("brought to hospital (120)")
        FALSE = "false", _("false alarm")
        TEST = "test", _("test")

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    village = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("village or community")
    )
    status = models.CharField(_("state"), max_length=12, choices=Status.choices)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    source = models.CharField(pgettext_lazy("alarm", "raised from"), max_length=6, choices=Source.choices)
    raised_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("raised by"))
    device = models.ForeignKey(Device, models.PROTECT, null=True, blank=True, related_name="alarms", verbose_name=_("device"))
    # What the device calls this event; the same event sent again is the same alarm.
    event = models.CharField(_("event number of the device"), max_length=64, blank=True)
    point = models.ForeignKey(
        AlarmPoint, models.PROTECT, null=True, blank=True, related_name="alarms", verbose_name=_("alarm point")
    )
    post = models.ForeignKey(
        SecurityPost, models.PROTECT, null=True, blank=True, related_name="alarms", verbose_name=_("security post")
    )
    place = models.CharField(_("place"), max_length=120, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    text = models.CharField(_("what happened"), max_length=500, blank=True)
    # When it was pressed, as the device or phone says; `received_at` is ours and is what limits are counted from.
    pressed_at = models.DateTimeField(_("pressed at"))
    received_at = models.DateTimeField(_("received at"))
    # When people are to be told next; empty when nothing is owed. The watch asks for this field alone.
    call_at = models.DateTimeField(null=True, blank=True, editable=False)
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    closed_at = models.DateTimeField(pgettext_lazy("alarm", "closed at"), null=True, blank=True)
    code = models.CharField(_("how it ended"), max_length=10, choices=Code.choices, blank=True)
    case = models.ForeignKey(
        DisputeCase, models.PROTECT, null=True, blank=True, related_name="alarms", verbose_name=_("dispute case")
    )
    steps_taken = models.PositiveIntegerField(default=0, editable=False)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        ordering = ["-received_at", "-id"]
        triggers = [SameStation("raised_by", "device", "point", "post", "case"), StationStays()]
        indexes = [
            models.Index(fields=["station", "-received_at", "-id"], name="alarm_newest_first"),
            models.Index(fields=["station", "received_at"], condition=Q(status__in=OPEN), name="alarm_open"),
            models.Index(fields=["call_at", "id"], condition=Q(call_at__isnull=False), name="alarm_to_be_called"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["device", "event"], condition=~Q(event=""), name="alarm_once_per_event"),
            models.CheckConstraint(condition=ON_EARTH, name="alarm_point_of_event_is_on_earth"),
            models.CheckConstraint(
                condition=Q(source="device", device__isnull=False)
                | (~Q(source="device") & Q(device__isnull=True, raised_by__isnull=False)),
                name="alarm_comes_from_somewhere",
            ),
            models.CheckConstraint(
                condition=(Q(status="closed", closed_at__isnull=False) & ~Q(code=""))
                | (~Q(status="closed") & Q(closed_at__isnull=True, code="")),
                name="alarm_closed_means_when_and_how",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["raised", "closed"]) | Q(acknowledged_at__isnull=False),
                name="alarm_answered_means_when",
            ),
            models.CheckConstraint(condition=Q(call_at__isnull=True) | Q(status="raised"), name="alarm_calls_until_answered"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} · {self.place or self.point or self.post or ''}"

    def get_absolute_url(self):
        """The page for those who answer, on the phone."""
        return reverse("posts:alarm", args=[self.pk])


class OfAlarmQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(alarm__in=Alarm.objects.visible_to(user))


class Signal(Fact):
    """One event of a device and the alarm it raised or joined; the same event sent again finds this row, however late it comes."""

    device = models.ForeignKey(Device, models.PROTECT, related_name="signals", verbose_name=_("device"))
    event = models.CharField(_("event number of the device"), max_length=64)
    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="signals", verbose_name=_("alarm"))
    pressed_at = models.DateTimeField(_("pressed at"))
    at = models.DateTimeField(_("received at"))

    objects = OfAlarmQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("signal of a device")
        verbose_name_plural = _("signals of devices")
        ordering = ["alarm", "id"]
        triggers = [*Fact.Meta.triggers, SameStation("device", "alarm")]
        constraints = [models.UniqueConstraint(fields=["device", "event"], name="signal_once_per_event")]

    def __str__(self):
        return f"{self.device} · {self.event}"


class Response(Fact):
    """Somebody was told of an alarm: how far away he was, in metres, where that was known."""

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="responses", verbose_name=_("alarm"))
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("responder"))
    told_at = models.DateTimeField(_("told at"))
    distance = models.PositiveIntegerField(_("distance in metres"), null=True, blank=True)

    objects = OfAlarmQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("responder told")
        verbose_name_plural = _("responders told")
        ordering = ["alarm", "told_at", "id"]
        triggers = [*Fact.Meta.triggers, SameStation("alarm", "user")]
        constraints = [models.UniqueConstraint(fields=["alarm", "user"], name="responder_told_once")]

    def __str__(self):
        return f"{self.alarm} · {self.user}"


class AlarmStep(Fact):
    """One step of one alarm; `by` is empty where a device or the clock did it."""

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="steps", verbose_name=_("alarm"))
    no = models.PositiveIntegerField(_("step"))
    move = models.CharField(_("move"), max_length=20, choices=[(name, move.label) for name, move in MOVES.items()])
    from_status = models.CharField(_("from"), max_length=12, choices=Status.choices, blank=True)
    to_status = models.CharField(_("to"), max_length=12, choices=Status.choices)
    at = models.DateTimeField(_("at"), db_index=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = OfAlarmQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("step of an alarm")
        verbose_name_plural = _("steps of alarms")
        ordering = ["alarm", "no"]
        triggers = [*Fact.Meta.triggers, SameStation("alarm", "by")]
        constraints = [models.UniqueConstraint(fields=["alarm", "no"], name="alarm_step_numbered_once")]

    def __str__(self):
        return f"{self.alarm} · {self.get_move_display()}"
