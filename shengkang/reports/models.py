"""Figures: counted by day and village while they move, frozen by month when they must not."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.audit.models import Fact
from shengkang.organization import access
from shengkang.organization.models import Station, Unit, User


class StationFigures(models.QuerySet):
    def visible_to(self, user):
        return self.filter(station_id=user.station_id) if access.may(user, "figures", "read") else self.none()


class DayFigure(models.Model):
    """What one part of an indicator counted on one day in one village. A cache: it may be thrown away and counted again from the rows."""

    station = models.ForeignKey(Station, models.CASCADE)
    # None: counted for the whole station, because the villages' figures do not add up to it (medians) or must not be known.
    village = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="+")
    day = models.DateField()
    part = models.CharField(max_length=60)
    kind = models.CharField(max_length=20, blank=True)
    value = models.BigIntegerField()

    objects = StationFigures.as_manager()

    class Meta:
        verbose_name = _("figure of a day")
        verbose_name_plural = _("figures of days")
        constraints = [
            models.UniqueConstraint(
                fields=["station", "part", "day", "village", "kind"], name="day_figure_once", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["station", "day"], name="day_figure_by_day")]

    def __str__(self):
        return f"{self.part} {self.day}"


class ClosedMonth(Fact):
    """A month of a station that is counted for good. A part that is not named here was not yet counted then."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    month = models.DateField(_("month"), help_text=_("first day of the month"))
    parts = ArrayField(models.CharField(max_length=60), verbose_name=_("parts counted"))
    frozen_at = models.DateTimeField(_("frozen at"))

    objects = StationFigures.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        constraints = [
            models.UniqueConstraint(fields=["station", "month"], name="month_closed_once"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="closed_month_is_its_first_day"),
        ]

    def __str__(self):
        return f"{self.month:%Y-%m}"


class ReportLine(Fact):
    """One part of an indicator for one closed month and village, with the ids it counted. Never edited, never counted again."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    village = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("village or community")
    )
    month = models.DateField(_("month"), help_text=_("first day of the month"))
    part = models.CharField(_("what was counted"), max_length=60)
    kind = models.CharField(_("kind"), max_length=20, blank=True)
    value = models.BigIntegerField(_("value"))
    ids = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("rows counted"))
    frozen_at = models.DateTimeField(_("frozen at"))

    objects = StationFigures.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("frozen line of a month")
        verbose_name_plural = _("frozen lines of months")
        constraints = [
            models.UniqueConstraint(
                fields=["station", "month", "part", "village", "kind"], name="report_line_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=models.Q(month__day=1), name="report_line_month_is_its_first_day"),
        ]

    def __str__(self):
        return f"{self.month:%Y-%m} · {self.value}"


class BriefingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The station sees its drafts; the township's leaders (scope G) see what the chief has issued."""
        scopes = access.scopes(user, "briefing", "read")
        if not scopes & {"S", "G"}:
            return self.none()
        own = self.filter(station_id=user.station_id)
        return own if "S" in scopes else own.filter(issued_at__isnull=False)


class Briefing(models.Model):
    """The monthly report as a Word file, written by the clock from frozen lines."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    month = models.DateField(_("month"))
    title = models.CharField(_("title"), max_length=120)
    file = models.FileField(_("file"), upload_to="briefings/")
    ledger_root = models.CharField(_("root of the ledger's seals"), max_length=64, blank=True)
    written_at = models.DateTimeField(_("written at"))
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("issued by"))
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)

    objects = BriefingQuerySet.as_manager()

    class Meta:
        verbose_name = _("monthly report")
        verbose_name_plural = pgettext_lazy("plural", "monthly reports")
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(fields=["station", "month"], name="briefing_once_per_month"),
            models.CheckConstraint(
                condition=models.Q(issued_at__isnull=True, issued_by__isnull=True)
                | models.Q(issued_at__isnull=False, issued_by__isnull=False),
                name="briefing_issued_means_when_and_by_whom",
            ),
        ]

    def __str__(self):
        return self.title
