"""What the desk pages of this room share: pages without fields, volunteers looked up by name."""

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patrols.models import Volunteer
from patrols.selectors import people_among
from shengkang.organization.desk import StationAdmin, VerbForm
from shengkang.organization.desk_parts import moment
from shengkang.organization.models import Person


def desk_url(thing) -> str:
    """The staff page of a thing of this room."""
    return reverse(f"admin:{thing._meta.app_label}_{thing._meta.model_name}_change", args=[thing.pk])


def hours_of(start, end) -> str:
    """A day and its hours, e.g. 2026-03-11 19:00–21:00."""
    return f"{moment(start)}–{timezone.localtime(end):%H:%M}" if end else f"{moment(start)}–"


def table(title, columns, rows, numbers=()) -> dict:
    """A section of a page as parts/table.html wants it; a cell is a text or a dict of one."""
    return {
        "title": title,
        "columns": [{"label": label, "number": no in numbers} for no, label in enumerate(columns)],
        "rows": [
            {
                "cells": [
                    {"number": no in numbers} | (cell if isinstance(cell, dict) else {"text": cell})
                    for no, cell in enumerate(row)
                ]
            }
            for row in rows
        ],
    }


class Sheet(StationAdmin):
    """A thing as one reads it: facts, steps and tables; nothing is edited in place. Subclasses give `sheet(request, thing)`."""

    fields = ()

    def get_fieldsets(self, request, obj=None):
        return []

    def change_view(self, request, object_id, form_url="", extra_context=None):
        thing = self.get_object(request, object_id)
        shown = self.sheet(request, thing) if thing is not None else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})


class VolunteerForm(VerbForm):
    """An enrolled volunteer of the station by name, pinyin or telephone; 600 of them fit no list of choices."""

    volunteer = forms.CharField(max_length=40, label=_("volunteer"), help_text=_("Name or telephone of an enrolled volunteer."))

    def clean_volunteer(self):
        from_station = Volunteer.objects.of_station_of(self.user).enrolled().select_related("person")
        people = people_among(Person.objects.of_station_of(self.user), self.cleaned_data["volunteer"])
        found = list(from_station.filter(person__in=people)[:2])
        if len(found) != 1:
            raise forms.ValidationError(_("Exactly one enrolled volunteer must fit. Type in the whole telephone number."))
        return found[0]
