"""The few questions about a deed: who, which rule, what, when."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from points.selectors.evaluation import people_one_may_thank, rules_for
from shengkang.organization.selectors import day_of
from shengkang.portal.pages import PhoneForm


class RuleChoice(forms.ModelChoiceField):
    def label_from_instance(self, rule):
        return _("%(rule)s: %(points)s points") % {"rule": rule.name, "points": rule.points}


class DeedFields(forms.Form):
    """Nobody is shown a list of people: whoever saw a deed knows the name."""

    who = forms.CharField(label=gettext_lazy("Who did it?"), help_text=gettext_lazy("The full name"), max_length=40)
    rule = RuleChoice(None, label=gettext_lazy("What kind of deed?"))
    text = forms.CharField(
        label=gettext_lazy("What was done?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say in a few words what was done, so that a second person can confirm it.")},
    )  # fmt: skip
    done_on = forms.DateField(label=gettext_lazy("When?"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    phone_end = forms.CharField(
        label=gettext_lazy("Last four digits of the telephone"), required=False, max_length=4,
        help_text=gettext_lazy("Only if two people have the same name"), widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        today = day_of(timezone.now())
        self.fields["rule"].queryset = rules_for(user, today)
        self.fields["done_on"].initial = today

    def clean(self):
        cleaned = super().clean()
        who, phone_end = cleaned.pop("who", None), cleaned.pop("phone_end", "")
        if who:
            if who.strip() == self.user.name and self.user.person_id:
                self.add_error("who", _("You cannot record a deed of your own. Ask somebody who saw it to record it."))
                return cleaned
            found = people_one_may_thank(self.user).filter(name=who.strip(), phone__endswith=phone_end)[:2]
            if len(found) == 1:
                cleaned["person"] = found[0]
            elif found:
                self.add_error("phone_end", _("Two people have this name. Add the last four digits of the telephone."))
            else:
                self.add_error("who", _("Nobody of this name takes part in the reward here. Check the name, or ask the station."))
        return cleaned


class PhoneDeedForm(DeedFields, PhoneForm):
    """The same on the phone, with the key that makes a repeated sending act once."""
