"""The letter of admonition as it is recorded at the desk."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shengkang.organization.desk import VerbForm


class AdmonishForm(VerbForm):
    party = forms.ModelChoiceField(None, label=_("served on"))
    served_at = forms.DateTimeField(
        label=_("served at"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    facts = forms.CharField(max_length=2000, label=_("facts established"), widget=forms.Textarea(attrs={"rows": 6}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = self.thing.parties.all()
        self.fields["served_at"].initial = timezone.localtime().replace(second=0)
