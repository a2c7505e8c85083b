"""The questions of the procedure gate, and the mediation the answers allow."""

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from shengkang.cases.admin.forms import grouped, staff_of
from shengkang.cases.models import DisputeCase, GateQuestion, Party
from shengkang.cases.selectors import allowed_mediations
from shengkang.cases.services.moving import LEADS_POLICE, MEDIATES
from shengkang.organization.desk import VerbForm

Procedure = DisputeCase.Procedure


class GateForm(VerbForm):
    """Every question, yes or no, and none of them answered beforehand: an answer nobody gave is no answer."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for question in GateQuestion.objects.all():
            self.fields[question.code] = forms.TypedChoiceField(
                choices=[("yes", _("yes")), ("no", _("no"))],
                coerce=lambda answer: answer == "yes",
                widget=forms.RadioSelect(attrs={"class": "side-by-side"}),
                label=question.text,
                help_text=escape(question.hint),
            )

    def clean(self):
        return {"answers": super().clean()}


class MediateForm(VerbForm):
    """Only what the gate allowed, and only those who may lead it."""

    procedure = forms.ChoiceField(label=_("procedure"), widget=forms.RadioSelect)
    mediator = forms.ModelChoiceField(None, label=_("mediator"))
    applicant = forms.ModelChoiceField(
        Party.objects.none(), required=False, label=_("applicant"), empty_label=_("nobody: offered by the mediators")
    )
    wishes = forms.CharField(
        max_length=1000, required=False, label=_("what is asked for"), widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        allowed = allowed_mediations(self.thing)
        self.fields["procedure"].choices = [(each, Procedure(each).label) for each in allowed]
        if len(allowed) == 1:
            self.fields["procedure"].initial = allowed[0]
        people = staff_of(self.thing.station, LEADS_POLICE if allowed == [Procedure.POLICE] else MEDIATES)
        self.fields["mediator"].queryset = people
        self.fields["mediator"].choices = [("", "---------"), *grouped(people, self.thing.village)]
        self.fields["mediator"].initial = self.thing.mediator_id
        self.fields["applicant"].queryset = self.thing.parties.all()
