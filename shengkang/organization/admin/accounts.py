"""Who logs in, with which roles."""

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from shengkang.organization import access, services
from shengkang.organization.access import Role
from shengkang.organization.desk import StationAdmin, Verb, VerbForm
from shengkang.organization.desk_parts import ReadOnlyInline
from shengkang.organization.forms import PhoneField
from shengkang.organization.log_in import cards, second_factor
from shengkang.organization.log_in import services as log_in
from shengkang.organization.log_in.passwords import password_rules
from shengkang.organization.models import Membership, Unit, User
from shengkang.organization.selectors import people_matching, villages_of


def new_password_field():
    return forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=format_lazy("{}{}", password_rules(), _("Tell it to the person only.")),
    )


class RoleForm(VerbForm):
    role = forms.ChoiceField(
        label=pgettext_lazy("membership", "role"),
        choices=Role.choices,
        help_text=_("A hundred-household head is appointed under “hundred-household heads”; the role comes with it."),
    )
    unit = forms.ModelChoiceField(Unit.objects.none(), label=pgettext_lazy("membership", "where"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        station = self.user.station
        self.fields["unit"].queryset = Unit.objects.filter(pk=station.sits_in_id) | Unit.objects.filter(
            pk__in=villages_of(station).values("pk")
        )


class OpenAccountForm(RoleForm):
    name = forms.CharField(label=pgettext_lazy("person", "name"), max_length=40)
    phone = PhoneField()
    person = forms.CharField(
        label=_("is which person"),
        required=False,
        max_length=40,
        help_text=_("Name or telephone of the registered person, so that points and thanks reach the right one."),
    )
    password = new_password_field()
    field_order = ["name", "phone", "role", "unit", "person", "password"]

    def clean_person(self):
        text = self.cleaned_data["person"].strip()
        if not text:
            return None
        found = people_matching(self.user, text).filter(user__isnull=True)[:2]
        if len(found) != 1:
            raise forms.ValidationError(
                _("Exactly one registered person without an account must fit. Type in the whole telephone number.")
            )
        return found[0]

    def clean(self):
        cleaned = super().clean()
        if password := cleaned.get("password"):
            try:
                validate_password(password, User(phone=cleaned.get("phone", ""), name=cleaned.get("name", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class PasswordForm(VerbForm):
    password = new_password_field()

    def clean_password(self):
        validate_password(self.cleaned_data["password"], self.thing)
        return self.cleaned_data["password"]


class TakeRoleForm(VerbForm):
    membership = forms.ModelChoiceField(Membership.objects.none(), label=pgettext_lazy("membership", "role"), empty_label=None)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["membership"].queryset = self.thing.memberships.select_related("user", "unit")


class MembershipInline(ReadOnlyInline):
    model = Membership
    fields = readonly_fields = ["role", "unit"]


CHANGE = "create_or_change_role"


@admin.register(User)
class AccountAdmin(StationAdmin):
    access_object = "user_account"
    add_action = CHANGE
    list_display = ["name", "phone", "roles_held", "is_active", "last_login"]
    list_filter = ["is_active", "memberships__role"]
    search_fields = ["name", "phone"]
    fields = ["name", "phone", "station", "person", "is_active", "is_staff", "last_login"]
    inlines = [MembershipInline]
    opening = Verb(
        "open",
        _("Open an account"),
        CHANGE,
        lambda *, by, at, **fields: services.open_account(station=by.station, by=by, at=at, **fields),
        form=OpenAccountForm,
    )
    verbs = (
        Verb(
            "give_role", _("Give a role"), CHANGE, lambda user, **kwargs: services.give_role(user=user, **kwargs), form=RoleForm
        ),
        Verb(
            "take_role",
            _("Take a role"),
            CHANGE,
            lambda user, **kwargs: services.take_role(**kwargs),
            form=TakeRoleForm,
            offered=lambda user, by: user.pk != by.pk and bool(user.roles),
        ),
        Verb(
            "set_password",
            _("Set a new password"),
            CHANGE,
            lambda user, **kwargs: services.set_password(user=user, **kwargs),
            form=PasswordForm,
        ),
        Verb(
            "unlock",
            _("Unlock the log-in"),
            CHANGE,
            lambda user, **kwargs: log_in.unlock(user=user, **kwargs),
            offered=lambda user, by: log_in.is_locked(user),
            hint=_("Wrong passwords and codes are forgotten; he may try again at once."),
        ),
        Verb(
            "end_sessions",
            _("Log out everywhere"),
            CHANGE,
            lambda user, **kwargs: log_in.end_sessions(user=user, **kwargs),
            offered=lambda user, by: user.pk != by.pk,
            hint=_("For a phone that was lost. The password stays; set a new one too if it may be known."),
        ),
        Verb(
            "reset_second_factor",
            _("Reset the second factor"),
            CHANGE,
            lambda user, **kwargs: second_factor.reset(user=user, **kwargs),
            offered=lambda user, by: user.pk != by.pk and second_factor.has_one(user),
            tone="danger",
            hint=_("For somebody who lost his phone. He is logged out and sets up a new one."),
        ),
        Verb(
            "close",
            _("Close the account"),
            CHANGE,
            lambda user, **kwargs: services.close_account(user=user, **kwargs),
            offered=lambda user, by: user.is_active and user.pk != by.pk,
            tone="danger",
            hint=_("Log-in ends at once; what was done stays."),
        ),
        Verb(
            "reopen",
            _("Open the account again"),
            CHANGE,
            lambda user, **kwargs: services.reopen_account(user=user, **kwargs),
            offered=lambda user, by: not user.is_active,
        ),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("memberships")

    def verbs_for(self, thing, user):
        """With the way to a single log-in card, which is printed among the cards."""
        verbs = super().verbs_for(thing, user)
        if access.may(user, "login_card", "print") and cards.holders(user).filter(pk=thing.pk).exists():
            url = f"{reverse('admin:organization_logincard_add')}?user={thing.pk}"
            verbs.append({"url": url, "label": _("Print a log-in card"), "name": "print_card"})
        return verbs

    @admin.display(description=pgettext_lazy("role held", "memberships"))
    def roles_held(self, user):
        return "、".join(str(membership.get_role_display()) for membership in user.memberships.all())

    def answer_verb(self, request, verb, thing):
        return sensitive_post_parameters("password")(lambda request: super(AccountAdmin, self).answer_verb(request, verb, thing))(
            request
        )
