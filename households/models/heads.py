"""How heads are chosen and trained: the village proposes, the station appoints."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from households.models.homes import HouseholdHead
from shengkang.audit.models import Fact
from shengkang.organization import access
from shengkang.organization.models import Membership, Person, Station, StationQuerySet, Unit, User
from shengkang.organization.same_station import SameStation, StationStays


def villages_of_cadre(user):
    """The villages whose cadre a user is, for use in a query."""
    return Membership.objects.filter(user=user, role=access.Role.VILLAGE_CADRE).values("unit")


class NominationQuerySet(StationQuerySet):
    def visible_to(self, user):
        scopes = access.scopes(user, "head_nomination", "list")
        if "S" in scopes:
            return self.of_station_of(user)
        return self.of_station_of(user).filter(village__in=villages_of_cadre(user)) if "A" in scopes else self.none()

    def waiting(self):
        return self.filter(decision=Nomination.Decision.WAITING)


class Nomination(models.Model):
    """A village proposes somebody as head; the station's chief appoints or declines. `spoken_by`: who signed, where it came on paper."""

    class Decision(models.TextChoices):
        WAITING = "waiting", _("waiting")
        APPOINTED = "appointed", _("appointed")
        DECLINED = "declined", pgettext_lazy("nomination", "declined")
        WITHDRAWN = "withdrawn", _("withdrawn by the village")

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    village = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("village or community"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="nominations", verbose_name=_("person proposed"))
    reason = models.CharField(_("why this person"), max_length=300)
    spoken_by = models.CharField(_("signed on paper by"), max_length=40, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    at = models.DateTimeField(_("proposed at"))
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices, default=Decision.WAITING)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    answer = models.CharField(_("answer to the village"), max_length=200, blank=True)
    # Somebody may be chosen again after a term, so one head may have come from several nominations.
    head = models.ForeignKey(
        HouseholdHead, models.PROTECT, null=True, blank=True, related_name="nominations", verbose_name=_("hundred-household head")
    )

    objects = NominationQuerySet.as_manager()

    class Meta:
        verbose_name = _("nomination of a head")
        verbose_name_plural = _("nominations of heads")
        ordering = ["-at", "-id"]
        triggers = [SameStation("person", "by", "decided_by", "head"), StationStays()]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(decision="waiting"), name="nomination_waits_once_per_person"),
            models.CheckConstraint(
                condition=Q(decision="waiting", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(decision="waiting") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="nomination_decided_means_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(decision="appointed", head__isnull=False) | (~Q(decision="appointed") & Q(head__isnull=True)),
                name="nomination_appointed_means_a_head",
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.village}"

    def get_absolute_url(self):
        return reverse("households:nomination", args=[self.pk])


class TrainingQuerySet(StationQuerySet):
    def visible_to(self, user):
        scopes = access.scopes(user, "training", "list")
        if "S" in scopes:
            return self.of_station_of(user)
        return self.of_station_of(user).filter(records__head__user=user).distinct() if "O" in scopes else self.none()


class Training(models.Model):
    """A lesson for heads: mediation, law, fire, fraud. Who came stands in its records."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    title = models.CharField(_("subject"), max_length=80)
    held_on = models.DateField(_("held on"))
    hours = models.DecimalField(_("hours"), max_digits=3, decimal_places=1)
    place = models.CharField(_("place"), max_length=80, blank=True)
    teacher = models.CharField(_("teacher"), max_length=40, blank=True)

    objects = TrainingQuerySet.as_manager()

    class Meta:
        verbose_name = _("training")
        verbose_name_plural = _("trainings")
        ordering = ["-held_on", "-id"]
        triggers = [StationStays()]
        constraints = [models.CheckConstraint(condition=Q(hours__gt=0, hours__lte=24), name="training_lasts_some_hours")]

    def __str__(self):
        return f"{self.held_on} {self.title}"

    def get_absolute_url(self):
        return reverse("households:trainings")


class TrainingRecordQuerySet(models.QuerySet):
    def visible_to(self, user):
        if "S" in access.scopes(user, "training", "list"):
            return self.filter(training__station_id=user.station_id)
        return self.filter(head__user=user)


class TrainingRecord(Fact):
    """A head was at a training."""

    training = models.ForeignKey(Training, models.PROTECT, related_name="records", verbose_name=_("training"))
    head = models.ForeignKey(HouseholdHead, models.PROTECT, related_name="trainings", verbose_name=_("hundred-household head"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects = TrainingRecordQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("training record")
        verbose_name_plural = _("training records")
        ordering = ["training", "id"]
        triggers = [*Fact.Meta.triggers, SameStation("training", "head", "by")]
        constraints = [models.UniqueConstraint(fields=["training", "head"], name="head_is_at_a_training_once")]

    def __str__(self):
        return f"{self.head} · {self.training}"
