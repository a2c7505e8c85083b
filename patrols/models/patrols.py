"""A patrol that starts and ends with its leader, who was there, and what they found."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patrols.models.shifts import PatrolKind, Shift
from patrols.models.volunteers import Volunteer
from shengkang.audit.models import Fact
from shengkang.cases.models import DisputeCase
from shengkang.hazards.models import Hazard
from shengkang.organization import access
from shengkang.organization.models import Station, StationQuerySet, Unit, User
from shengkang.organization.same_station import SameStation, StationStays


class PatrolQuerySet(StationQuerySet):
    def visible_to(self, user):
        """Scope S: the station's; scope A: those one leads, was at, or signed up for."""
        scopes = access.scopes(user, "patrol", "read")
        if "S" in scopes:
            return self.of_station_of(user)
        if "A" not in scopes:
            return self.none()
        seen = Q(leader=user)
        if user.person_id:
            seen |= Q(Exists(Attendance.objects.filter(patrol=OuterRef("pk"), volunteer__person_id=user.person_id)))
            signed = Shift.objects.filter(sign_ups__volunteer__person_id=user.person_id, sign_ups__withdrawn_at__isnull=True)
            seen |= Q(shift__in=signed.values("pk"))
        return self.of_station_of(user).filter(seen)

    def under_way(self):
        return self.filter(ended_at__isnull=True)


class Patrol(models.Model):
    """One round through a village. Starts when its leader says so; ending it writes who was there."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    village = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("village or community"))
    shift = models.OneToOneField(Shift, models.PROTECT, null=True, blank=True, related_name="patrol", verbose_name=_("shift"))
    kind = models.CharField(_("kind"), max_length=10, choices=PatrolKind.choices)
    leader = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("leader"))
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    kilometres = models.DecimalField(_("kilometres"), max_digits=5, decimal_places=1, null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = PatrolQuerySet.as_manager()

    class Meta:
        verbose_name = _("patrol")
        verbose_name_plural = _("patrols")
        ordering = ["-started_at", "-id"]
        triggers = [SameStation("shift", "leader"), StationStays()]
        indexes = [models.Index(fields=["station", "-started_at", "-id"], name="patrol_newest_first")]
        constraints = [
            models.UniqueConstraint(fields=["leader"], condition=Q(ended_at__isnull=True), name="leader_is_on_one_patrol"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("started_at")), name="patrol_runs_forward"
            ),
            models.CheckConstraint(
                condition=Q(kilometres__isnull=True) | Q(kilometres__gte=0), name="patrol_goes_no_negative_way"
            ),
        ]

    def __str__(self):
        return f"{self.village} · {self.get_kind_display()} · {timezone.localtime(self.started_at):%Y-%m-%d}"

    def get_absolute_url(self):
        """The patrol, as its leader and its volunteers read it."""
        return reverse("patrols:patrol", args=[self.pk])


class OfPatrolQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(patrol__in=Patrol.objects.visible_to(user))


class Attendance(Fact):
    """The leader says that a volunteer was there; written when the patrol ends. Scoring reads it."""

    patrol = models.ForeignKey(Patrol, models.PROTECT, related_name="attendances", verbose_name=_("patrol"))
    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="attendances", verbose_name=_("volunteer"))
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("confirmed by"))
    at = models.DateTimeField(_("at"))

    objects = OfPatrolQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("attendance at a patrol")
        verbose_name_plural = _("attendances at patrols")
        ordering = ["patrol", "id"]
        triggers = [*Fact.Meta.triggers, SameStation("patrol", "volunteer", "by")]
        constraints = [
            models.UniqueConstraint(fields=["patrol", "volunteer"], name="attendance_once"),
            models.CheckConstraint(condition=Q(minutes__range=(1, 24 * 60)), name="attendance_within_a_day"),
        ]

    def __str__(self):
        return f"{self.volunteer} · {self.patrol}"


class FindingQuerySet(OfPatrolQuerySet):
    def visible_to(self, user):
        """Scope S: the station's; scope A: those of one's own patrols.

        A protected case hides its finding too, from all but those who may see the case and the one who found it.
        """
        scopes = access.scopes(user, "finding", "list")
        if not scopes:
            return self.none()
        seen = self.filter(patrol__station=user.station_id) if "S" in scopes else super().visible_to(user)
        protected = DisputeCase.objects.filter(restricted=True, station_id=user.station_id)
        hidden = protected.exclude(pk__in=protected.visible_to(user))
        return seen.exclude(~Q(by=user) & Q(case__in=hidden))


class Finding(Fact):
    """What a patrol came upon: a hazard (opened at once), a dispute (opened as a case), or something else worth a note."""

    class Kind(models.TextChoices):
        HAZARD = "hazard", _("hazard")
        DISPUTE = "dispute", _("dispute")
        OTHER = "other", _("something else")

    patrol = models.ForeignKey(Patrol, models.PROTECT, related_name="findings", verbose_name=_("patrol"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    place = models.CharField(_("place"), max_length=120, blank=True)
    text = models.CharField(_("what was found"), max_length=1000)
    hazard = models.OneToOneField(Hazard, models.PROTECT, null=True, blank=True, related_name="finding", verbose_name=_("hazard"))
    case = models.ForeignKey(
        DisputeCase, models.PROTECT, null=True, blank=True, related_name="findings", verbose_name=_("dispute case")
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("found by"))
    at = models.DateTimeField(_("at"), db_index=True)

    objects = FindingQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["-at", "-id"]
        triggers = [*Fact.Meta.triggers, SameStation("patrol", "hazard", "case", "by")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="hazard", hazard__isnull=False, case__isnull=True)
                | Q(kind="dispute", case__isnull=False, hazard__isnull=True)
                | Q(kind="other", case__isnull=True, hazard__isnull=True),
                name="finding_leads_where_its_kind_says",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} · {self.patrol}"
