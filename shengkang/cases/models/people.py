"""Who told us, and between whom the dispute is."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.audit.models import Fact
from shengkang.cases.models import wording
from shengkang.cases.models.case import DisputeCase, OfCaseQuerySet
from shengkang.organization.models import Address, Person, User


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The reports of the cases one sees, and one's own: a reporter always hears what became of it."""
        return self.filter(Q(by=user) | Q(case__in=DisputeCase.objects.visible_to(user)))


class Report(Fact):
    """Somebody told us of this dispute: the first report opens the case, later ones join it. The outcome goes to each reporter."""

    case = models.ForeignKey(DisputeCase, models.PROTECT, related_name="reports", verbose_name=_("dispute case"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("reported by"))
    # Whom to thank: the reporter as a person, if the account belongs to one.
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person"))
    text = models.TextField(_("what was told"), max_length=2000, blank=True)
    at = models.DateTimeField(_("at"), db_index=True)

    objects = ReportQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = pgettext_lazy("case", "report")
        verbose_name_plural = pgettext_lazy("case", "reports")
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["case", "by"], name="report_once_per_reporter")]

    def __str__(self):
        return f"{self.case} · {self.by}"


@pghistory.track(
    # What stood there before it was corrected; the first writing is the row itself, and no number of a card is kept twice.
    pghistory.UpdateEvent("before", row=pghistory.Old),
    pghistory.DeleteEvent("removed", row=pghistory.Old),
    exclude=["id_number_sealed", "id_number_index"],
)
class Party(models.Model):
    """One side of the dispute: a known person, or a name that was told."""

    class Side(models.TextChoices):
        FIRST = "first", _("first party")
        SECOND = "second", _("second party")
        OTHER = "other", _("other person concerned")

    case = models.ForeignKey(DisputeCase, models.CASCADE, related_name="parties", verbose_name=_("dispute case"))
    side = models.CharField(_("side"), max_length=6, choices=Side.choices)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person"))
    name = models.CharField(pgettext_lazy("person", "name"), max_length=40)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    home = models.ForeignKey(Address, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("home address"))
    # Papers for the court ask for it (法释〔2011〕5号 art. 3); sealed, and found again by its keyed hash only.
    id_number_sealed = models.BinaryField(null=True, editable=False)
    id_number_index = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    is_minor = models.BooleanField(_("under 18"), default=False)
    # Who comes with a minor (公安机关办理行政案件程序规定 art. 181).
    guardian_name = models.CharField(_("guardian"), max_length=40, blank=True)
    guardian_phone = models.CharField(_("telephone of the guardian"), max_length=20, blank=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["id"]
        triggers = wording.OF_A_PARTY
        indexes = [models.Index(fields=["phone"], condition=~Q(phone=""), name="party_by_phone")]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="party_has_a_name")]

    def __str__(self):
        return self.name
