"""What is written while a dispute is settled: assessment, application, inquiries, sessions, follow-up visits, and the forms they fill."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.audit.models import Fact
from shengkang.cases.models.case import DisputeCase, OfCaseQuerySet
from shengkang.organization.models import Station, User


class RiskAssessment(Fact):
    """How dangerous a person judged the dispute to be, and why; the latest one is the case's risk."""

    case = models.ForeignKey(DisputeCase, models.PROTECT, related_name="assessments", verbose_name=_("dispute case"))
    # {signal code: its weight on that day}; what they add up to, and the colour the table suggested.
    signals = models.JSONField(_("signals"), default=dict)
    points = models.PositiveSmallIntegerField(_("weight"), default=0)
    suggested = models.CharField(_("suggested"), max_length=6, choices=DisputeCase.Risk.choices, blank=True)
    risk = models.CharField(_("risk"), max_length=6, choices=DisputeCase.Risk.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects = OfCaseQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("risk assessment")
        verbose_name_plural = _("risk assessments")
        constraints = [
            models.CheckConstraint(
                condition=Q(suggested="") | Q(suggested=models.F("risk")) | ~Q(reason=""), name="risk_overridden_means_why"
            ),
        ]

    def __str__(self):
        return self.get_risk_display()


class Application(Fact):
    """How a mediation began: a party asked for it, or the mediators offered it and nobody refused (人民调解法 art. 17)."""

    case = models.ForeignKey(DisputeCase, models.PROTECT, related_name="applications", verbose_name=_("dispute case"))
    procedure = models.CharField(_("procedure"), max_length=8, choices=DisputeCase.Procedure.choices)
    # Empty: offered by the mediators themselves.
    party = models.ForeignKey("cases.Party", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("applicant"))
    wishes = models.CharField(_("what is asked for"), max_length=1000, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects = OfCaseQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("application for mediation")
        verbose_name_plural = _("applications for mediation")
        ordering = ["at"]

    def __str__(self):
        return f"{self.case} · {self.get_procedure_display()}"


class Inquiry(Fact):
    """Somebody was asked, or something looked at, before or during the mediation (调查记录)."""

    case = models.ForeignKey(DisputeCase, models.PROTECT, related_name="inquiries", verbose_name=_("dispute case"))
    held_at = models.DateTimeField(_("held at"))
    place = models.CharField(_("place"), max_length=120)
    whom = models.CharField(_("who was asked"), max_length=80)
    record = models.TextField(_("record"), max_length=4000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("recorded at"))

    objects = OfCaseQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("inquiry")
        verbose_name_plural = _("inquiries")
        ordering = ["held_at"]

    def __str__(self):
        return f"{self.case} · {timezone.localtime(self.held_at):%Y-%m-%d}"


class MediationSession(models.Model):
    """One sitting: who led it, who was there, what was said, how it ended."""

    class Outcome(models.TextChoices):
        GOES_ON = "goes_on", _("another session is needed")
        AGREED = "agreed", _("the parties agreed")
        NO_AGREEMENT = "no_agreement", _("no agreement")
        REFUSED = "refused", _("a party clearly refuses")

    case = models.ForeignKey(DisputeCase, models.PROTECT, related_name="sessions", verbose_name=_("dispute case"))
    procedure = models.CharField(_("procedure"), max_length=8, choices=DisputeCase.Procedure.choices, blank=True)
    held_at = models.DateTimeField(_("held at"))
    place = models.CharField(_("place"), max_length=120)
    mediators = models.ManyToManyField(User, related_name="+", verbose_name=_("mediators"))
    parties = models.ManyToManyField("cases.Party", related_name="+", blank=True, verbose_name=_("parties present"))
    present = models.CharField(_("others present"), max_length=200, blank=True)
    record = models.TextField(_("record"), max_length=4000)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, default=Outcome.GOES_ON)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("mediation session")
        verbose_name_plural = _("mediation sessions")
        ordering = ["held_at"]

    def __str__(self):
        return f"{self.case} · {timezone.localtime(self.held_at):%Y-%m-%d}"


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

    class Kind(models.TextChoices):
        SETTLEMENT = "settlement", _("after a settlement")
        ADMONITION = "admonition", _("after a letter of admonition")

    case = models.ForeignKey(DisputeCase, models.PROTECT, related_name="follow_ups", verbose_name=_("dispute case"))
    kind = models.CharField(pgettext_lazy("visit", "kind"), max_length=10, choices=Kind.choices, default=Kind.SETTLEMENT)
    # Whose list it stands on.
    assignee = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("to be visited by")
    )
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
        # What is owed is found among what is owed, not among all visits ever made.
        indexes = [models.Index(fields=["due_on"], condition=Q(done_at__isnull=True), name="follow_up_owed")]
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


class PaperTemplateQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(station_id=user.station_id) if user.is_staff else self.none()


class PaperTemplate(models.Model):
    """A station's own Word template for one paper of the file; without one, the house's own is used."""

    class Kind(models.TextChoices):
        REGISTER = "register", _("registration form")
        APPLICATION = "application", _("application for mediation")
        INQUIRY = "inquiry", _("inquiry record")
        SESSION = "session", _("mediation record")
        AGREEMENT = "agreement", _("mediation agreement")
        FOLLOW_UP = "follow_up", _("follow-up record")
        COVER = "cover", _("cover of the file")
        CONFIRMATION = "confirmation", _("application for judicial confirmation")

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    kind = models.CharField(pgettext_lazy("paper", "kind"), max_length=12, choices=Kind.choices)
    file = models.FileField(_("Word template"), upload_to="templates/%Y/%m/")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects = PaperTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper template")
        verbose_name_plural = _("paper templates")
        ordering = ["station", "kind"]
        constraints = [models.UniqueConstraint(fields=["station", "kind"], name="paper_template_once_per_kind")]

    def __str__(self):
        return self.get_kind_display()


class FiledPaper(Fact):
    """A paper of the file that was written by hand: somebody put it there, its pictures are its attachments."""

    case = models.ForeignKey(DisputeCase, models.PROTECT, related_name="filed_papers", verbose_name=_("dispute case"))
    kind = models.CharField(pgettext_lazy("paper", "kind"), max_length=12, choices=PaperTemplate.Kind.choices)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects = OfCaseQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("paper written by hand")
        verbose_name_plural = _("papers written by hand")
        ordering = ["at"]

    def __str__(self):
        return f"{self.case} · {self.get_kind_display()}"
