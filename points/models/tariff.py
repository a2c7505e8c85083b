"""What a deed is worth: a dated tariff of rules, and deeds recorded by hand."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.cases.models import DisputeCase
from shengkang.organization import access
from shengkang.organization.models import Person, Station, StationQuerySet, Unit, User


class TariffQuerySet(StationQuerySet):
    def visible_to(self, user):
        return self.of_station_of(user) if access.may(user, "tariff", "read") else self.none()

    def in_force_on(self, day):
        return self.filter(Q(active_to__isnull=True) | Q(active_to__gt=day), active_from__lte=day)


class Tariff(models.Model):
    """One version of the rules, in force from a day until the next version."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    name = models.CharField(pgettext_lazy("tariff", "name"), max_length=60)
    active_from = models.DateField(_("in force from"))
    active_to = models.DateField(_("in force until"), null=True, blank=True)

    objects = TariffQuerySet.as_manager()

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


class RuleQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(tariff__in=Tariff.objects.visible_to(user))

    def in_force_on(self, day, station):
        return self.filter(tariff__in=Tariff.objects.in_force_on(day).filter(station=station))

    def by_hand(self):
        """Rules that pay deeds people record; the others find their facts by themselves."""
        return self.filter(fact=Rule.Fact.BY_HAND, part=Rule.Part.BONUS)


class Rule(models.Model):
    """One line of the tariff. Fixed by a trigger once a closed period was scored under it."""

    class Part(models.TextChoices):
        BASE = "base", _("base score")
        BONUS = "bonus", _("bonus points")

    class Fact(models.TextChoices):
        """Facts the evaluation finds by itself; a rule without one is paid for deeds recorded by hand."""

        BY_HAND = "", _("recorded by hand")
        MEMBERSHIP = "membership", _("takes part")
        MEDIATED = "mediated", _("settled a dispute as its mediator")
        SMALL_DISPUTE = "small_dispute", _("settled a small dispute on the spot")
        REPORTED = "reported", _("first to report a dispute that was accepted")
        CARE_VISIT = "care_visit", _("care visit to a home with a service need")
        HAZARD = "hazard", _("found a hazard that was put right")
        PATROLLED = "patrolled", _("was present at a patrol")

    class Span(models.TextChoices):
        PERIOD = "period", pgettext_lazy("ceiling", "each period")
        QUARTER = "quarter", pgettext_lazy("ceiling", "each quarter")
        YEAR = "year", pgettext_lazy("ceiling", "each year")

    tariff = models.ForeignKey(Tariff, models.PROTECT, related_name="rules", verbose_name=_("tariff"))
    no = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(pgettext_lazy("tariff", "name"), max_length=80)
    part = models.CharField(_("part of the score"), max_length=8, choices=Part.choices, default=Part.BONUS)
    fact = models.CharField(_("paid for"), max_length=14, choices=Fact.choices, blank=True)
    points = models.PositiveSmallIntegerField(_("points"))
    # How many facts of one person are paid, the earliest first; later ones are still facts, only not paid.
    ceiling = models.PositiveSmallIntegerField(_("paid at most so many times"), null=True, blank=True)
    ceiling_per = models.CharField(_("counted over"), max_length=8, choices=Span.choices, default=Span.PERIOD)
    confidential = models.BooleanField(_("confidential matter"), default=False)
    source = models.CharField(_("where the figure comes from"), max_length=120, blank=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule of the tariff")
        verbose_name_plural = _("rules of the tariff")
        ordering = ["tariff", "no"]
        constraints = [
            models.UniqueConstraint(fields=["tariff", "no"], name="rule_numbered_once"),
            models.UniqueConstraint(fields=["tariff", "fact"], condition=~Q(fact=""), name="one_rule_per_fact"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="closed_rule_is_fixed",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT FROM points_scoreline l JOIN points_evaluationperiod p ON p.id = l.period_id
                               WHERE l.rule_id = OLD.id AND p.status = 'closed') THEN
                        RAISE EXCEPTION 'rule % was scored in a closed period and is fixed', OLD.id;
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self):
        return self.name


def people_within(user, obj, action):
    """People on whom the matrix lets `user` act: the whole station (S), else those of the villages where he holds a role (A, O)."""
    scopes = access.scopes(user, obj, action)
    people = Person.objects.filter(station_id=user.station_id) if user.station_id else Person.objects.none()
    if "S" in scopes:
        return people
    if not scopes & {"A", "O"}:
        return people.none()
    villages = Q(pk__in=[])
    for path in user.memberships.values_list("unit__path", flat=True):
        villages |= Q(path__startswith=path)
    return people.filter(village__in=Unit.objects.filter(villages))


class DeedQuerySet(StationQuerySet):
    def visible_to(self, user):
        mine = Q(by=user)
        if user.person_id:
            mine |= Q(person_id=user.person_id)
        if "S" in access.scopes(user, "points_entry", "list"):
            return self.of_station_of(user).filter(mine | self._readable(user))
        return self.of_station_of(user).filter(mine) if access.may(user, "deed", "list") else self.none()

    @staticmethod
    def _readable(user):
        """Clues given in confidence and arrests are for those who may confirm them at the station."""
        # An empty Q would vanish beside an `or` and hide everything, hence the condition that always holds.
        return Q(pk__isnull=False) if "S" in access.scopes(user, "deed", "confirm") else Q(rule__confidential=False)

    def entrusted_to(self, user):
        """Deeds of the people whom `user` may confirm deeds of at all; what the rules then say is the service's."""
        return self.filter(person__in=people_within(user, "deed", "confirm"))

    def confirmed(self):
        return self.filter(confirmed_at__isnull=False)

    def waiting(self):
        return self.filter(confirmed_at__isnull=True)

    def waiting_for(self, user):
        """Deeds `user` may confirm as the second person: never his own, never what he recorded himself."""
        people = people_within(user, "deed", "confirm").exclude(pk=user.person_id)
        return self.of_station_of(user).waiting().exclude(by=user).filter(self._readable(user), person__in=people)


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
        indexes = [
            models.Index(fields=["station", "done_on"], condition=Q(confirmed_at__isnull=False), name="deed_confirmed_by_day"),
            models.Index(fields=["station", "id"], condition=Q(confirmed_at__isnull=True), name="deed_waiting"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="nobody_rewards_himself",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT FROM organization_user u
                               WHERE u.id IN (NEW.by_id, NEW.confirmed_by_id) AND u.person_id = NEW.person_id) THEN
                        RAISE EXCEPTION 'nobody records or confirms his own deed' USING ERRCODE = 'check_violation';
                    END IF;
                    IF NOT EXISTS (SELECT FROM organization_person p JOIN points_rule r ON r.id = NEW.rule_id
                                   JOIN points_tariff t ON t.id = r.tariff_id
                                   WHERE p.id = NEW.person_id AND p.station_id = NEW.station_id
                                     AND t.station_id = NEW.station_id) THEN
                        RAISE EXCEPTION 'a deed stays within one station' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]
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
