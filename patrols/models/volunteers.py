"""A volunteer from the first word to the day he leaves, and each opinion given about him."""

import pghistory
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from households.models import HouseholdHead
from patrols.moves import MOVES, Status
from shengkang.audit.models import Fact
from shengkang.organization import access
from shengkang.organization.models import Membership, Person, Station, StationQuerySet, Unit, User
from shengkang.organization.same_station import SameStation, StationStays


class VolunteerQuerySet(StationQuerySet):
    def visible_to(self, user):
        """Scope S: the station's; scope A: those of the villages where one is head or cadre; scope O: oneself."""
        scopes = access.scopes(user, "volunteer_application", "read")
        if "S" in scopes:
            return self.of_station_of(user)
        seen = Q(pk__in=[])
        if "A" in scopes:
            heads = HouseholdHead.objects.active().filter(user=user).values("village")
            cadres = Membership.objects.filter(user=user, role=access.Role.VILLAGE_CADRE).values("unit")
            seen |= Q(village__in=heads) | Q(village__in=cadres)
        if scopes & {"O", "A"} and user.person_id:
            seen |= Q(person_id=user.person_id)
        return self.of_station_of(user).filter(seen)

    def enrolled(self):
        return self.filter(status=Status.ENROLLED)


@pghistory.track(exclude=["motive"])
class Volunteer(models.Model):
    """One person of one station who wants to, does or did patrol as a volunteer. Moved by `patrols.services` alone."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    village = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("village or community"))
    person = models.OneToOneField(Person, models.PROTECT, related_name="volunteer", verbose_name=_("person"))
    status = models.CharField(_("state"), max_length=12, choices=Status.choices)
    motive = models.CharField(_("why he wants to help"), max_length=300, blank=True)
    applied_at = models.DateTimeField(_("applied at"))
    enrolled_on = models.DateField(_("enrolled on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    steps_taken = models.PositiveIntegerField(default=0, editable=False)

    objects = VolunteerQuerySet.as_manager()

    class Meta:
        verbose_name = _("volunteer")
        verbose_name_plural = _("volunteers")
        ordering = ["-applied_at", "-id"]
        triggers = [SameStation("person"), StationStays()]
        indexes = [models.Index(fields=["station", "status", "village"], name="volunteer_by_status")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="enrolled") | Q(enrolled_on__isnull=False), name="volunteer_enrolled_means_when"
            ),
            models.CheckConstraint(
                condition=(Q(status="left") & Q(left_on__isnull=False)) | (~Q(status="left") & Q(left_on__isnull=True)),
                name="volunteer_left_means_when",
            ),
        ]

    def __str__(self):
        return str(self.person)

    def get_absolute_url(self):
        """The application, as the applicant and those who give an opinion read it."""
        return reverse("patrols:application", args=[self.pk])


class VettingStepQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(volunteer__in=Volunteer.objects.visible_to(user))


class VettingStep(Fact):
    """One opinion or decision. `spoken_by` is who gave it where an officer enters it from a signed paper (photo attached)."""

    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="steps", verbose_name=_("volunteer"))
    no = models.PositiveIntegerField(_("step"))
    move = models.CharField(_("move"), max_length=20, choices=[(name, move.label) for name, move in MOVES.items()])
    from_status = models.CharField(_("from"), max_length=12, choices=Status.choices, blank=True)
    to_status = models.CharField(_("to"), max_length=12, choices=Status.choices)
    at = models.DateTimeField(_("at"), db_index=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    note = models.CharField(_("opinion"), max_length=500, blank=True)
    spoken_by = models.CharField(_("signed on paper by"), max_length=40, blank=True)

    objects = VettingStepQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("vetting step")
        verbose_name_plural = _("vetting steps")
        ordering = ["volunteer", "no"]
        triggers = [*Fact.Meta.triggers, SameStation("volunteer", "by")]
        constraints = [models.UniqueConstraint(fields=["volunteer", "no"], name="vetting_step_numbered_once")]

    def __str__(self):
        return f"{self.volunteer} · {self.get_move_display()}"
