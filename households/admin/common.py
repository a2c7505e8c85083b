"""What the desk pages of homes and heads share: a day, a village of one's own station."""

from django import forms
from django.contrib import admin
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shengkang.attachments.models import Attachment
from shengkang.organization.desk import VerbForm
from shengkang.organization.selectors import day_of, villages_of


def today():
    return day_of(timezone.now())


def when(at) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def badge(text, tone="", icon=""):
    return render_to_string("parts/badge.html", {"text": text, "tone": tone, "icon": icon}) if text else "–"


def files_of(thing) -> list[dict]:
    """The photos and files that hang on a thing, as templates/admin/households/sheet.html wants them."""
    return [
        {
            "url": reverse("attachments:file", args=[each.pk]),
            "title": each.title or each.get_kind_display(),
            "picture": each.kind == Attachment.Kind.PICTURE,
            "width": each.width,
            "height": each.height,
            "meta": f"{each.by.name} · {when(each.at)}",
        }
        for each in Attachment.objects.of(thing).select_related("by")
    ]


def table(columns, rows) -> dict:
    """A table as parts/table.html wants it; a cell is a text or {"text", "url", "tone", "number"}, a column a text or {"label", "number"}."""
    return {
        "columns": [column if isinstance(column, dict) else {"label": column} for column in columns],
        "rows": [{"cells": [cell if isinstance(cell, dict) else {"text": cell} for cell in row]} for row in rows],
    }


def number(value, url="") -> dict:
    return {"text": str(value), "number": True, "url": url}


def day_field(label, **given):
    return forms.DateField(
        label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **{"initial": today} | given
    )


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
