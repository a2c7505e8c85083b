"""The procedure gate: a few plain questions, the rules that read the answers, and the law they come from. Law is data."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.audit.models import Fact
from shengkang.cases.models.case import DisputeCase, OfCaseQuerySet, ReferenceQuerySet
from shengkang.organization.models import User


class LawTextQuerySet(ReferenceQuerySet):
    def in_force(self, day):
        return self.filter(Q(in_force_to=None) | Q(in_force_to__gte=day), in_force_from__lte=day)


class LawText(models.Model):
    """One article of a law as it is in force from a day until a day. Where we have no text it is blank and `is_missing`."""

    law = models.CharField(_("law"), max_length=60)
    article = models.CharField(_("article"), max_length=20)
    text = models.TextField(_("text"), blank=True)
    in_force_from = models.DateField(_("in force from"))
    in_force_to = models.DateField(_("in force until"), null=True, blank=True)
    source = models.CharField(pgettext_lazy("law", "source"), max_length=200, blank=True)

    objects = LawTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("law text")
        verbose_name_plural = _("law texts")
        ordering = ["law", "id"]
        constraints = [
            models.UniqueConstraint(fields=["law", "article", "in_force_from"], name="law_text_once_per_day_in_force"),
            models.CheckConstraint(
                condition=Q(in_force_to__isnull=True) | Q(in_force_to__gte=models.F("in_force_from")),
                name="law_text_ends_after_it_begins",
            ),
        ]

    def __str__(self):
        return f"《{self.law}》{self.article}"

    @property
    def is_missing(self) -> bool:
        """Whether the wording is still to be entered from an official publication."""
        return not self.text


class GateQuestion(models.Model):
    """One question to be answered with yes or no before anybody mediates."""

    code = models.CharField(_("code"), max_length=30, primary_key=True)
    text = models.CharField(_("question"), max_length=120)
    hint = models.CharField(_("hint"), max_length=200, blank=True)
    # Asked also of whoever settles a small dispute on the spot.
    on_the_spot = models.BooleanField(_("asked on the spot"), default=False)
    place = models.PositiveSmallIntegerField(_("place in the list"))

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("gate question")
        verbose_name_plural = _("gate questions")
        ordering = ["place"]

    def __str__(self):
        return self.text


class GateRule(models.Model):
    """What an answer means: a procedure is refused, or the matter must be reported at once."""

    class Effect(models.TextChoices):
        REFUSE = "refuse", _("not allowed")
        REPORT = "report", _("to be reported at once, never mediated")

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    question = models.ForeignKey(GateQuestion, models.PROTECT, related_name="rules", verbose_name=_("question"))
    answer = models.BooleanField(_("if the answer is"))
    procedure = models.CharField(
        _("procedure"), max_length=8, choices=DisputeCase.Procedure.choices, blank=True, help_text=_("empty: every procedure")
    )
    effect = models.CharField(pgettext_lazy("rule", "effect"), max_length=8, choices=Effect.choices)
    reason = models.CharField(_("reason"), max_length=200)
    law_text = models.ForeignKey(LawText, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("law text"))

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("gate rule")
        verbose_name_plural = _("gate rules")
        ordering = ["question__place", "procedure"]
        constraints = [
            models.CheckConstraint(condition=~Q(effect="report") | Q(procedure=""), name="gate_report_holds_for_every_procedure"),
        ]

    def __str__(self):
        return self.reason


class GateCheck(Fact):
    """The answers once given for a case, what followed from them, and the wording of the rules on that day."""

    case = models.ForeignKey(DisputeCase, models.PROTECT, related_name="gate_checks", verbose_name=_("dispute case"))
    answers = models.JSONField(_("answers"))  # {question code: true or false}
    allows_informal = models.BooleanField(DisputeCase.Procedure.INFORMAL.label)
    allows_people = models.BooleanField(DisputeCase.Procedure.PEOPLE.label)
    allows_police = models.BooleanField(DisputeCase.Procedure.POLICE.label)
    must_report = models.BooleanField(_("to be reported at once"))
    # [{"rule", "procedure", "effect", "reason", "law", "text"}], copied so that a later change of the rules changes nothing here.
    reasons = models.JSONField(_("reasons"), default=list)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects = OfCaseQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("procedure check")
        verbose_name_plural = _("procedure checks")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(must_report=False) | Q(allows_informal=False, allows_people=False, allows_police=False),
                name="gate_what_must_be_reported_is_not_mediated",
            ),
        ]

    def __str__(self):
        return f"{self.case} · {self.at:%Y-%m-%d}"

    def allows(self, procedure: str) -> bool:
        return getattr(self, f"allows_{procedure}")


class Admonition(Fact):
    """A letter of admonition (告诫书) served on somebody who was violent at home (反家庭暴力法 art. 16, 17); visits follow it."""

    case = models.ForeignKey(DisputeCase, models.PROTECT, related_name="admonitions", verbose_name=_("dispute case"))
    served_on = models.ForeignKey("cases.Party", models.PROTECT, related_name="+", verbose_name=_("served on"))
    served_at = models.DateTimeField(_("served at"))
    facts = models.TextField(_("facts established"), max_length=2000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("recorded at"))

    objects = OfCaseQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("letter of admonition")
        verbose_name_plural = _("letters of admonition")

    def __str__(self):
        return f"{self.case} · {timezone.localtime(self.served_at):%Y-%m-%d}"
