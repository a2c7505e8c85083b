"""Days off and swapped working days of years the kept library does not know yet."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class HolidayQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The State Council's calendar is nobody's secret."""
        return self.all()


class Holiday(models.Model):
    """One day announced by the State Council: off, or a weekend day worked in exchange."""

    day = models.DateField(_("day"), unique=True)
    works = models.BooleanField(_("is worked"), help_text=_("a weekend day worked in exchange for a holiday"))
    name = models.CharField(pgettext_lazy("holiday", "name"), max_length=40)

    objects = HolidayQuerySet.as_manager()

    class Meta:
        verbose_name = _("holiday or swapped working day")
        verbose_name_plural = _("holidays and swapped working days")
        ordering = ["day"]

    def __str__(self):
        return f"{self.day} {self.name}"
