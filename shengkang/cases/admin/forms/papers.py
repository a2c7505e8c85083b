"""Fields of papers: which paper was written by hand, which template is the station's own."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.cases.models import PaperTemplate
from shengkang.organization.desk import VerbForm
from shengkang.portal.pages import Photos

DOCX = ".docx,application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class FilePaperForm(VerbForm):
    kind = forms.ChoiceField(choices=PaperTemplate.Kind.choices, label=pgettext_lazy("paper", "kind"))
    pictures = Photos(
        required=True,
        label=_("photos or PDF of the paper"),
        widget=Photos.Input(attrs={"accept": "image/*,application/pdf"}),
    )


class TemplateForm(VerbForm):
    kind = forms.ChoiceField(choices=PaperTemplate.Kind.choices, label=pgettext_lazy("paper", "kind"))
    upload = forms.FileField(
        label=_("Word template"),
        widget=forms.FileInput(attrs={"accept": DOCX}),
        help_text=_("Download the form in use, change it in Word, keep the names in double braces, and upload it here."),
    )
