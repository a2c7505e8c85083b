"""People and what they consented to. Few fields, each with a reason; the ID number is sealed."""

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.organization import access
from shengkang.organization.models.places import Station, StationQuerySet, Unit
from shengkang.organization.same_station import StationStays


class PersonQuerySet(StationQuerySet):
    def visible_to(self, user):
        """The station's officers see its people; everyone sees the person he himself is. Rooms above open more, e.g. a head's residents."""
        seen = Q(pk=user.person_id) if user.person_id else Q(pk__in=[])
        if "S" in access.scopes(user, "resident", "read"):
            seen |= Q(station_id=user.station_id)
        return self.filter(seen)


@pghistory.track(exclude=["id_number_sealed", "id_number_index"])
class Person(models.Model):
    """Somebody the station knows: a party, a head, a volunteer, a resident who redeems.

    phone: to call back; birth_year: guardian rule for minors (parties under 18); ID number: only where a paper needs it.
    """

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    village = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("village or community"))
    name = models.CharField(pgettext_lazy("person", "name"), max_length=40)
    # Without ICU the database cannot sort Chinese names; the pinyin key does, surnames read as surnames.
    name_key = models.CharField(max_length=120, editable=False)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    id_number_sealed = models.BinaryField(null=True, editable=False)
    id_number_index = models.CharField(max_length=64, blank=True, editable=False)
    left_on = models.DateField(_("left the village on"), null=True, blank=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name_key", "id"]
        triggers = [StationStays()]
        indexes = [models.Index(fields=["station", "name_key"]), models.Index(fields=["phone"])]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "id_number_index"], condition=~Q(id_number_index=""), name="person_once_per_id_number"
            ),
        ]

    def __str__(self):
        return self.name


class ConsentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The station's officers see its people's consents; everyone sees his own."""
        seen = Q(person_id=user.person_id) if user.person_id else Q(pk__in=[])
        if "S" in access.scopes(user, "consent", "read"):
            seen |= Q(person__station_id=user.station_id)
        return self.filter(seen)

    def in_force(self):
        return self.filter(withdrawn_at__isnull=True)


class Consent(models.Model):
    """A person agreed to one purpose (PIPL art. 13, 14, 29). Withdrawing closes the row; agreeing again opens a new one."""

    class Purpose(models.TextChoices):
        POINTS = "points", _("take part in the hundred-point reward")
        PUBLICATION = "publication", _("be named in publications of points")
        POSITION = "position", _("position while on patrol")
        CARE = "care", _("care alarm and home care")

    person = models.ForeignKey(Person, models.CASCADE, related_name="consents", verbose_name=_("person"))
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices)
    given_at = models.DateTimeField(_("given at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    evidence = models.CharField(_("evidence"), max_length=200, help_text=_("signed paper no., or logged in by the person"))

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"], condition=Q(withdrawn_at__isnull=True), name="consent_once_in_force"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("given_at")), name="consent_withdrawn_after_given"
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.get_purpose_display()}"
