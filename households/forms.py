"""The few questions of the phone pages around homes; at most three must be answered."""

from django import forms
from django.utils.translation import gettext_lazy as _

from households.models import HomeCheck, Sighting, Visit
from households.selectors import COMMON_CATEGORIES
from shengkang.cases.models import Category, DisputeCase
from shengkang.organization.models import Unit
from shengkang.portal.pages import HiddenFloat, PhoneForm, Photos


class CategoryChoice(forms.ModelChoiceField):
    def label_from_instance(self, category):
        """The name and two examples: what fits one line on a phone."""
        examples = "、".join(category.examples.split(", ")[:2])
        return f"{category.name}（{examples}）" if examples else category.name


class QuarrelForm(PhoneForm):
    category = CategoryChoice(
        Category.objects.filter(pk__in=COMMON_CATEGORIES),
        label=_("What is it about?"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose what it is about. If nothing fits, take the last one.")},
    )
    story = forms.CharField(
        label=_("What happened?"),
        help_text=_("Who with whom, since when, is anybody hurt? A few words are enough; you may dictate them."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Tell in a few words what happened.")},
    )
    other = forms.CharField(label=_("Who is the other party?"), max_length=40, required=False)
    other_phone = forms.CharField(
        label=_("Telephone of the other party"), max_length=20, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    other_is_minor = forms.BooleanField(label=_("The other party is under 18"), required=False)
    other_guardian = forms.CharField(label=_("Who looks after the child?"), max_length=40, required=False)
    place = forms.CharField(label=_("Where, if not at this home?"), max_length=120, required=False)
    scale = forms.ChoiceField(label=_("How many people are in it?"), choices=DisputeCase.Scale.choices, required=False)
    latitude = HiddenFloat(90)
    longitude = HiddenFloat(180)
    photos = Photos(label=_("Photos"), help_text=_("Up to six. Only the station sees them."))
    # Given on the page of candidates: "new", or the id of the case it belongs to.
    answer = forms.RegexField(r"^(new|\d{1,18})?$", required=False, widget=forms.HiddenInput)
    protected = forms.BooleanField(
        label=_("I suspect violence at home, or harm to a child"),
        help_text=_("Then only the chief and the officer in charge can read it, and nobody asks the two sides to make peace."),
        required=False,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Frequency decides, not the code: what a head meets most stands under the thumb.
        field = self.fields["category"]
        by_code = {category.pk: category for category in field.queryset}
        field.choices = [(code, field.label_from_instance(by_code[code])) for code in COMMON_CATEGORIES if code in by_code]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("latitude") is None or cleaned.get("longitude") is None:
            cleaned["latitude"] = cleaned["longitude"] = None
        if cleaned.get("other_phone") or cleaned.get("other_is_minor") or cleaned.get("other_guardian"):
            cleaned["other"] = cleaned.get("other") or str(_("the other party, name unknown"))
        return cleaned | {"scale": cleaned.get("scale") or DisputeCase.Scale.UNDER_50}

    def more(self):
        """What is folded away; open when something was written there."""
        names = ("other_phone", "other_is_minor", "other_guardian", "place", "scale")
        return {
            "fields": [self[name] for name in names],
            "open": any(self[name].value() for name in names[:-1]) or bool(self.errors.keys() & set(names)),
        }


class VisitForm(PhoneForm):
    kind = forms.ChoiceField(
        label=_("What was the visit for?"),
        choices=Visit.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the visit was for.")},
    )
    note = forms.CharField(
        label=_("Is there something to remember?"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class SightingForm(PhoneForm):
    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=[choice for choice in Sighting.Kind.choices if choice[0] != Sighting.Kind.QUARREL],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is.")},
    )
    text = forms.CharField(
        label=_("What did you see?"),
        help_text=_("Where, when, what does it look like? A few words are enough."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Tell in a few words what you saw.")},
    )
    village = forms.ModelChoiceField(Unit.objects.none(), label=_("In which village?"))
    photos = Photos(label=_("Photos"), help_text=_("Up to six. Only the station sees them."))

    def __init__(self, *args, villages, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = villages


class ProposeForm(PhoneForm):
    reason = forms.CharField(
        label=_("Why this person?"),
        help_text=_("Known to everybody, has time, settles quarrels: a few words are enough."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Tell the station in a few words why this person.")},
    )
    photos = Photos(label=_("Photos"), help_text=_("The paper the village signed, if there is one."))


class WithdrawForm(PhoneForm):
    pass


class CheckForm(PhoneForm):
    """One home: the button that was pressed says the result; only who found something ticks and writes."""

    result = forms.ChoiceField(label=_("result"), choices=HomeCheck.Result.choices, widget=forms.HiddenInput)
    problems = forms.TypedMultipleChoiceField(
        label=_("What is not right?"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    tell = forms.BooleanField(
        label=_("It cannot be put right at once: tell the station"),
        help_text=_("What is marked dangerous is told to the station in any case."),
        required=False,
    )
    note = forms.CharField(
        label=_("Is there something to add?"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    photos = Photos(label=_("Photos"), help_text=_("Up to six. Only the station sees them."))

    def __init__(self, *args, items, **kwargs):
        super().__init__(*args, **kwargs)
        self.items = items
        self.fields["problems"].choices = [
            (item.no, _("%(text)s (dangerous)") % {"text": item.text} if item.is_dangerous else item.text) for item in items
        ]
        if not any(item.hazard_group_id for item in items):
            del self.fields["tell"], self.fields["photos"]
        elif not any(item.is_dangerous for item in items):
            self.fields["tell"].help_text = ""

    def clean(self):
        cleaned = super().clean()
        result, problems = cleaned.get("result"), cleaned.get("problems") or []
        if result == HomeCheck.Result.PROBLEM and not problems:
            self.add_error("problems", _("Tick what is not right, or press “everything all right”."))
        if result and result != HomeCheck.Result.PROBLEM and problems:
            self.add_error(
                "problems",
                _("You ticked something that is not right. Press “write down what is not right”, or take the tick out."),
            )
        tell = cleaned.pop("tell", False)
        with_group = {item.no for item in self.items if item.hazard_group_id}
        return cleaned | {"hazards": [no for no in problems if no in with_group] if tell else None}
