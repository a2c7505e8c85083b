"""What every phone page is made of: log-in, the access matrix, one form, one call, one answer."""

import uuid

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView

from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization import access


class PhonePage(LoginRequiredMixin):
    """A page of a logged-in user on a phone. `access_line` names its line of the matrix: ("dispute", "create")."""

    access_line: tuple[str, str]
    # Somebody whose last role was taken still finds the pages that say so.
    open_without_a_role = False

    def dispatch(self, request, *args, **kwargs):
        user = request.user
        if user.is_authenticated and (user.roles or not self.open_without_a_role):
            access.require(request.user, *self.access_line)
        return super().dispatch(request, *args, **kwargs)


class PhoneForm(forms.Form):
    """A form that may be sent twice on a patchy network and acts once: the key is drawn when the page is shown."""

    key = forms.CharField(max_length=80, widget=forms.HiddenInput, initial=lambda: str(uuid.uuid4()))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        unsaid = forms.Field.default_error_messages["required"]
        for field in self.fields.values():
            if field.error_messages["required"] == unsaid:
                field.error_messages["required"] = _("Please choose.") if hasattr(field, "choices") else _("Please fill this in.")
            # Django's row of dashes says nothing to a reader.
            if getattr(field, "empty_label", None) == "---------":
                field.empty_label = _("Please choose")


class HiddenFloat(forms.FloatField):
    """What a script may fill in; anything odd counts as not known, for it must never stand in the way of an alarm or a report."""

    widget = forms.HiddenInput

    def __init__(self, bound):
        self.bound = bound
        super().__init__(required=False)

    def clean(self, value):
        try:
            number = super().clean(value)
        except forms.ValidationError:
            return None
        return number if number is not None and abs(number) <= self.bound else None


class Photos(forms.FileField):
    """Several photos in one field; their bytes are judged by the attachments room. Always a list."""

    class Input(forms.ClearableFileInput):
        allow_multiple_selected = True

    # No `capture`: the WeChat browser ignores it, and a photo taken before is as good.
    widget = Input(attrs={"accept": "image/*"})

    def __init__(self, *, at_most: int = 6, required: bool = False, **kwargs):
        self.at_most = at_most
        super().__init__(required=required, **kwargs)

    def clean(self, data, initial=None):
        files = [super(Photos, self).clean(file) for file in data or []]
        if self.required and not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(files) > self.at_most:
            raise forms.ValidationError(_("At most %(count)s photos, please.") % {"count": self.at_most})
        return files


def _comparable(value):
    """What stays the same when a form is sent once more: of a file, its name and size."""
    if isinstance(value, list | tuple):
        return [_comparable(each) for each in value]
    return (value.name, value.size) if hasattr(value, "size") else str(value)


class PhoneFormPage(PhonePage, FormView):
    """One task: shows a PhoneForm, makes one call, says what happens next.

    Subclasses give `verb` (a stable name for the receipt) and `act(cleaned, at) -> dict` (ids only); a RuleViolation is
    shown on the form with everything typed still there.
    """

    verb: str
    done: str = ""

    def act(self, cleaned: dict, at) -> dict:
        raise NotImplementedError

    def form_valid(self, form):
        at = timezone.now()
        cleaned = dict(form.cleaned_data)
        key = cleaned.pop("key")
        body = {"at": self.request.path} | {name: _comparable(value) for name, value in cleaned.items()}
        try:
            self.result = audit.once(
                by=self.request.user, verb=self.verb, key=key, body=body, at=at, do=lambda: self.act(cleaned, at)
            )
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        if self.done:
            messages.success(self.request, self.done)
        return redirect(self.get_success_url())
