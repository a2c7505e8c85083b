"""The evaluation of a period: what the facts owe, reviewed, published, closed."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from households.models import Visit
from patrols.models import Attendance
from points.models.tariff import Deed, Rule
from shengkang.audit.models import Fact
from shengkang.cases.models import DisputeCase
from shengkang.hazards.models import Hazard
from shengkang.organization import access
from shengkang.organization.models import Person, Station, StationQuerySet, User


class PeriodQuerySet(StationQuerySet):
    def visible_to(self, user):
        return (
            self.of_station_of(user)
            if access.may(user, "points_entry", "list") or access.may(user, "publication", "read")
            else self.none()
        )

    def scored_until_published(self):
        return self.filter(status__in=[EvaluationPeriod.Status.OPEN, EvaluationPeriod.Status.REVIEW])

    def published(self):
        return self.filter(status__in=[EvaluationPeriod.Status.PUBLISHED, EvaluationPeriod.Status.CLOSED])


class EvaluationPeriod(models.Model):
    """A month (or quarter) of one station: open → review → published → closed."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("period", "open")
        REVIEW = "review", pgettext_lazy("period", "in review")
        PUBLISHED = "published", pgettext_lazy("period", "published")
        CLOSED = "closed", pgettext_lazy("period", "closed")

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    status = models.CharField(_("state"), max_length=10, choices=Status.choices, default=Status.OPEN)
    scored_at = models.DateTimeField(_("scored at"), null=True, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluation period")
        verbose_name_plural = _("evaluation periods")
        ordering = ["-starts_on"]
        constraints = [
            ExclusionConstraint(
                name="periods_do_not_overlap",
                expressions=[
                    ("station", RangeOperators.EQUAL),
                    (Func(F("starts_on"), F("ends_on"), Value("[]"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="period_runs_forward"),
            models.CheckConstraint(
                condition=(Q(status="closed") & Q(closed_at__isnull=False)) | (~Q(status="closed") & Q(closed_at__isnull=True)),
                name="period_closed_means_when",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="closed_period_is_fixed",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="closed"),
            )
        ]

    def __str__(self):
        return f"{self.starts_on:%Y-%m-%d} – {self.ends_on:%Y-%m-%d}"


class PeriodStepQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(period__in=EvaluationPeriod.objects.visible_to(user))


class PeriodStep(Fact):
    """Who moved a period, when, from what to what."""

    period = models.ForeignKey(EvaluationPeriod, models.PROTECT, related_name="steps", verbose_name=_("evaluation period"))
    from_status = models.CharField(_("from"), max_length=10, choices=EvaluationPeriod.Status.choices)
    to_status = models.CharField(_("to"), max_length=10, choices=EvaluationPeriod.Status.choices)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects = PeriodStepQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("step of a period")
        verbose_name_plural = _("steps of periods")
        ordering = ["id"]

    def __str__(self):
        return f"{self.period} → {self.get_to_status_display()}"


def _closed_lines_are_fixed(operation, **rows):
    """Looks once per statement at the periods it touched, so that a whole evaluation costs one look.

    FOR SHARE waits for a closing that is under way and then sees it done.
    """
    touched = " UNION ".join(f"SELECT period_id FROM {name}" for name in rows.values())  # noqa: S608 names from this file
    return pgtrigger.Trigger(
        name=f"closed_is_closed_to_{str(operation).lower()}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**rows),
        func=f"""
            PERFORM FROM (SELECT status FROM points_evaluationperiod WHERE id IN ({touched}) FOR SHARE) AS period
            WHERE status = 'closed';
            IF FOUND THEN RAISE EXCEPTION 'the lines of a closed period are fixed'; END IF;
            RETURN NULL;
        """,  # noqa: S608
    )


class ScoreLineQuerySet(models.QuerySet):
    def visible_to(self, user):
        scopes = access.scopes(user, "points_entry", "list")
        if "S" in scopes:
            return self.filter(period__station_id=user.station_id)
        return self.filter(person_id=user.person_id) if scopes & {"O"} and user.person_id else self.none()


class ScoreLine(models.Model):
    """What a period owes one person under one rule for one fact. Rewritten as a set until the period is closed, then fixed by a trigger."""

    period = models.ForeignKey(EvaluationPeriod, models.PROTECT, related_name="lines", verbose_name=_("evaluation period"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="score_lines", verbose_name=_("person"))
    rule = models.ForeignKey(Rule, models.PROTECT, verbose_name=_("rule of the tariff"))
    points = models.PositiveSmallIntegerField(_("points"))
    done_on = models.DateField(_("day of the fact"))
    case = models.ForeignKey(DisputeCase, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dispute case"))
    deed = models.ForeignKey(Deed, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("deed"))
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("visit"))
    hazard = models.ForeignKey(Hazard, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("hazard"))
    attendance = models.ForeignKey(
        Attendance, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("attendance at a patrol")
    )

    objects = ScoreLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("score line")
        verbose_name_plural = _("score lines")
        ordering = ["period", "person", "done_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "person", "rule", "case", "deed", "visit", "hazard", "attendance"],
                name="fact_scored_once",
                nulls_distinct=False,
            ),
            # One line is about one fact, or about none: the base score.
            models.CheckConstraint(
                condition=LessThanOrEqual(
                    Func(
                        "case",
                        "deed",
                        "visit",
                        "hazard",
                        "attendance",
                        function="num_nonnulls",
                        output_field=models.IntegerField(),
                    ),
                    1,
                ),
                name="score_line_is_about_one_fact",
            ),
            models.CheckConstraint(condition=Q(points__gt=0), name="score_line_pays_something"),
        ]
        triggers = [
            _closed_lines_are_fixed(pgtrigger.Insert, new="new_rows"),
            _closed_lines_are_fixed(pgtrigger.Update, old="old_rows", new="new_rows"),
            _closed_lines_are_fixed(pgtrigger.Delete, old="old_rows"),
        ]

    def __str__(self):
        return f"{self.rule} {self.points}"
