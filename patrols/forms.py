"""The few questions of the phone pages around patrols; at most three must be answered."""

from django import forms
from django.utils.translation import gettext_lazy as _

from households.forms import CategoryChoice
from households.selectors import COMMON_CATEGORIES
from patrols.models import PatrolKind
from patrols.selectors import may_have_been_there, people_among, present_by_default
from shengkang.cases.models import Category
from shengkang.hazards.models import Hazard, HazardGroup
from shengkang.organization.models import Unit
from shengkang.portal.pages import PhoneForm, Photos


def words(label, *, rows=3, required=True, most=300, **kwargs):
    return forms.CharField(label=label, max_length=most, required=required, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class ApplyForm(PhoneForm):
    """For oneself nothing but a word of why; a head or cadre also says for whom."""

    who = forms.CharField(
        label=_("Who wants to help?"),
        max_length=40,
        help_text=_("The name or telephone of somebody you look after, or your own."),
        error_messages={"required": _("Type in the name of the person who wants to help.")},
    )
    village = forms.ModelChoiceField(Unit.objects.none(), label=_("In which village?"))
    motive = words(
        _("Why do you want to help?"),
        required=False,
        help_text=_("A few words; the head, the village and the station read them."),
    )
    fit = forms.BooleanField(
        label=_("Healthy enough to walk at night"),
        help_text=_("Between 18 and 65 years old, willing, and free to stop at any time. Say nothing about illnesses here."),
        error_messages={"required": _("Tick this if it is so. If it is not, there are other ways to help: ask your head.")},
    )

    def __init__(self, *args, people, villages, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = people
        if people is None:
            del self.fields["who"]
        else:
            self.fields["motive"].label = _("Why is this person suited?")
        self.fields["village"].queryset = villages
        if len(villages) == 1:
            self.fields["village"].initial = villages[0].pk
            self.fields["village"].widget = forms.HiddenInput()

    def clean_who(self):
        """The one person of those entrusted whom the words fit."""
        found = list(people_among(self.people, self.cleaned_data["who"])[:2])
        if len(found) != 1:
            raise forms.ValidationError(
                _("Several people fit. Type in the telephone number.")
                if found
                else _("Nobody you look after fits. Check the name, or ask the station.")
            )
        return found[0]


class OpinionForm(PhoneForm):
    """Yes or no, and a word that the applicant reads when it is no."""

    answer = forms.ChoiceField(label=_("Your opinion"), widget=forms.RadioSelect, choices=())
    opinion = words(
        _("In a few words"), required=False, most=500, help_text=_("If you decline, say why: the applicant reads it.")
    )

    def __init__(self, *args, yes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["answer"].choices = [("yes", yes), ("no", _("No, I decline"))]
        self.fields["answer"].error_messages["required"] = _("Choose yes or no.")

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("answer") == "no" and not cleaned.get("opinion", "").strip():
            self.add_error("opinion", _("Say why; the applicant reads it."))
        return cleaned


class LeaveForm(PhoneForm):
    reason = words(_("Is there a reason?"), required=False, help_text=_("You need not give one. You can apply again later."))


class ConfirmForm(PhoneForm):
    """One button."""


class StartForm(PhoneForm):
    village = forms.ModelChoiceField(Unit.objects.none(), label=_("In which village?"))
    kind = forms.ChoiceField(
        label=_("What kind of patrol?"),
        choices=PatrolKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what kind of patrol it is.")},
    )

    def __init__(self, *args, villages, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = villages
        if len(villages) == 1:
            self.fields["village"].initial = villages[0].pk


class PresentField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple(attrs={"class": "choices-two"})

    def label_from_instance(self, volunteer):
        return volunteer.person.name


class EndForm(PhoneForm):
    """Who was there. Those signed up are ticked already; the others of the village stand behind a fold of the page."""

    signed = PresentField(
        None, label=_("Who came?"), required=False, help_text=_("Those who signed up are ticked. Cross out who did not come.")
    )
    others = PresentField(None, label=_("Who came as well?"), required=False, help_text=_("Other volunteers of the village."))
    kilometres = forms.DecimalField(label=_("How many kilometres?"), min_value=0, max_value=200, decimal_places=1, required=False)
    note = words(_("Is there something to remember?"), required=False, most=500)

    def __init__(self, *args, patrol, **kwargs):
        super().__init__(*args, **kwargs)
        everybody, signed = may_have_been_there(patrol), present_by_default(patrol)
        self.fields["signed"].queryset = everybody.filter(pk__in=signed.values("pk"))
        self.fields["signed"].initial = [each.pk for each in self.fields["signed"].queryset]
        self.fields["others"].queryset = everybody.exclude(pk__in=signed.values("pk"))
        if not self.fields["signed"].initial:
            del self.fields["signed"]
            self.fields["others"].label, self.fields["others"].help_text = _("Who came?"), ""

    @property
    def present(self):
        return [*self.cleaned_data.get("signed", ()), *self.cleaned_data.get("others", ())]


class FindingForm(PhoneForm):
    text = words(
        _("What did you find?"),
        rows=4,
        most=1000,
        help_text=_("A few words are enough; you may dictate them."),
        error_messages={"required": _("Tell in a few words what you found.")},
    )
    place = forms.CharField(label=_("Where?"), max_length=120, required=False)
    photos = Photos(label=_("Photos"), help_text=_("Up to six. Only the station sees them."))


class HazardFindingForm(FindingForm):
    group = forms.ModelChoiceField(
        HazardGroup.objects.all(),
        label=_("What kind of hazard is it?"),
        error_messages={"required": _("Choose what kind of hazard it is.")},
    )
    level = forms.ChoiceField(
        label=_("How urgent is it?"), choices=Hazard.Level.choices, widget=forms.RadioSelect, initial=Hazard.Level.ORDINARY
    )
    field_order = ["group", "text", "level", "place", "photos"]


class DisputeFindingForm(FindingForm):
    category = CategoryChoice(
        Category.objects.filter(pk__in=COMMON_CATEGORIES),
        label=_("What is it about?"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose what it is about. If nothing fits, take the last one.")},
    )
    protected = forms.BooleanField(
        label=_("I suspect violence at home, or harm to a child"),
        help_text=_("Then only the chief and the officer in charge can read it, and nobody asks the two sides to make peace."),
        required=False,
    )
    field_order = ["category", "text", "place", "photos", "protected"]

    def __init__(self, *args, may_protect, **kwargs):
        super().__init__(*args, **kwargs)
        if not may_protect:
            del self.fields["protected"]
        # What people meet most stands under the thumb.
        field = self.fields["category"]
        by_code = {category.pk: category for category in field.queryset}
        field.choices = [(code, field.label_from_instance(by_code[code])) for code in COMMON_CATEGORIES if code in by_code]
