"""Homes, who lives in them, the heads who look after about a hundred each, and for how long."""

from datetime import timedelta

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.organization import access
from shengkang.organization.models import Address, Membership, Person, Station, StationQuerySet, Unit, User
from shengkang.organization.same_station import SameStation, StationStays

# Time enough to ask the village, and to walk the homes with a successor.
DAYS_BEFORE_A_TERM_ENDS = 60


def _homes_now_of(user):
    return Assignment.objects.in_force().filter(head__user=user, head__active_to__isnull=True).values("home")


def _days(start="active_from", end="active_to"):
    return Func(F(start), F(end), Value("[)"), function="daterange")


class HomeQuerySet(StationQuerySet):
    def visible_to(self, user):
        scopes = access.scopes(user, "household", "read")
        if "S" in scopes:
            return self.of_station_of(user)
        if "A" in scopes:
            return self.of_station_of(user).entrusted_to(user)
        return self.none()

    def entrusted_to(self, user):
        """A head's own homes now, and the homes of the villages an auxiliary is posted to (驻村辅警)."""
        posted = Membership.objects.filter(user=user, role=access.Role.AUX_POLICE, unit__level=Unit.Level.VILLAGE)
        return self.filter(Q(pk__in=_homes_now_of(user)) | Q(address__village__in=posted.values("unit")))

    def looked_after_by(self, user):
        """The homes an active head looks after now."""
        return self.filter(pk__in=_homes_now_of(user))

    def without_head(self):
        return self.exclude(pk__in=Assignment.objects.in_force().values("home"))

    def door_after_door(self):
        """As one walks along: doors are numbers with a word behind them, so the shorter one comes first."""
        return self.order_by("address__village__code", "address__group__path", Length("address__door"), "address__door")

    def matching(self, text: str):
        """Homes whose door, householder, or a resident's name in characters or pinyin fits `text`."""
        text = text.strip()
        living_there = Resident.objects.living_there()
        if text.isascii() and not text.isdigit():
            return self.filter(pk__in=living_there.filter(person__name_key__startswith=text.lower()).values("home"))
        return self.filter(
            Q(address__door__icontains=text)
            | Q(householder__startswith=text)
            | Q(pk__in=living_there.filter(person__name__startswith=text).values("home"))
        )


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
        triggers = [SameStation("address"), StationStays()]

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
        triggers = [SameStation("home", "person")]
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

    def ending_soon(self, day):
        """Serving, and the term ends within 60 days of `day` or is over already."""
        return self.active().filter(term_ends_on__lte=day + timedelta(days=DAYS_BEFORE_A_TERM_ENDS))

    def untrained_in(self, year):
        """Serving, without any training of a calendar year."""
        return self.active().exclude(trainings__training__held_on__year=year)


class HouseholdHead(models.Model):
    """A trusted local who looks after about a hundred homes (百户长), appointed for a term."""

    class Parting(models.TextChoices):
        TERM_OVER = "term", _("term is over")
        OWN_WISH = "wish", _("at his own wish")
        MOVED = "moved", _("moved away")
        HEALTH = "health", _("for reasons of health")
        DISMISSED = "dismissed", _("dismissed")

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    village = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("village or community"))
    user = models.OneToOneField(User, models.PROTECT, related_name="household_head", verbose_name=_("account"))
    active_from = models.DateField(_("appointed on"))
    # When the term he was appointed for ends; he serves on until somebody parts with him.
    term_ends_on = models.DateField(_("term ends on"), null=True, blank=True)
    active_to = models.DateField(_("served until"), null=True, blank=True)
    parting = models.CharField(_("parted because"), max_length=10, choices=Parting.choices, blank=True)

    objects = HeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("hundred-household head")
        verbose_name_plural = _("hundred-household heads")
        ordering = ["village", "id"]
        triggers = [SameStation("user"), StationStays()]
        constraints = [
            models.CheckConstraint(
                condition=Q(active_to__isnull=True) | Q(active_to__gte=F("active_from")), name="head_serves_forward"
            ),
        ]

    def __str__(self):
        return str(self.user)


class AssignmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(head__in=HouseholdHead.objects.visible_to(user))

    def in_force(self):
        """Hand-overs are entered on their day, never ahead, so an open end is the state of today."""
        return self.filter(active_to__isnull=True)


@pghistory.track()
class Assignment(models.Model):
    """A head looks after a home from one day until another; never two heads on the same day."""

    head = models.ForeignKey(HouseholdHead, models.PROTECT, related_name="assignments", verbose_name=_("hundred-household head"))
    home = models.ForeignKey(Home, models.PROTECT, related_name="assignments", verbose_name=pgettext_lazy("dwelling", "home"))
    active_from = models.DateField(_("from"))
    active_to = models.DateField(_("until"), null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment of a home")
        verbose_name_plural = _("assignments of homes")
        triggers = [SameStation("head", "home")]
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
