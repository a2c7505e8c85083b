"""P cells of the matrix: asked for with a reason, decided by a second person, open for a while."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from shengkang.organization import access, services
from shengkang.organization.desk import ReadOnlyAdmin, Verb, VerbForm
from shengkang.organization.desk_lists import say_ref
from shengkang.organization.models import Approval


def cells_to_ask(user) -> list[tuple[str, str]]:
    """The P cells of a user's roles, as choices."""
    return [
        (f"{obj}.{action}", words)
        for (obj, action), words in access.BY_APPROVAL.items()
        if "P" in access.scopes(user, obj, action)
    ]


class AskForm(VerbForm):
    cell = forms.ChoiceField(label=_("what for"))
    target_ref = forms.CharField(
        label=_("about"), max_length=120, required=False, help_text=_("Empty where it is not about one thing.")
    )
    reason = forms.CharField(label=_("reason"), max_length=200)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cell"].choices = cells_to_ask(self.user)


class GrantForm(VerbForm):
    hours = forms.IntegerField(label=_("for how many hours"), min_value=1, max_value=72, initial=24)


def _ask(*, by, at, cell, target_ref, reason):
    obj, _dot, action = cell.partition(".")
    return services.ask_approval(obj=obj, action=action, target_ref=target_ref, reason=reason, by=by, at=at)


def _waits_for(approval, user):
    return approval.decision == Approval.Decision.WAITING and approval.asked_by_id != user.pk


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    access_object = "approval"
    add_action = "ask"
    list_display = ["asked_at", "asked_by", "what_for", "about", "decision", "decided_by", "expires_at"]
    list_filter = ["decision"]
    list_select_related = ["asked_by", "decided_by"]
    fields = ["asked_at", "asked_by", "what_for", "about_linked", "reason", "decision", "decided_by", "decided_at", "expires_at"]
    opening = Verb(
        "ask", _("Ask for an approval"), "ask", _ask, form=AskForm, hint=_("A chief of your station decides, not you.")
    )
    verbs = (
        Verb(
            "grant",
            _("Grant"),
            "decide",
            lambda approval, **kwargs: services.decide_approval(approval=approval, grant=True, **kwargs),
            form=GrantForm,
            offered=_waits_for,
            tone="main",
        ),
        Verb(
            "decline",
            _("Decline"),
            "decide",
            lambda approval, **kwargs: services.decide_approval(approval=approval, grant=False, **kwargs),
            offered=_waits_for,
            tone="danger",
        ),
    )

    def get_readonly_fields(self, request, obj=None):
        return self.fields

    @admin.display(description=_("what for"))
    def what_for(self, approval):
        return approval.what_for

    @admin.display(description=_("about"), ordering="target_ref")
    def about(self, approval):
        return say_ref(approval.target_ref)

    @admin.display(description=_("about"))
    def about_linked(self, approval):
        return say_ref(approval.target_ref, linked=True)
