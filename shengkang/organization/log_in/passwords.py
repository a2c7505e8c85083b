"""Rules for passwords that the settings demand beyond Django's own, and how they are told."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def kinds_in(password: str) -> int:
    """How many of the four kinds occur: small letters, capitals, digits, anything else (signs and Chinese characters)."""
    letters = {"small": str.islower, "capital": str.isupper, "digit": str.isdigit}
    found = {name for c in password for name, fits in letters.items() if c.isascii() and fits(c)}
    return len(found) + any(not (c.isascii() and c.isalnum()) for c in password)


class KindsValidator:
    """At least `min_kinds` of four kinds of characters; 1 demands nothing. GB/T 22239-2019 8.1.4.1 asks for "complexity"."""

    def __init__(self, min_kinds: int = 1):
        self.min_kinds = min_kinds

    def validate(self, password, user=None):
        if kinds_in(password) < self.min_kinds:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self):
        return _("Use at least %(kinds)d of these four kinds: small letters, capital letters, digits, signs.") % {
            "kinds": self.min_kinds
        }


def _rules() -> str:
    length, kinds = settings.PASSWORD_MIN_LENGTH, settings.PASSWORD_MIN_KINDS
    told = [
        ngettext(
            "At least %(length)d character, not digits alone, and not your number or name.",
            "At least %(length)d characters, not digits alone, and not your number or name.",
            length,
        )
        % {"length": length}
    ]
    if kinds > 1:
        told.append(KindsValidator(kinds).get_help_text())
    return "".join(told)


# One sentence or two, put under every field for a new password.
password_rules = lazy(_rules, str)
