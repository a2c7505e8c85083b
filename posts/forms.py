"""The few questions of a liaison's phone; at most three must be answered."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from posts.models import Alarm
from shengkang.cases.forms import NoneOfThese
from shengkang.cases.models import Category
from shengkang.portal.pages import HiddenFloat, PhoneForm

SMALL_CATEGORIES = ("15", "02", "06", "20", "10", "99")
# How small disputes usually end; the words go into the agreement as they stand.
COMMON_TERMS = {
    "apology": _("apologised, and it was accepted"),
    "shared": _("each gives way a little"),
    "paid": _("the damage was paid on the spot"),
    "returned": _("goods or money were given back"),
    "removed": _("what stood in the way was removed"),
    "promise": _("promised that it does not happen again"),
}


class AlarmForm(PhoneForm):
    """The press itself. `kind` is the button's own value; a form sent without one is a plain call for help."""

    kind = forms.ChoiceField(choices=Alarm.Kind.choices, required=False, widget=forms.HiddenInput)
    spot = forms.ChoiceField(label=_("Where are you?"), required=False, widget=forms.RadioSelect)
    latitude = HiddenFloat(90)
    longitude = HiddenFloat(180)

    def __init__(self, *args, spots=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.spots = {f"{name}-{thing.pk}": (name, thing) for name, thing in spots}
        choices = [(key, str(thing)) for key, (_name, thing) in self.spots.items()]
        if len(choices) > 1:
            choices.append(("", _("somewhere else")))
        self.fields["spot"].choices = choices
        if len(choices) < 2:
            self.fields["spot"].widget = forms.HiddenInput()
        if choices:
            self.fields["spot"].initial = choices[0][0]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("latitude") is None or cleaned.get("longitude") is None:
            cleaned["latitude"] = cleaned["longitude"] = None
        return cleaned


class PositionForm(PhoneForm):
    """On or off duty, with the place if the browser was allowed to tell it."""

    latitude = HiddenFloat(90)
    longitude = HiddenFloat(180)
    turn = forms.ChoiceField(label=_("On duty or off"), choices=[("on", "on"), ("off", "off")], widget=forms.HiddenInput)


class CategoryChoice(forms.ModelChoiceField):
    def label_from_instance(self, category):
        """The name and two examples: what fits one line on a phone."""
        examples = pgettext("list", ", ").join(category.examples.split(", ")[:2])
        return f"{category.name}（{examples}）" if examples else category.name


class SmallDisputeForm(PhoneForm):
    post = forms.ModelChoiceField(queryset=None, label=_("At which post?"), widget=forms.RadioSelect, empty_label=None)
    category = CategoryChoice(
        Category.objects.filter(pk__in=SMALL_CATEGORIES),
        label=_("What is it about?"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose what it is about. If nothing fits, take the last one.")},
    )
    story = forms.CharField(
        label=_("What happened?"),
        help_text=_("One sentence is enough; you may dictate it."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Tell in a few words what happened.")},
    )
    usual = forms.MultipleChoiceField(
        label=_("How was it settled?"),
        choices=list(COMMON_TERMS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    terms = forms.CharField(
        label=_("In your own words"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    answers = NoneOfThese()
    first = forms.CharField(label=_("One side"), max_length=40, required=False)
    second = forms.CharField(label=_("Other side"), max_length=40, required=False)

    def __init__(self, *args, posts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = posts
        mine = list(posts)
        if len(mine) == 1:
            self.fields["post"].initial = mine[0].pk
            self.fields["post"].widget = forms.HiddenInput()
        # Frequency decides, not the code: what a liaison meets most stands under the thumb.
        field = self.fields["category"]
        by_code = {category.pk: category for category in field.queryset}
        field.choices = [(code, field.label_from_instance(by_code[code])) for code in SMALL_CATEGORIES if code in by_code]

    def clean(self):
        cleaned = super().clean()
        parts = [str(COMMON_TERMS[each]) for each in cleaned.pop("usual", ())]
        parts += [cleaned["terms"].strip()] if cleaned.get("terms", "").strip() else []
        if not parts:
            self.add_error("usual", _("Tick how it was settled, or say it in your own words."))
        cleaned["terms"] = pgettext("list", "; ").join(parts)
        return cleaned
