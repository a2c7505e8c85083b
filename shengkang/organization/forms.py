"""Forms of the organization's faces: logging in by telephone number, one's own password."""

import unicodedata

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _

from shengkang.organization.log_in.passwords import password_rules
from shengkang.organization.models import User


def plain_phone(text: str) -> str:
    """A telephone number as accounts hold it: full-width digits made plain, spaces, dashes and the country's +86 taken away."""
    text = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdigit() or c == "+")
    return text.removeprefix("+86")


class LogInForm(AuthenticationForm):
    """Telephone number and password. A wrong one never says which of the two was wrong."""

    error_messages = {
        "invalid_login": _(
            "The telephone number and the password do not belong together. Check both; the password tells capital letters from small ones."
        ),
        "inactive": _("This account is closed. Ask the station."),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        number, password = self.fields["username"], self.fields["password"]
        number.label, password.label = _("Telephone number"), _("Password")
        # Room for spaces, dashes and +86, as numbers are written on paper.
        number.max_length = 30
        number.widget = forms.TextInput(
            attrs={"type": "tel", "inputmode": "tel", "autocomplete": "username", "maxlength": 30, "autofocus": True}
        )
        number.validators = []
        number.error_messages["required"] = _("Type in your telephone number.")
        password.error_messages["required"] = _("Type in your password.")

    def clean_username(self):
        return plain_phone(self.cleaned_data["username"])

    def get_invalid_login_error(self):
        # "username" is the field's name, never shown: the message above names no field.
        return forms.ValidationError(self.error_messages["invalid_login"], code="invalid_login")


class OwnPasswordForm(PasswordChangeForm):
    """A new password for oneself, after giving the present one."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("Present password")
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password2"].label = _("New password once more")
        self.fields["new_password1"].help_text = password_rules()
        self.fields["new_password2"].help_text = ""


class PhoneField(forms.CharField):
    """A telephone number, kept without spaces, dashes and +86."""

    widget = forms.TextInput(attrs={"type": "tel", "inputmode": "tel"})

    def __init__(self, **kwargs):
        super().__init__(**{"label": _("Telephone number"), "max_length": 30} | kwargs)

    def clean(self, value):
        number = plain_phone(super().clean(value))
        if len(number) > User._meta.get_field("phone").max_length:
            raise forms.ValidationError(_("This telephone number is too long."))
        return number
