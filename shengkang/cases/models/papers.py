"""What is written while a dispute is settled: assessment, sessions, agreement and its obligations, follow-up visits."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shengkang.audit.models import Fact
from shengkang.cases.models.case import DisputeCase, OfCaseQuerySet
from shengkang.organization.models import User


class RiskAssessment(Fact):
    """How dangerous a person judged the dispute to be, and why; the latest one is the case's risk."""

    case = models.ForeignKey(DisputeCase, models.PROTECT, related_name="assessments", verbose_name=_("dispute case"))
    risk = models.CharField(_("risk"), max_length=6, choices=DisputeCase.Risk.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects = OfCaseQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("risk assessment")
        verbose_name_plural = _("risk assessments")

    def __str__(self):
        return self.get_risk_display()


class MediationSession(models.Model):
    case = models.ForeignKey(DisputeCase, models.PROTECT, related_name="sessions", verbose_name=_("dispute case"))
    held_at = models.DateTimeField(_("held at"))
    place = models.CharField(_("place"), max_length=120)
    mediators = models.ManyToManyField(User, related_name="+", verbose_name=_("mediators"))
    record = models.TextField(_("record"), max_length=4000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("mediation session")
        verbose_name_plural = _("mediation sessions")
        ordering = ["held_at"]

    def __str__(self):
        return f"{self.case} · {self.held_at:%Y-%m-%d}"


class Agreement(models.Model):
    """What the parties agreed (People's Mediation Law art. 29); an oral agreement is recorded too (art. 28)."""

    case = models.ForeignKey(DisputeCase, models.PROTECT, related_name="agreements", verbose_name=_("dispute case"))
    facts = models.TextField(_("facts and matters in dispute"), max_length=4000)
    terms = models.TextField(_("what was agreed"), max_length=4000)
    oral = models.BooleanField(_("oral agreement"), default=False)
    effective_on = models.DateField(_("takes effect on"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    at = models.DateTimeField(_("recorded at"))

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["at"]

    def __str__(self):
        return f"{self.case} · {self.effective_on}"


class ObligationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(agreement__case__in=DisputeCase.objects.visible_to(user))

    def open(self):
        return self.filter(performed_on=None)


class Obligation(models.Model):
    """One thing one party must do by a day (art. 31: performance is supervised)."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="obligations", verbose_name=_("agreement"))
    what = models.CharField(_("what is to be done"), max_length=200)
    due_on = models.DateField(_("due on"))
    performed_on = models.DateField(_("performed on"), null=True, blank=True)

    objects = ObligationQuerySet.as_manager()

    class Meta:
        verbose_name = _("obligation")
        verbose_name_plural = _("obligations")
        ordering = ["due_on"]

    def __str__(self):
        return self.what


class FollowUpQuerySet(OfCaseQuerySet):
    def due(self, day):
        """Visits owed on `day` or before."""
        return self.filter(done_at=None, due_on__lte=day)


class FollowUp(models.Model):
    """A visit owed after a settlement; done when somebody went."""

    class Outcome(models.TextChoices):
        HOLDS = "holds", _("the settlement holds")
        UNEASY = "uneasy", _("uneasy: visit again")
        BROKEN = "broken", _("broken out again")

    case = models.ForeignKey(DisputeCase, models.PROTECT, related_name="follow_ups", verbose_name=_("dispute case"))
    due_on = models.DateField(_("due on"), db_index=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("visited by"))

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up visit")
        verbose_name_plural = _("follow-up visits")
        ordering = ["due_on"]
        constraints = [
            models.UniqueConstraint(fields=["case", "due_on"], name="follow_up_once_a_day"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, outcome="", by__isnull=True)
                | (Q(done_at__isnull=False, by__isnull=False) & ~Q(outcome="")),
                name="follow_up_done_means_when_whom_what",
            ),
        ]

    def __str__(self):
        return f"{self.case} · {self.due_on}"
