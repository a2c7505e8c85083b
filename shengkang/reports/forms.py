"""What a leader may choose: a month and a village."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from shengkang.organization.selectors import villages_of
from shengkang.reports.selectors import months_up_to
from shengkang.reports.wording import say_month

MONTHS_BACK = 24


class ChoiceOfFigures(forms.Form):
    month = forms.ChoiceField(label=_("Month"))
    village = forms.ModelChoiceField(None, label=_("Village"), required=False, empty_label=_("All villages"))

    def __init__(self, *args, station, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        months = reversed(months_up_to(today.replace(day=1), MONTHS_BACK))
        self.fields["month"].choices = [(f"{month:%Y-%m}", say_month(month)) for month in months]
        self.fields["village"].queryset = villages_of(station)

    def clean_month(self) -> date:
        return date.fromisoformat(f"{self.cleaned_data['month']}-01")


class ChoiceOfRows(ChoiceOfFigures):
    """The rows behind one figure; `kind` narrows them further."""

    part = forms.CharField(max_length=60)
    kind = forms.CharField(max_length=20, required=False)
