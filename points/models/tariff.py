"""What a deed is worth: a dated tariff of rules, and deeds recorded by hand."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.cases.models import DisputeCase
from shengkang.organization import access
from shengkang.organization.models import Person, Station, StationQuerySet, User


class Tariff(models.Model):
    """One version of the rules, in force from a day until the next version."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    name = models.CharField(pgettext_lazy("tariff", "name"), max_length=60)
    active_from = models.DateField(_("in force from"))
    active_to = models.DateField(_("in force until"), null=True, blank=True)

    class Meta:
        verbose_name = _("tariff")
        verbose_name_plural = _("tariffs")
        ordering = ["-active_from"]
        constraints = [
            ExclusionConstraint(
                name="one_tariff_at_a_time",
                expressions=[
                    ("station", RangeOperators.EQUAL),
                    (Func(F("active_from"), F("active_to"), Value("[)"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self):
        return self.name


class Rule(models.Model):
    """One line of the tariff."""

    class Part(models.TextChoices):
        BASE = "base", _("base score")
        BONUS = "bonus", _("bonus points")

    class Fact(models.TextChoices):
        """Facts the evaluation finds by itself; a rule without one is paid for deeds recorded by hand."""

        BY_HAND = "", _("recorded by hand")
        MEMBERSHIP = "membership", _("takes part")
        MEDIATED = "mediated", _("settled a dispute as its mediator")
        REPORTED = "reported", _("first to report a dispute that was accepted")
        CARE_VISIT = "care_visit", _("care visit to a home with a service need")

    tariff = models.ForeignKey(Tariff, models.PROTECT, related_name="rules", verbose_name=_("tariff"))
    no = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(pgettext_lazy("tariff", "name"), max_length=80)
    part = models.CharField(_("part of the score"), max_length=8, choices=Part.choices, default=Part.BONUS)
    fact = models.CharField(_("paid for"), max_length=12, choices=Fact.choices, blank=True)
    points = models.PositiveSmallIntegerField(_("points"))
    ceiling = models.PositiveSmallIntegerField(_("at most, each period"), null=True, blank=True)
    confidential = models.BooleanField(_("confidential matter"), default=False)
    source = models.CharField(_("where the figure comes from"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("rule of the tariff")
        verbose_name_plural = _("rules of the tariff")
        ordering = ["tariff", "no"]
        constraints = [
            models.UniqueConstraint(fields=["tariff", "no"], name="rule_numbered_once"),
            models.UniqueConstraint(fields=["tariff", "fact"], condition=~Q(fact=""), name="one_rule_per_fact"),
        ]

    def __str__(self):
        return self.name


class DeedQuerySet(StationQuerySet):
    def visible_to(self, user):
        if "S" in access.scopes(user, "points_entry", "list"):
            return self.of_station_of(user)
        mine = Q(by=user)
        if user.person_id:
            mine |= Q(person_id=user.person_id)
        return self.filter(mine)

    def confirmed(self):
        return self.filter(confirmed_at__isnull=False)


class Deed(models.Model):
    """Something good a person did, recorded by one and confirmed by another; never by or for oneself."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="deeds", verbose_name=_("person"))
    rule = models.ForeignKey(Rule, models.PROTECT, verbose_name=_("rule of the tariff"))
    case = models.ForeignKey(
        DisputeCase, models.PROTECT, null=True, blank=True, related_name="deeds", verbose_name=_("dispute case")
    )
    text = models.CharField(_("what was done"), max_length=500)
    done_on = models.DateField(_("done on"), db_index=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    at = models.DateTimeField(_("recorded at"))
    confirmed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)

    objects = DeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("deed")
        verbose_name_plural = _("deeds")
        ordering = ["-done_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("by")), name="deed_confirmed_by_a_second_person"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="deed_confirmed_means_when_and_by_whom",
            ),
        ]

    def __str__(self):
        return f"{self.rule} {self.done_on}"
