"""Proposals of the villages: what the chief decides, and what comes in on paper."""

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from households import services
from households.models import Nomination
from shengkang.attachments.selectors import files_of
from shengkang.organization.desk import ReadOnlyAdmin, Verb, VerbForm
from shengkang.organization.desk_parts import OwnVillages, badge, day_field, moment
from shengkang.organization.forms import PhoneField
from shengkang.organization.models import Unit, User
from shengkang.organization.selectors import people_matching, villages_of
from shengkang.portal.pages import Photos

TONES = {
    Nomination.Decision.WAITING: "warn",
    Nomination.Decision.APPOINTED: "ok",
    Nomination.Decision.DECLINED: "",
    Nomination.Decision.WITHDRAWN: "",
}


class PaperForm(VerbForm):
    village = forms.ModelChoiceField(Unit.objects.none(), label=_("village or community"))
    person = forms.CharField(
        label=_("person proposed"), max_length=40, help_text=_("Name or telephone of a registered person of this village.")
    )
    reason = forms.CharField(label=_("why this person"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    spoken_by = forms.CharField(
        label=_("signed on paper by"), max_length=40, help_text=_("Who signed for the village, with the office held.")
    )
    photos = Photos(label=_("photo of the signed paper"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = villages_of(self.user.station)

    def clean(self):
        cleaned = super().clean()
        village, text = cleaned.get("village"), cleaned.get("person")
        if village and text:
            found = people_matching(self.user, text).filter(village=village)[:2]
            if len(found) == 1:
                cleaned["person"] = found[0]
            else:
                self.add_error(
                    "person", _("Exactly one registered person of this village must fit. Type in the whole telephone number.")
                )
        return cleaned


class AppointNominatedForm(VerbForm):
    from_day = day_field(_("appointed on"))
    term_years = forms.IntegerField(
        label=_("term in years"),
        min_value=1,
        max_value=5,
        initial=services.TERM_YEARS,
        help_text=_("Three years are usual here; the head may be appointed again."),
    )
    phone = PhoneField(label=_("telephone to log in with"))
    password = forms.CharField(
        label=_("first password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters, not digits alone. Tell it to the person only."),
    )
    answer = forms.CharField(
        label=_("answer to the village"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if User.objects.filter(person=self.thing.person_id).exists():
            # Whoever has an account keeps its number and password; the role is added.
            del self.fields["phone"], self.fields["password"]
        else:
            self.fields["phone"].initial = self.thing.person.phone

    def clean_password(self):
        password = self.cleaned_data["password"]
        validate_password(password, User(phone=self.cleaned_data.get("phone", ""), name=self.thing.person.name))
        return password


class DeclineForm(VerbForm):
    answer = forms.CharField(
        label=_("answer to the village"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Say why, in a sentence; the village's cadre reads it on the telephone."),
    )


def _waits(nomination, user):
    return nomination.decision == Nomination.Decision.WAITING


@admin.register(Nomination)
class NominationAdmin(ReadOnlyAdmin):
    access_object, add_action = "head_nomination", "create"
    list_display = ["person", "village", "state", "at", "by", "decided_at"]
    list_filter = ["decision", OwnVillages]
    search_fields = ["person__name", "person__name_key"]
    list_select_related = ["person", "village", "by"]
    fields = ()
    opening = Verb(
        "enter",
        _("Enter a proposal from paper"),
        "create",
        lambda **fields: services.nominate_head(**fields),
        form=PaperForm,
        hint=_("The village proposes, the station appoints. A cadre with a telephone does this himself."),
    )
    verbs = (
        Verb(
            "appoint",
            _("Appoint as head"),
            "decide",
            lambda nomination, **kwargs: services.appoint_nominated(nomination=nomination, **kwargs),
            form=AppointNominatedForm,
            offered=_waits,
            tone="main",
        ),
        Verb(
            "decline",
            pgettext_lazy("nomination", "Decline"),
            "decide",
            lambda nomination, **kwargs: services.decline_nomination(nomination=nomination, **kwargs),
            form=DeclineForm,
            offered=_waits,
        ),
        Verb(
            "withdraw",
            _("Take the proposal back"),
            "create",
            lambda nomination, **kwargs: services.withdraw_nomination(nomination=nomination, **kwargs),
            offered=lambda nomination, user: _waits(nomination, user) and nomination.by_id == user.pk,
            hint=_("Only before it is decided."),
        ),
    )

    def get_fieldsets(self, request, obj=None):
        return []

    @admin.display(description=_("decision"), ordering="decision")
    def state(self, nomination):
        return badge(nomination.get_decision_display(), TONES[nomination.decision], icon="")

    def answer_verb(self, request, verb, thing):
        return sensitive_post_parameters("password")(
            lambda request: super(NominationAdmin, self).answer_verb(request, verb, thing)
        )(request)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        nomination = self.get_object(request, object_id)
        shown = {"facts": _facts(nomination), "files": files_of(nomination)} if nomination else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})


def _facts(nomination: Nomination) -> list[dict]:
    person, tone = nomination.person, TONES[nomination.decision]
    told = [
        {"label": _("decision"), "value": nomination.get_decision_display(), "tone": tone or "note"},
        {"label": _("person proposed"), "value": person.name},
        {"label": _("born in"), "value": person.birth_year},
        {"label": _("telephone"), "value": person.phone, "url": f"tel:{person.phone}" if person.phone else ""},
        {"label": _("village or community"), "value": nomination.village.name},
        {"label": _("why this person"), "value": nomination.reason},
        {"label": _("signed on paper by"), "value": nomination.spoken_by},
        {"label": _("proposed by"), "value": f"{nomination.by.name} · {moment(nomination.at)}"},
        {
            "label": _("decided by"),
            "value": nomination.decided_by and f"{nomination.decided_by.name} · {moment(nomination.decided_at)}",
        },
        {"label": _("answer to the village"), "value": nomination.answer},
    ]
    return [fact for fact in told if fact["value"]]
