"""A shift somebody plans, and those who sign up for it."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from households.models import HouseholdHead
from patrols.models.volunteers import Volunteer
from shengkang.organization import access
from shengkang.organization.models import Membership, Station, StationQuerySet, Unit, User
from shengkang.organization.same_station import SameStation, StationStays


class PatrolKind(models.TextChoices):
    NIGHT = "night", _("night patrol")
    SCHOOL = "school", _("school escort")
    MARKET = "market", _("market day")
    HOLIDAY = "holiday", pgettext_lazy("patrol", "holiday")
    FIRE_SEASON = "fire", _("fire season")
    FLOOD_SEASON = "flood", _("flood season")
    EMERGENCY = "emergency", _("emergency")


class ShiftQuerySet(StationQuerySet):
    def visible_to(self, user):
        """Scope S: the station's; scope A: those of one's own village as head or volunteer, and those one signed up for or leads."""
        scopes = access.scopes(user, "shift", "read")
        if "S" in scopes:
            return self.of_station_of(user)
        if "A" not in scopes:
            return self.none()
        seen = Q(leader=user)
        seen |= Q(village__in=HouseholdHead.objects.active().filter(user=user).values("village"))
        seen |= Q(village__in=Membership.objects.filter(user=user, role=access.Role.VOLUNTEER).values("unit"))
        if user.person_id:
            seen |= Q(village__in=Volunteer.objects.enrolled().filter(person_id=user.person_id).values("village"))
            seen |= Q(pk__in=SignUp.objects.in_force().filter(volunteer__person_id=user.person_id).values("shift"))
        return self.of_station_of(user).filter(seen)

    def coming(self, at):
        return self.filter(cancelled_at__isnull=True, ends_at__gt=at)


class Shift(models.Model):
    """Some hours in a village for which volunteers sign up; an officer or auxiliary leads it."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    village = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("village or community"))
    kind = models.CharField(_("kind"), max_length=10, choices=PatrolKind.choices)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    meeting_place = models.CharField(_("meeting place"), max_length=80)
    leader = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("leader"))
    places = models.PositiveSmallIntegerField(_("places"), default=6)
    note = models.CharField(_("note"), max_length=200, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancelled_because = models.CharField(_("cancelled because"), max_length=200, blank=True)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["-starts_at", "-id"]
        triggers = [SameStation("leader"), StationStays()]
        indexes = [models.Index(fields=["station", "-starts_at", "-id"], name="shift_newest_first")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_runs_forward"),
            models.CheckConstraint(condition=Q(places__range=(1, 200)), name="shift_has_places"),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | ~Q(cancelled_because=""), name="shift_cancelled_means_why"
            ),
        ]

    def __str__(self):
        return f"{self.village} · {self.get_kind_display()} · {timezone.localtime(self.starts_at):%Y-%m-%d}"

    def get_absolute_url(self):
        """The shift, as volunteers read it."""
        return reverse("patrols:shift", args=[self.pk])


class SignUpQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(shift__in=Shift.objects.visible_to(user))

    def in_force(self):
        return self.filter(withdrawn_at__isnull=True)


class SignUp(models.Model):
    """A volunteer takes a place in a shift, or gives it back; signing up again is a new row."""

    shift = models.ForeignKey(Shift, models.PROTECT, related_name="sign_ups", verbose_name=_("shift"))
    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="sign_ups", verbose_name=_("volunteer"))
    at = models.DateTimeField(_("signed up at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = SignUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        ordering = ["shift", "at", "id"]
        triggers = [SameStation("shift", "volunteer")]
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "volunteer"], condition=Q(withdrawn_at__isnull=True), name="sign_up_once_in_force"
            ),
        ]

    def __str__(self):
        return f"{self.volunteer} · {self.shift}"
