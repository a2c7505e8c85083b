"""What can hurt somebody and can be put right: found by a head, a post or a patrol, assigned, put right, looked at again."""

import pghistory
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.audit.models import Fact
from shengkang.hazards.moves import MOVES, OPEN, Status
from shengkang.organization import access
from shengkang.organization.models import ON_EARTH, Address, Person, Station, StationQuerySet, Unit, User
from shengkang.organization.same_station import SameStation, StationStays


class HazardGroupQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The classes are nobody's secret."""
        return self.all()


class HazardGroup(models.Model):
    """A class of hazards (codes 01–16)."""

    code = models.CharField(_("code"), max_length=6, primary_key=True)
    name = models.CharField(pgettext_lazy("hazard group", "name"), max_length=40)
    examples = models.CharField(_("examples"), max_length=120, blank=True)

    objects = HazardGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("hazard group")
        verbose_name_plural = _("hazard groups")
        ordering = ["code"]

    def __str__(self):
        return self.name


class HazardQuerySet(StationQuerySet):
    def visible_to(self, user):
        """Scope S: the station's hazards; scope O: those the user found or shall put right."""
        scopes = access.scopes(user, "hazard", "read")
        if "S" in scopes:
            return self.of_station_of(user)
        return self.filter(Q(found_by=user) | Q(assigned_to=user)) if "O" in scopes else self.none()

    def open(self):
        return self.filter(status__in=OPEN)

    def overdue(self, at):
        """Not put right although its limit is over."""
        return self.filter(status__in=(Status.FOUND, Status.ASSIGNED), due_at__lt=at)


@pghistory.track(exclude=["text", "place"])
class Hazard(models.Model):
    """One hazard at one place. Its state is moved by `hazards.services` alone."""

    class Level(models.TextChoices):
        AT_ONCE = "at_once", _("at once")
        SAME_DAY = "same_day", _("same day")
        ORDINARY = "ordinary", pgettext_lazy("hazard", "ordinary")

    class Channel(models.TextChoices):
        HEAD = "head", _("hundred-household head")
        POST = "post", _("hundred-metre post")
        PATROL = "patrol", _("patrol")
        CAMPAIGN = "campaign", _("campaign")
        STATION = "station", _("police station")

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    village = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("village or community"))
    status = models.CharField(_("state"), max_length=10, choices=Status.choices)
    group = models.ForeignKey(HazardGroup, models.PROTECT, verbose_name=_("hazard group"))
    level = models.CharField(pgettext_lazy("hazard", "level"), max_length=10, choices=Level.choices)
    channel = models.CharField(_("found through"), max_length=10, choices=Channel.choices)
    address = models.ForeignKey(Address, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("address"))
    place = models.CharField(_("place"), max_length=120)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    text = models.TextField(_("what is dangerous"), max_length=1000)
    # Who owns or answers for the place: a household, a company, the village; a name or an office, as people would say it.
    answers_for_it = models.CharField(_("who answers for it"), max_length=80, blank=True)
    found_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("found by"))
    found_at = models.DateTimeField(_("found at"))
    assigned_to = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("to be put right by")
    )
    due_at = models.DateTimeField(_("due at"))
    put_right_at = models.DateTimeField(_("put right at"), null=True, blank=True)
    put_right_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("put right by")
    )
    closed_at = models.DateTimeField(pgettext_lazy("hazards", "closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("looked at by"))
    steps_taken = models.PositiveIntegerField(default=0, editable=False)

    objects = HazardQuerySet.as_manager()

    class Meta:
        verbose_name = _("hazard")
        verbose_name_plural = _("hazards")
        ordering = ["-found_at", "-id"]
        triggers = [
            SameStation("address", "found_by", "assigned_to", "put_right_by", "closed_by"),
            StationStays(),
        ]
        indexes = [
            models.Index(fields=["station", "-found_at", "-id"], name="hazard_newest_first"),
            models.Index(fields=["station", "due_at"], condition=Q(status__in=OPEN), name="hazard_open_by_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["put_right", "closed"], put_right_at__isnull=False, put_right_by__isnull=False)
                | (~Q(status__in=["put_right", "closed"]) & Q(put_right_at__isnull=True, put_right_by__isnull=True)),
                name="hazard_put_right_means_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False, closed_by__isnull=False)
                | (~Q(status="closed") & Q(closed_at__isnull=True, closed_by__isnull=True)),
                name="hazard_closed_means_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=F("put_right_by")),
                name="hazard_is_looked_at_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(status="assigned") | Q(assigned_to__isnull=False), name="hazard_assigned_means_to_whom"
            ),
            models.CheckConstraint(condition=ON_EARTH, name="hazard_point_is_on_earth"),
        ]

    def __str__(self):
        return f"{self.group} · {self.place}"

    def get_absolute_url(self):
        """The page on which those involved read how it stands."""
        return reverse("hazards:detail", args=[self.pk])


class HazardStepQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(hazard__in=Hazard.objects.visible_to(user))


class HazardStep(Fact):
    """One move of one hazard; its photos hang on it, so "found" carries those from before and "put right" those from after."""

    hazard = models.ForeignKey(Hazard, models.PROTECT, related_name="steps", verbose_name=_("hazard"))
    no = models.PositiveIntegerField(_("step"))
    move = models.CharField(_("move"), max_length=20, choices=[(name, move.label) for name, move in MOVES.items()])
    from_status = models.CharField(_("from"), max_length=10, choices=Status.choices, blank=True)
    to_status = models.CharField(_("to"), max_length=10, choices=Status.choices)
    at = models.DateTimeField(_("at"), db_index=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    # Who gets the credit, e.g. the finder of a hazard that proved real; scoring reads it.
    credited = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("credited to"))

    objects = HazardStepQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("step of a hazard")
        verbose_name_plural = _("steps of hazards")
        ordering = ["hazard", "no"]
        triggers = [*Fact.Meta.triggers, SameStation("hazard", "by", "credited")]
        constraints = [models.UniqueConstraint(fields=["hazard", "no"], name="hazard_step_numbered_once")]

    def __str__(self):
        return f"{self.hazard} · {self.get_move_display()}"
