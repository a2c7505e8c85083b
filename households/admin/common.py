"""What the desk pages of homes and heads share: a day, a village of one's own station."""

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shengkang.organization.desk import VerbForm
from shengkang.organization.selectors import day_of, villages_of


def today():
    return day_of(timezone.now())


def day_field(label):
    return forms.DateField(label=label, initial=today, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


class OwnVillages(admin.SimpleListFilter):
    """The villages of one's own station. Subclasses name the path to the village."""

    title = _("village or community")
    parameter_name = "village"
    path = "village"

    def lookups(self, request, model_admin):
        return [(str(village.pk), str(village)) for village in villages_of(request.user.station)]

    def queryset(self, request, queryset):
        return queryset.filter(**{self.path: self.value()}) if (self.value() or "").isdigit() else queryset


class DayForm(VerbForm):
    on = day_field(_("day"))
