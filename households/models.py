"""百户长: homes, who lives in them, the heads who look after about a hundred each, and what they see."""

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.audit.models import Fact
from shengkang.cases.models import DisputeCase
from shengkang.organization import access
from shengkang.organization.models import Address, Person, Station, StationQuerySet, Unit, User


def _days(start="active_from", end="active_to"):
    return Func(F(start), F(end), Value("[)"), function="daterange")


class HomeQuerySet(StationQuerySet):
    def visible_to(self, user):
        scopes = access.scopes(user, "household", "read")
        if "S" in scopes:
            return self.of_station_of(user)
        if "A" in scopes:
            return self.of_station_of(user).looked_after_by(user)
        return self.none()

    def looked_after_by(self, user):
        return self.filter(assignments__head__user=user, assignments__active_to__isnull=True)


class Home(models.Model):
    """A dwelling (户): one-to-one with its address."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    address = models.OneToOneField(Address, models.PROTECT, related_name="home", verbose_name=_("address"))
    householder = models.CharField(_("householder"), max_length=40)

    objects = HomeQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("dwelling", "home")
        verbose_name_plural = pgettext_lazy("dwelling", "homes")
        ordering = ["id"]

    def __str__(self):
        return f"{self.address} {self.householder}"


class ResidentQuerySet(models.QuerySet):
    def visible_to(self, user):
        scopes = access.scopes(user, "resident", "read")
        if "S" in scopes:
            return self.filter(home__station_id=user.station_id)
        return self.filter(home__in=Home.objects.visible_to(user)) if "A" in scopes else self.none()

    def living_there(self):
        return self.filter(moved_out_on__isnull=True)


class Resident(models.Model):
    """A person lives, or is registered, in a home."""

    class Need(models.TextChoices):
        NONE = "", _("no special service need")
        ALONE = "alone", _("elder living alone")
        LEFT_BEHIND_ELDER = "elder", _("elder whose children work away")
        DISABLED = "disabled", _("person with a disability")

    home = models.ForeignKey(Home, models.PROTECT, related_name="residents", verbose_name=pgettext_lazy("dwelling", "home"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="residences", verbose_name=_("person"))
    works_away = models.BooleanField(_("works away"), default=False)
    need = models.CharField(_("service need"), max_length=10, choices=Need.choices, blank=True)
    moved_in_on = models.DateField(_("moved in on"))
    moved_out_on = models.DateField(_("moved out on"), null=True, blank=True)

    objects = ResidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("resident")
        verbose_name_plural = _("residents")
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(moved_out_on__isnull=True), name="resident_lives_in_one_home"),
        ]

    def __str__(self):
        return str(self.person)


class HeadQuerySet(StationQuerySet):
    def visible_to(self, user):
        if "S" in access.scopes(user, "household", "read"):
            return self.of_station_of(user)
        return self.filter(user=user)

    def active(self):
        return self.filter(active_to__isnull=True)


class HouseholdHead(models.Model):
    """A trusted local who looks after about a hundred homes (百户长), appointed for a term."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    village = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("village or community"))
    user = models.OneToOneField(User, models.PROTECT, related_name="household_head", verbose_name=_("account"))
    active_from = models.DateField(_("appointed on"))
    active_to = models.DateField(_("served until"), null=True, blank=True)

    objects = HeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("hundred-household head")
        verbose_name_plural = _("hundred-household heads")
        ordering = ["village", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(active_to__isnull=True) | Q(active_to__gte=F("active_from")), name="head_serves_forward"
            ),
        ]

    def __str__(self):
        return str(self.user)


@pghistory.track()
class Assignment(models.Model):
    """A head looks after a home from one day until another; never two heads on the same day."""

    head = models.ForeignKey(HouseholdHead, models.PROTECT, related_name="assignments", verbose_name=_("hundred-household head"))
    home = models.ForeignKey(Home, models.PROTECT, related_name="assignments", verbose_name=pgettext_lazy("dwelling", "home"))
    active_from = models.DateField(_("from"))
    active_to = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("assignment of a home")
        verbose_name_plural = _("assignments of homes")
        constraints = [
            ExclusionConstraint(
                name="home_has_one_head_at_a_time",
                expressions=[("home", RangeOperators.EQUAL), (_days(), RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(active_to__isnull=True) | Q(active_to__gte=F("active_from")), name="assignment_runs_forward"
            ),
        ]
        indexes = [models.Index(fields=["head"], condition=Q(active_to__isnull=True), name="assignment_now_of_head")]

    def __str__(self):
        return f"{self.head} → {self.home}"


class SightingQuerySet(StationQuerySet):
    def visible_to(self, user):
        scopes = access.scopes(user, "sighting", "read")
        if "S" in scopes:
            hidden = DisputeCase.objects.filter(restricted=True).exclude(pk__in=DisputeCase.objects.visible_to(user))
            return self.of_station_of(user).exclude(case__in=hidden)
        return self.filter(by=user) if scopes & {"A", "O"} else self.none()


class Sighting(Fact):
    """What a head saw and told: a quarrel (which opens a case), an unknown stranger, something else."""

    class Kind(models.TextChoices):
        QUARREL = "quarrel", _("quarrel")
        STRANGER = "stranger", _("unknown stranger")
        OTHER = "other", _("something else")

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    village = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("village or community"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("seen by"))
    home = models.ForeignKey(
        Home, models.PROTECT, null=True, blank=True, related_name="sightings", verbose_name=pgettext_lazy("dwelling", "home")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    text = models.TextField(_("what was seen"), max_length=2000)
    case = models.ForeignKey(
        DisputeCase, models.PROTECT, null=True, blank=True, related_name="sightings", verbose_name=_("dispute case")
    )
    at = models.DateTimeField(_("at"), db_index=True)

    objects = SightingQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("sighting")
        verbose_name_plural = _("sightings")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="quarrel") | Q(case__isnull=False), name="sighting_of_a_quarrel_has_a_case"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"


class VisitQuerySet(StationQuerySet):
    def visible_to(self, user):
        scopes = access.scopes(user, "visit", "list")
        if "S" in scopes:
            return self.of_station_of(user)
        return self.filter(by=user) if scopes else self.none()


class Visit(Fact):
    """A head called at a home: talk about prevention, care for an elder, a look at something."""

    class Kind(models.TextChoices):
        PREVENTION = "prevention", _("talk about prevention")
        CARE = "care", _("care visit")
        CHECK = "check", _("look at something")

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    home = models.ForeignKey(Home, models.PROTECT, related_name="visits", verbose_name=pgettext_lazy("dwelling", "home"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("visited by"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    note = models.CharField(_("note"), max_length=500, blank=True)
    at = models.DateTimeField(_("at"), db_index=True)

    objects = VisitQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = pgettext_lazy("household", "visit")
        verbose_name_plural = pgettext_lazy("household", "visits")
        ordering = ["-at", "-id"]

    def __str__(self):
        return f"{self.home} {self.at:%Y-%m-%d}"
