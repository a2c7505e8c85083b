"""Forms of the door: a code, the digits on a card, the accounts for which cards are printed."""

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.organization.access import Role
from shengkang.organization.log_in.cards import holders, roles_with_cards
from shengkang.organization.log_in.passwords import password_rules
from shengkang.organization.models import Unit, User
from shengkang.organization.selectors import villages_of


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
        error_messages={"required": _("Type in the code.")},
    )


class AppCodeForm(CodeForm):
    """Where only the app's digits will do."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"
        self.fields["code"].label = _("The six digits the app shows now")


class DigitsForm(forms.Form):
    digits = forms.RegexField(
        r"^\s*\d{4}\s*$",
        label=_("The last 4 digits of your telephone number"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 4, "autofocus": True}),
        error_messages={"required": _("Type in 4 digits."), "invalid": _("Type in 4 digits.")},
    )


class FirstPasswordForm(SetPasswordForm):
    """The password a card's owner chooses."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        first, second = self.fields["new_password1"], self.fields["new_password2"]
        first.label, second.label = _("Your new password"), _("New password once more")
        first.help_text, second.help_text = password_rules(), ""


class AccountChoice(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, user):
        places = "、".join(dict.fromkeys(membership.unit.name for membership in user.memberships.all()))
        told = [user.name, places, f"{user.phone[:3]}****{user.phone[-4:]}"]
        if user.last_login is None:
            told.append(str(_("never logged in")))
        return " · ".join(told)


class WhoseCardsForm(forms.Form):
    """Which accounts are shown to choose from."""

    role = forms.ChoiceField(label=pgettext_lazy("membership", "role"), required=False)
    village = forms.ModelChoiceField(Unit.objects.none(), label=_("village or community"), required=False)

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        labels = dict(Role.choices)
        self.fields["role"].choices = [(role, labels[role]) for role in roles_with_cards()]
        self.fields["village"].queryset = villages_of(by.station) if by.station else Unit.objects.none()


class CardsForm(forms.Form):
    users = AccountChoice(
        User.objects.none(), label=_("Cards for"), error_messages={"required": _("Choose at least one account.")}
    )

    def __init__(self, *args, by, role="", village=None, only=None, **kwargs):
        super().__init__(*args, **kwargs)
        everyone = holders(by)
        if self.is_bound:
            shown = everyone
        elif only:
            shown = everyone.filter(pk=only)
        else:
            here = {"memberships__role": role} | ({"memberships__unit": village} if village else {})
            shown = everyone.filter(**here)
        self.fields["users"].queryset = shown.prefetch_related("memberships__unit")
        if not self.is_bound:
            self.initial["users"] = [user.pk for user in shown if only or user.last_login is None]
