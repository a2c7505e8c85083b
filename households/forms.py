"""The few questions of the phone pages around homes; at most three must be answered."""

from django import forms
from django.utils.translation import gettext_lazy as _

from households.models import Sighting, Visit
from households.selectors import COMMON_CATEGORIES
from shengkang.cases.models import Category
from shengkang.organization.models import Unit
from shengkang.portal.pages import PhoneForm, Photos


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
    photos = Photos(label=_("Photos"), help_text=_("Up to six. Only the station sees them."))
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
