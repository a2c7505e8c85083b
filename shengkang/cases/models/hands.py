"""Through whose hands a dispute goes: offered to a colleague, referred to another office, called in to 110; filters an officer keeps."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.cases.models.case import DisputeCase, OfCaseQuerySet, PoliceClass
from shengkang.organization import access
from shengkang.organization.models import Station, Unit, User


class HandOver(models.Model):
    """An officer asks a colleague to take a case over; it changes hands only when the colleague accepts."""

    case = models.ForeignKey(DisputeCase, models.PROTECT, related_name="hand_overs", verbose_name=_("dispute case"))
    to = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("offered to"))
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    taken = models.BooleanField(_("taken over"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(taken__isnull=True), name="hand_over_one_open_offer"),
            models.CheckConstraint(
                condition=Q(taken__isnull=True, decided_at__isnull=True) | Q(taken__isnull=False, decided_at__isnull=False),
                name="hand_over_decided_means_when",
            ),
            models.CheckConstraint(condition=~Q(to=models.F("by")), name="hand_over_is_to_somebody_else"),
        ]

    def __str__(self):
        return f"{self.case} → {self.to}"


class Referral(models.Model):
    """A dispute handed to the office in charge, its receipt and its answer."""

    class Office(models.TextChoices):
        TOWN_CENTRE = "town_centre", _("township governance centre")
        JUSTICE = "justice", _("justice office")
        COURT = "court", _("court")
        PETITIONS = "petitions", _("petitions office")
        CRIMINAL = "criminal", _("criminal police")
        ARBITRATION = "arbitration", _("arbitration")
        OTHER = "other", _("another office")

    case = models.ForeignKey(DisputeCase, models.PROTECT, related_name="referrals", verbose_name=_("dispute case"))
    office = models.CharField(_("referred to"), max_length=12, choices=Office.choices)
    name = models.CharField(_("name of the office"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=400)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    received_on = models.DateField(_("receipt given on"), null=True, blank=True)
    received_by = models.CharField(_("received by"), max_length=40, blank=True)
    receipt_no = models.CharField(_("number of the receipt"), max_length=40, blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("case", "referral")
        verbose_name_plural = pgettext_lazy("case", "referrals")
        ordering = ["at"]
        indexes = [models.Index(fields=["at"], condition=Q(answered_on__isnull=True), name="referral_unanswered")]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True, answer="") | (Q(answered_on__isnull=False) & ~Q(answer="")),
                name="referral_answered_means_when_and_what",
            ),
            models.CheckConstraint(
                condition=Q(received_on__isnull=True, received_by="") | (Q(received_on__isnull=False) & ~Q(received_by="")),
                name="referral_received_means_when_and_by_whom",
            ),
        ]

    def __str__(self):
        return f"{self.case} → {self.get_office_display()}"


class CallQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Scope S: the station's calls. One that belongs to a protected case is seen by those who see that case; one about domestic
        violence that belongs to no case yet, by those who see every protected case of the station."""
        if "S" not in access.scopes(user, "call", "list"):
            return self.none()
        seen = Q(case__isnull=False, case__in=DisputeCase.objects.visible_to(user)) | Q(case__restricted=False) | Q(case=None)
        hidden = Q(pk__in=[])
        if "S" not in access.scopes(user, "dispute_restricted", "read"):
            hidden = Q(case=None, police_class__in=PoliceClass.PROTECTED)
        return self.filter(seen, station_id=user.station_id).exclude(hidden)

    def counted(self):
        """Calls that ordinary figures may count: none about a protected matter."""
        return self.exclude(police_class__in=PoliceClass.PROTECTED).exclude(case__restricted=True)


class Call(models.Model):
    """A call to 110 from the feed (警情). Some become disputes; all feed the comparison with last month and last year."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    no = models.CharField(_("number of the call"), max_length=40)
    received_at = models.DateTimeField(_("received at"))
    police_class = models.ForeignKey(PoliceClass, models.PROTECT, verbose_name=_("police class"))
    village = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("village or community")
    )
    place = models.CharField(_("place"), max_length=120, blank=True)
    text = models.CharField(_("what was said"), max_length=1000, blank=True)
    # To find the same caller again; shown only to those who see the call.
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    case = models.ForeignKey(
        DisputeCase, models.PROTECT, null=True, blank=True, related_name="calls", verbose_name=_("dispute case")
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("110 call")
        verbose_name_plural = _("110 calls")
        ordering = ["-received_at", "-id"]
        indexes = [models.Index(fields=["station", "-received_at", "-id"], name="call_newest_first")]
        constraints = [models.UniqueConstraint(fields=["station", "no"], name="call_once_per_number")]

    def __str__(self):
        return self.no

    @property
    def is_protected(self) -> bool:
        """Whether it is about a matter that is never an ordinary case."""
        return self.police_class_id in PoliceClass.PROTECTED


class SavedFilterQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Each his own."""
        return self.filter(user=user)


class SavedFilter(models.Model):
    """A list of cases an officer comes back to: its name and the filters in the address of the page."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("account"))
    name = models.CharField(_("name of the list"), max_length=40)
    query = models.CharField(_("filters"), max_length=500)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_filter_once_per_name")]

    def __str__(self):
        return self.name
