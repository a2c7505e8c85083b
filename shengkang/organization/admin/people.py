"""People the station knows and what they agreed to. The ID number is on no page but the one that follows an approval."""

from django import forms
from django.contrib import admin
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization import services
from shengkang.organization.desk import ReadOnlyAdmin, StationAdmin, Verb, VerbForm
from shengkang.organization.desk_lists import still
from shengkang.organization.desk_parts import AskingForm, OwnVillages, ReadOnlyInline
from shengkang.organization.forms import PhoneField
from shengkang.organization.models import Approval, Consent, Person, Unit
from shengkang.organization.selectors import villages_of

EARLIEST_BIRTH = 1900


class PersonForm(VerbForm):
    secrets = ("id_number",)
    name = forms.CharField(label=pgettext_lazy("person", "name"), max_length=40)
    village = forms.ModelChoiceField(Unit.objects.none(), label=_("village or community"))
    phone = PhoneField(required=False)
    birth_year = forms.IntegerField(
        label=_("year of birth"), required=False, min_value=EARLIEST_BIRTH, help_text=_("needed for the rule on minors")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = villages_of(self.user.station)
        if self.thing is not None:
            self.initial = {name: getattr(self.thing, name) for name in ("name", "village", "phone", "birth_year")}


class RegisterPersonForm(PersonForm):
    id_number = forms.CharField(
        label=_("ID number"),
        max_length=18,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Only where a paper needs it. It is sealed and shown again only under an approval."),
    )


class ConsentForm(VerbForm):
    purpose = forms.ChoiceField(label=_("purpose"), choices=Consent.Purpose.choices)
    evidence = forms.CharField(label=_("evidence"), max_length=200, help_text=_("signed paper no., or logged in by the person"))


def _approval(person, user):
    return Approval.objects.in_force(timezone.now()).filter(
        asked_by=user, obj="resident", action="read_id_number", target_ref=audit.ref(person)
    )


def _has_number(person, user):
    return bool(person.id_number_index)


class ConsentInline(ReadOnlyInline):
    model = Consent
    fields = readonly_fields = ["purpose", "given_at", "withdrawn_at", "evidence"]


@admin.register(Person)
class PersonAdmin(StationAdmin):
    access_object = "resident"
    view_action = "read"
    add_action = "create"
    list_display = ["name", "village", "phone", "born", "left_on"]
    list_filter = [OwnVillages]
    search_fields = ["name", "name_key", "phone"]
    list_select_related = ["village"]
    fields = ["name", "village", "phone", "born", "left_on"]
    readonly_fields = ["born"]
    inlines = [ConsentInline]
    opening = Verb(
        "register",
        _("Register a person"),
        "create",
        lambda *, by, at, **fields: services.register_person(station=by.station, by=by, at=at, **fields),
        form=RegisterPersonForm,
    )
    verbs = (
        Verb(
            "mend",
            pgettext_lazy("verb", "Correct"),
            "update",
            lambda person, **kwargs: services.mend_person(person=person, **kwargs),
            form=PersonForm,
        ),
        Verb(
            "give_consent",
            _("Note a consent"),
            "give",
            lambda person, **kwargs: services.give_consent(person=person, **kwargs),
            access_object="consent",
            form=ConsentForm,
        ),
        Verb(
            "ask_id_number",
            _("Ask to see the ID number"),
            "ask",
            lambda person, **kwargs: services.ask_approval(
                obj="resident", action="read_id_number", target_ref=audit.ref(person), **kwargs
            ),
            access_object="approval",
            form=AskingForm,
            offered=lambda person, user: _has_number(person, user) and not _approval(person, user).exists(),
            hint=_("A chief decides; then it may be shown for a day."),
        ),
        Verb(
            "show_id_number",
            _("Show the ID number"),
            "read_id_number",
            lambda person, **kwargs: services.show_id_number(person=person, **kwargs),
            access_object="resident",
            offered=lambda person, user: _has_number(person, user) and _approval(person, user).exists(),
            hint=_("That you looked, and why, is written down."),
        ),
    )

    @admin.display(description=_("year of birth"), ordering="birth_year")
    def born(self, person):
        # A year is no quantity: without the comma of thousands.
        return str(person.birth_year) if person.birth_year else None

    def answer_verb(self, request, verb, thing):
        """The number goes into this one answer and nowhere else: no message, no cookie; the admin sends it with no-store."""
        if verb.name != "show_id_number" or request.method != "POST":
            return super().answer_verb(request, verb, thing)
        context = {**self.admin_site.each_context(request), "opts": self.opts, "person": thing, "title": verb.label}
        try:
            context["number"] = verb.call(thing, by=request.user, at=timezone.now())
        except RuleViolation as refusal:
            context["refusal"] = str(refusal)
        return TemplateResponse(request, "organization/id_number.html", context, status=409 if "refusal" in context else 200)

    def add_view(self, request, form_url="", extra_context=None):
        # Error reports leave the ID number out.
        return sensitive_post_parameters("id_number")(lambda request: super(PersonAdmin, self).add_view(request))(request)


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    access_object, view_action = "consent", "read"
    list_display = ["person", "purpose", "given_at", "withdrawn_at", "evidence"]
    list_filter = ["purpose", ("withdrawn_at", still(_("valid"), _("withdrawn")))]
    search_fields = ["person__name", "person__name_key"]
    list_select_related = ["person"]
    verbs = (
        Verb(
            "withdraw",
            _("Withdraw"),
            "withdraw",
            lambda consent, **kwargs: services.withdraw_consent(consent=consent, **kwargs),
            offered=lambda consent, user: consent.withdrawn_at is None,
            tone="danger",
            hint=_("What was done under it stays lawful; from now on it is not done any more."),
        ),
    )
