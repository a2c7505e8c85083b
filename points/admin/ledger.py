"""The ledger on the desk: wallets with their statements, transfers, seals. Read-only, whoever looks."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from points import services
from points.models import Seal, Transfer, Wallet
from points.selectors.ledger import rule_of, statement_of, why
from shengkang.audit import services as audit
from shengkang.organization import access
from shengkang.organization.desk import ReadOnlyAdmin, Verb, VerbForm
from shengkang.organization.desk_parts import AskingForm
from shengkang.organization.models import Approval
from shengkang.organization.services import ask_approval

STATEMENT_LINES = 50


class ReversalForm(VerbForm):
    reason = forms.CharField(label=_("reason"), max_length=200, help_text=_("The person will read it."))


def approved(thing, user, cell) -> bool:
    """Whether `user` holds an approval of the cell (object, action) for this thing now."""
    granted = Approval.objects.in_force(timezone.now())
    return granted.filter(asked_by=user, obj=cell[0], action=cell[1], target_ref=audit.ref(thing)).exists()


def asking(cell, offered) -> Verb:
    """The button that asks a second person to open a P cell for the thing on the page."""
    return Verb(
        "ask_reverse",
        _("Ask to take it back"),
        "ask",
        lambda thing, **kwargs: ask_approval(obj=cell[0], action=cell[1], target_ref=audit.ref(thing), **kwargs),
        access_object="approval",
        form=AskingForm,
        offered=lambda thing, user: offered(thing) and not approved(thing, user, cell),
        hint=_("A second chief decides; then it can be done here for a day."),
        done=_("Asked. A second chief must agree."),
    )


def sees_people(user) -> bool:
    """Whether names may stand beside points: an auxiliary reads the station's points, but knows only the people of his homes."""
    return "S" in access.scopes(user, "resident", "read")


class ApprovedReversal:
    """An admin page whose verb `reverse` opens only to who holds an approval for the very thing: 403 without it."""

    reverse_cell: tuple[str, str]

    def answer_verb(self, request, verb, thing):
        if verb.name == "reverse" and not approved(thing, request.user, self.reverse_cell):
            raise PermissionDenied
        return super().answer_verb(request, verb, thing)


REVERSE = ("points_entry", "reverse")


def _reversible(transfer) -> bool:
    return transfer.kind == Transfer.Kind.AWARD and not transfer.reversals.exists()


@admin.register(Wallet)
class WalletAdmin(ReadOnlyAdmin):
    access_object, view_action = "points_account", "read"
    search_fields = ["person__name", "person__name_key", "person__phone"]
    list_select_related = ["person"]
    ordering = ["-balance", "-pk"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(kind=Wallet.Kind.PERSON)

    def get_list_display(self, request):
        return ["person" if sees_people(request.user) else "__str__", "balance", "debt"]

    def get_fields(self, request, obj=None):
        return [*(["person"] if sees_people(request.user) else []), "balance", "debt"]

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        wallet = self.get_object(request, object_id)
        steps = [
            {
                "what": f"{line.points:+d} · {line.title}",
                "note": line.fact,
                "when": timezone.localtime(line.at),
                "who": _("then %(points)s") % {"points": line.after},
            }
            for line in (statement_of(wallet, limit=STATEMENT_LINES).lines if wallet else ())
        ]
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "steps": steps, "steps_title": _("Points in and out")}
        )

    def note_look(self, request, thing):
        audit.note_look(what="points_account", about=thing, by=request.user, at=timezone.now())


@admin.register(Transfer)
class TransferAdmin(ApprovedReversal, ReadOnlyAdmin):
    access_object, reverse_cell = "points_entry", REVERSE
    list_display = ["number", "at", "kind", "amount", "from_wallet", "to_wallet", "rule_shown"]
    # Not the keys to rule, case and deed: a confidential matter stays one on the desk.
    fields = ["at", "kind", "amount", "from_wallet", "to_wallet", "why_shown", "period", "reverses", "reason", "by", "key_shown"]
    list_filter = ["kind"]
    search_fields = ["to_wallet__person__name_key", "to_wallet__person__name"]
    list_select_related = ["from_wallet__person", "to_wallet__person", "rule", "case"]
    ordering = ["-id"]

    def get_readonly_fields(self, request, obj=None):
        return self.fields

    @admin.display(description=_("rule of the tariff"))
    def rule_shown(self, transfer):
        return rule_of(transfer)

    @admin.display(description=pgettext_lazy("transfer", "source"))
    def key_shown(self, transfer):
        return transfer.key

    @admin.display(description=pgettext_lazy("transfer", "what for"))
    def why_shown(self, transfer):
        return " · ".join(filter(None, why(transfer)))

    verbs = (
        Verb(
            "reverse",
            _("Take these points back"),
            "reverse",
            lambda transfer, **kwargs: services.reverse(transfer=transfer, **kwargs),
            access_object="points_entry",
            form=ReversalForm,
            offered=lambda transfer, user: _reversible(transfer) and approved(transfer, user, REVERSE),
            tone="danger",
            hint=_("What is on the card goes; the rest is paid by the next points."),
        ),
        asking(REVERSE, _reversible),
    )


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin):
    access_object = "points_entry"
    list_display = ["number", "at", "first", "last", "count", "total", "root"]
    fields = ["first", "last", "count", "total", "previous", "root", "at"]
    ordering = ["-id"]

    def get_readonly_fields(self, request, obj=None):
        return self.fields

    @admin.display(description=_("first transfer"), ordering="first_id")
    def first(self, seal):
        return str(seal.first_id)

    @admin.display(description=_("last transfer"), ordering="last_id")
    def last(self, seal):
        return str(seal.last_id)
