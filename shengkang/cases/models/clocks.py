"""What a dispute's clock runs by: risk signals, limits, pauses, the ladder on which a late case climbs. Tables the station edits."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.audit.models import Fact
from shengkang.cases.models.case import DisputeCase, OfCaseQuerySet, ReferenceQuerySet
from shengkang.cases.moves import Status
from shengkang.organization.models import User


class RiskSignal(models.Model):
    """Something that makes a dispute more dangerous, and how many points it weighs. The points only suggest; a person decides."""

    code = models.CharField(_("code"), max_length=30, primary_key=True)
    text = models.CharField(_("signal"), max_length=60)
    points = models.PositiveSmallIntegerField(_("weight"))
    in_use = models.BooleanField(_("in use"), default=True)
    place = models.PositiveSmallIntegerField(_("place in the list"))

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("risk signal")
        verbose_name_plural = _("risk signals")
        ordering = ["place"]

    def __str__(self):
        return self.text


class RiskBand(models.Model):
    """From how many points on a colour is suggested."""

    risk = models.CharField(_("risk"), max_length=6, choices=DisputeCase.Risk.choices, primary_key=True)
    from_points = models.PositiveSmallIntegerField(_("from this weight on"), unique=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("risk band")
        verbose_name_plural = _("risk bands")
        ordering = ["from_points"]

    def __str__(self):
        return self.get_risk_display()


class Limit(models.Model):
    """How many working days a case of a grade may stay in a state; `status` empty: the whole case, from its acceptance."""

    grade = models.CharField(_("grade"), max_length=8, choices=DisputeCase.Grade.choices, blank=True)
    status = models.CharField(_("state"), max_length=12, choices=Status.choices, blank=True)
    working_days = models.PositiveSmallIntegerField(_("working days"))

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("time limit")
        verbose_name_plural = _("time limits")
        ordering = ["grade", "status"]
        constraints = [
            models.UniqueConstraint(fields=["grade", "status"], name="limit_once_per_grade_and_state"),
            models.CheckConstraint(condition=Q(working_days__gte=1), name="limit_is_a_day_or_more"),
            # A case is graded when it is accepted, so only the first state is limited without a grade.
            models.CheckConstraint(
                condition=~Q(grade="") | Q(status="reported"), name="limit_without_a_grade_is_of_the_first_state"
            ),
        ]

    def __str__(self):
        return f"{self.get_grade_display()} {self.get_status_display()}".strip()


class Pause(models.Model):
    """The clock stood still from a moment until a moment, for a reason. What was left of the limits is given back at its end."""

    class Kind(models.TextChoices):
        PARTY = "party", _("waiting for a party")
        APPRAISAL = "appraisal", _("waiting for an appraisal")
        SUSPENDED = "suspended", _("mediation suspended")

    case = models.ForeignKey(DisputeCase, models.PROTECT, related_name="pauses", verbose_name=_("dispute case"))
    kind = models.CharField(pgettext_lazy("pause", "kind"), max_length=10, choices=Kind.choices)
    reason = models.CharField(_("reason"), max_length=300)
    # The desk asks again on this day, so that nothing sleeps for ever.
    look_again_on = models.DateField(_("look again on"))
    began_at = models.DateTimeField(_("began at"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    # Working days that were left when it began; None where there was no limit, below zero where it was late already.
    days_left = models.IntegerField(_("working days left of the case"), null=True)
    state_days_left = models.IntegerField(_("working days left of the step"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by"))

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["began_at"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at__isnull=True), name="pause_only_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False, ended_at__gte=models.F("began_at")),
                name="pause_ended_means_when_and_by_whom",
            ),
        ]

    def __str__(self):
        return f"{self.case} · {self.get_kind_display()}"


class Rung(models.Model):
    """One rung of the ladder: so many working days after the limit, this desk is told."""

    class Desk(models.TextChoices):
        OFFICER = "officer", _("officer in charge")
        CHIEF = "chief", _("station chief")
        TOWNSHIP = "township", _("township")

    class Cause(models.TextChoices):
        LATE = "late", _("past its limit")
        UNASSIGNED = "unassigned", _("nobody in charge")

    cause = models.CharField(_("cause"), max_length=10, choices=Cause.choices)
    desk = models.CharField(_("who is told"), max_length=8, choices=Desk.choices)
    after_working_days = models.PositiveSmallIntegerField(_("working days after the limit"))

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("rung of the ladder")
        verbose_name_plural = _("rungs of the ladder")
        ordering = ["cause", "after_working_days"]
        constraints = [models.UniqueConstraint(fields=["cause", "desk"], name="rung_once_per_cause_and_desk")]

    def __str__(self):
        return f"{self.get_cause_display()} · {self.get_desk_display()}"


class Escalation(Fact):
    """A case climbed a rung. `since` is the moment it counts from (limit, or registration): once per case, cause, desk and moment."""

    case = models.ForeignKey(DisputeCase, models.PROTECT, related_name="escalations", verbose_name=_("dispute case"))
    cause = models.CharField(_("cause"), max_length=10, choices=Rung.Cause.choices)
    desk = models.CharField(_("who is told"), max_length=8, choices=Rung.Desk.choices)
    since = models.DateTimeField(_("counted from"))
    at = models.DateTimeField(_("at"))

    objects = OfCaseQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["case", "cause", "desk", "since"], name="escalation_once_per_case_and_rung")
        ]

    def __str__(self):
        return f"{self.case} · {self.get_desk_display()}"
