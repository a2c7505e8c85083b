"""The agreement as a thing: what was agreed, who signed, who owes what by when, and whether the court confirmed it."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.audit.models import Fact
from shengkang.cases.models.case import DisputeCase, OfCaseQuerySet
from shengkang.cases.moves import Status
from shengkang.organization.models import User


class Agreement(models.Model):
    """What the parties agreed (People's Mediation Law art. 29); an oral agreement is recorded too (art. 28)."""

    case = models.ForeignKey(DisputeCase, models.PROTECT, related_name="agreements", verbose_name=_("dispute case"))
    facts = models.TextField(_("facts and matters in dispute"), max_length=4000)
    terms = models.TextField(_("what was agreed"), max_length=4000)
    oral = models.BooleanField(_("oral agreement"), default=False)
    # The court confirms no agreement on marriage, adoption or parentage (法释〔2011〕5号 art. 4).
    about_status = models.BooleanField(_("concerns marriage, adoption or parentage"), default=False)
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


class OfAgreementQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(agreement__case__in=DisputeCase.objects.visible_to(user))


class ObligationQuerySet(OfAgreementQuerySet):
    def open(self):
        return self.filter(performed_on=None)

    def in_force(self):
        """Of agreements that stand: not broken off, not reopened since, not replaced by a later one."""
        later = Agreement.objects.filter(case=OuterRef("agreement__case"), pk__gt=OuterRef("agreement"))
        return self.filter(~Exists(later), agreement__case__status__in=(Status.AGREED, Status.SETTLED, Status.ARCHIVED))

    def overdue(self, day):
        """Owed before `day`, and not done."""
        return self.in_force().open().filter(due_on__lt=day)


class Obligation(models.Model):
    """One thing one party must do by a day (art. 31: performance is supervised)."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="obligations", verbose_name=_("agreement"))
    # Who owes it; empty: both, or it is plain from the text.
    party = models.ForeignKey("cases.Party", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owed by"))
    what = models.CharField(_("what is to be done"), max_length=200)
    amount = models.DecimalField(_("amount in yuan"), max_digits=12, decimal_places=2, null=True, blank=True)
    due_on = models.DateField(_("due on"))
    performed_on = models.DateField(_("performed on"), null=True, blank=True)

    objects = ObligationQuerySet.as_manager()

    class Meta:
        verbose_name = _("obligation")
        verbose_name_plural = _("obligations")
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gt=0), name="obligation_amount_is_positive")
        ]

    def __str__(self):
        return self.what


class Signature(Fact):
    """A party or a mediator signed: with a finger on a screen, or on paper that was photographed. The picture is its attachment."""

    class How(models.TextChoices):
        FINGER = "finger", _("with a finger on the screen")
        PAPER = "paper", _("on paper, photographed")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="signatures", verbose_name=_("agreement"))
    party = models.ForeignKey("cases.Party", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("party"))
    mediator = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("mediator"))
    how = models.CharField(pgettext_lazy("signature", "how"), max_length=6, choices=How.choices)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("witnessed by"))
    at = models.DateTimeField(_("signed at"))

    objects = OfAgreementQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(party__isnull=True, mediator__isnull=False) | Q(party__isnull=False, mediator__isnull=True),
                name="signature_of_a_party_or_a_mediator",
            ),
            models.UniqueConstraint(fields=["agreement", "party"], name="signature_once_per_party"),
            models.UniqueConstraint(fields=["agreement", "mediator"], name="signature_once_per_mediator"),
        ]

    def __str__(self):
        return str(self.party or self.mediator)


class Confirmation(models.Model):
    """Both parties asked the court to confirm the agreement (人民调解法 art. 33: together, within 30 days of its effect)."""

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", _("not confirmed")
        WITHDRAWN = "withdrawn", _("application withdrawn")

    agreement = models.OneToOneField(Agreement, models.PROTECT, related_name="confirmation", verbose_name=_("agreement"))
    court = models.CharField(_("court"), max_length=60)
    asked_on = models.DateField(_("asked for on"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    number = models.CharField(_("number at the court"), max_length=40, blank=True)

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("judicial confirmation")
        verbose_name_plural = _("judicial confirmations")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", decided_on__isnull=True) | (~Q(outcome="") & Q(decided_on__isnull=False)),
                name="confirmation_decided_means_when_and_how",
            ),
        ]

    def __str__(self):
        return f"{self.agreement} · {self.court}"
