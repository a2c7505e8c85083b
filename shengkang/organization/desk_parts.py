"""Small parts of which every room builds its pages of the desk: a day, a moment, a badge, a reason, the station's own villages."""

from django import forms
from django.contrib import admin
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shengkang.organization.desk import VerbForm
from shengkang.organization.selectors import day_of, villages_of


def today():
    return day_of(timezone.now())


def moment(at) -> str:
    """A moment as the desk writes it, to the minute; empty where there is none."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def badge(text, tone="", icon="none"):
    """A state in one word for a list. `icon=""` lets the tone choose its mark."""
    return render_to_string("parts/badge.html", {"text": text, "tone": tone, "icon": icon}) if text else "–"


def lines(rows=3):
    return forms.Textarea(attrs={"rows": rows})


def day_field(label, **given):
    return forms.DateField(
        label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **{"initial": today} | given
    )


class NoteForm(VerbForm):
    note = forms.CharField(label=_("note"), max_length=500, required=False, widget=lines())


class ReasonForm(VerbForm):
    reason = forms.CharField(label=_("reason"), max_length=500, widget=lines())


class AskingForm(VerbForm):
    """Why a second person should open a cell. The approval keeps 200 characters of it."""

    reason = forms.CharField(label=_("reason"), max_length=200, help_text=_("Name the case or the paper that needs it."))


class OwnVillages(admin.SimpleListFilter):
    """The villages of one's own station, not all of the country's. Subclasses may name another `path` to the village."""

    title = _("village or community")
    parameter_name = "village"
    path = "village"

    def lookups(self, request, model_admin):
        return [(str(village.pk), str(village)) for village in villages_of(request.user.station)]

    def queryset(self, request, queryset):
        return queryset.filter(**{self.path: self.value()}) if (self.value() or "").isdecimal() else queryset


class ReadOnlyInline(admin.TabularInline):
    """Rows of another model on a thing's page, for whoever sees the thing; nobody edits them there."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False
