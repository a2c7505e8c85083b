"""What heads see and tell, what the station answered, and where they called."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from households.models.homes import Home
from shengkang.audit.models import Fact
from shengkang.cases.models import DisputeCase
from shengkang.hazards.models import Hazard
from shengkang.organization import access
from shengkang.organization.models import Station, StationQuerySet, Unit, User
from shengkang.organization.same_station import SameStation


class SightingQuerySet(StationQuerySet):
    def visible_to(self, user):
        scopes = access.scopes(user, "sighting", "read")
        seen = Q(by=user) if scopes & {"A", "O"} else Q(pk__in=[])
        if "S" in scopes:
            seen = Q(station_id=user.station_id)
        elif "A" in scopes:
            seen |= Q(home__in=Home.objects.visible_to(user))
        # A protected case hides the sighting it came from, from all but those who may see the case and the one who told.
        protected = DisputeCase.objects.filter(restricted=True, station_id=user.station_id)
        hidden = protected.exclude(pk__in=protected.visible_to(user))
        led_there = Triage.objects.filter(case__in=hidden).values("sighting")
        return self.filter(seen).exclude(~Q(by=user) & (Q(case__in=hidden) | Q(pk__in=led_there)))

    def unanswered(self):
        """Waits at the information desk; a quarrel is answered by its case."""
        return self.exclude(kind="quarrel").exclude(Exists(Triage.objects.filter(sighting=OuterRef("pk"))))


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
        triggers = [*Fact.Meta.triggers, SameStation("by", "home", "case")]
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="quarrel") | Q(case__isnull=False), name="sighting_of_a_quarrel_has_a_case"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {timezone.localtime(self.at):%Y-%m-%d}"

    def get_absolute_url(self):
        return reverse("households:sighting", args=[self.pk])


class TriageQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(sighting__in=Sighting.objects.visible_to(user))


class Triage(Fact):
    """What the station made of a sighting, and what it answered the one who told; a later row is a later answer."""

    class Outcome(models.TextChoices):
        NOTED = "noted", _("noted, thank you")
        LOOKED = "looked", _("looked at, all right")
        PASSED_ON = "passed_on", _("passed on to whom it concerns")
        HAZARD = "hazard", _("became a hazard")
        DISPUTE = "dispute", _("became a dispute case")

    sighting = models.ForeignKey(Sighting, models.PROTECT, related_name="answers", verbose_name=_("sighting"))
    outcome = models.CharField(pgettext_lazy("sighting", "outcome"), max_length=10, choices=Outcome.choices)
    answer = models.CharField(_("answer to the one who told"), max_length=300)
    hazard = models.OneToOneField(Hazard, models.PROTECT, null=True, blank=True, related_name="triage", verbose_name=_("hazard"))
    case = models.ForeignKey(
        DisputeCase, models.PROTECT, null=True, blank=True, related_name="triages", verbose_name=_("dispute case")
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), db_index=True)

    objects = TriageQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("answer to a sighting")
        verbose_name_plural = _("answers to sightings")
        ordering = ["sighting", "at", "id"]
        triggers = [*Fact.Meta.triggers, SameStation("sighting", "hazard", "case", "by")]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="hazard", hazard__isnull=False, case__isnull=True)
                | Q(outcome="dispute", case__isnull=False, hazard__isnull=True)
                | (~Q(outcome__in=["hazard", "dispute"]) & Q(case__isnull=True, hazard__isnull=True)),
                name="triage_leads_where_its_outcome_says",
            ),
        ]

    def __str__(self):
        return f"{self.sighting} · {self.get_outcome_display()}"


class VisitQuerySet(StationQuerySet):
    def visible_to(self, user):
        scopes = access.scopes(user, "visit", "list")
        if "S" in scopes:
            return self.of_station_of(user)
        if "A" in scopes:
            return self.filter(Q(by=user) | Q(home__in=Home.objects.visible_to(user)))
        return self.none()


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
        triggers = [*Fact.Meta.triggers, SameStation("by", "home")]
        ordering = ["-at", "-id"]

    def __str__(self):
        return f"{self.home} {timezone.localtime(self.at):%Y-%m-%d}"
