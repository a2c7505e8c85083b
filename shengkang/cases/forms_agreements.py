"""The few questions of the phone pages on which somebody signs, marks what was done, or tells of a visit."""

import base64
import binascii
import io

from django import forms
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image

from shengkang.cases.models import FollowUp, Signature
from shengkang.organization.desk_parts import today
from shengkang.portal.pages import PhoneForm

DRAWN = "data:image/png;base64,"
# A signature of a finger is a few kilobytes; the canvas of a phone never makes more than this.
MAX_DRAWN = 600_000
MAX_SIDE = 4000


class SignForm(PhoneForm):
    """Drawn with a finger; where the telephone cannot draw, a photo of the paper that was signed."""

    drawn = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-sign-drawn": ""}), max_length=MAX_DRAWN)
    photo = forms.FileField(
        required=False,
        label=_("Photo of the signed paper"),
        help_text=_("If signing on the screen does not work: sign on paper and photograph it."),
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )

    def clean_drawn(self):
        """The picture itself, or None."""
        drawn = self.cleaned_data["drawn"]
        if not drawn:
            return None
        unreadable = forms.ValidationError(_("The signature did not arrive. Sign once more."))
        if not drawn.startswith(DRAWN):
            raise unreadable
        try:
            picture = base64.b64decode(drawn.removeprefix(DRAWN), validate=True)
            opened = Image.open(io.BytesIO(picture), formats=("PNG",))
            if max(opened.size) > MAX_SIDE:
                raise unreadable
            ink = opened.convert("RGBA").getchannel("A").getextrema()[1]
        except (binascii.Error, OSError, SyntaxError, ValueError) as broken:
            raise unreadable from broken
        if not ink:
            raise forms.ValidationError(_("Nothing is drawn yet. Sign with your finger in the field."))
        return ContentFile(picture, name="signature.png")

    def clean(self):
        given = super().clean()
        drawn, photo = given.pop("drawn", None), given.pop("photo", None)
        if not self.errors and not drawn and not photo:
            raise forms.ValidationError(_("Sign in the field with your finger, or send a photo of the signed paper."))
        return given | {
            "picture": drawn or photo,
            "how": Signature.How.FINGER if drawn else Signature.How.PAPER,
        }


class PerformForm(PhoneForm):
    performed_on = forms.DateField(
        label=_("When was it done?"), initial=today, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class VisitForm(PhoneForm):
    outcome = forms.ChoiceField(
        label=_("How do the two sides get on?"),
        choices=FollowUp.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how the two sides get on.")},
    )
    note = forms.CharField(
        label=_("Is there something to remember?"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
