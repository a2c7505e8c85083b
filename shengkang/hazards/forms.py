"""The few questions of the phone pages of hazards; at most three must be answered."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.hazards.models import Hazard, HazardGroup
from shengkang.organization.models import Unit
from shengkang.portal.pages import PhoneForm, Photos


class ReportForm(PhoneForm):
    level = forms.ChoiceField(
        label=_("How dangerous is it?"),
        # The words of the one who stands there; the first is the one that cannot wait.
        choices=[
            (Hazard.Level.AT_ONCE, _("Dangerous right now: somebody can be hurt any minute")),
            (Hazard.Level.SAME_DAY, _("Has to be gone by tonight")),
            (Hazard.Level.ORDINARY, _("Can wait a few days")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how dangerous it is. If you are not sure, take the first one.")},
    )
    group = forms.ModelChoiceField(
        HazardGroup.objects.all(),
        label=pgettext_lazy("hazard", "What is it about?"),
        widget=forms.RadioSelect(attrs={"class": "choices-two"}),
        empty_label=None,
        error_messages={"required": _("Choose what it is about. If nothing fits, take what comes nearest.")},
    )
    text = forms.CharField(
        label=_("What is dangerous, and where?"),
        help_text=_("At whose door, on which road, by which pond? A few words are enough; you may dictate them."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Tell in a few words what is dangerous, and where.")},
    )
    village = forms.ModelChoiceField(Unit.objects.none(), label=_("In which village?"))
    photos = Photos(label=_("Photos"), help_text=_("Up to six. Keep away from the danger while you take them."))

    def __init__(self, *args, villages, **kwargs):
        super().__init__(*args, **kwargs)
        if len(villages) == 1:
            # Whoever works in one village is not asked for it.
            del self.fields["village"]
        else:
            self.fields["village"].queryset = villages


class PutRightForm(PhoneForm):
    photos = Photos(
        label=_("Photos of how it looks now"),
        help_text=_("At least one, taken from where the first photo was taken."),
        required=True,
        error_messages={"required": _("Add at least one photo that shows how it looks now.")},
    )
    note = forms.CharField(
        label=_("What was done?"),
        help_text=_("A few words are enough."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class LookAgainForm(PhoneForm):
    fine = forms.TypedChoiceField(
        label=_("Is the danger gone?"),
        choices=[("yes", _("Yes, it is gone")), ("no", _("No, it is still dangerous"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether the danger is gone.")},
    )
    note = forms.CharField(
        label=_("What did you see?"),
        help_text=_("If it is still dangerous, say what is missing."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    photos = Photos(label=_("Photos"), help_text=_("Up to six."))
