"""Log-in cards at the desk: who has one, printing sheets of them, making a lost one worth nothing."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache

from shengkang.organization.access import Role
from shengkang.organization.desk import ReadOnlyAdmin, Verb
from shengkang.organization.log_in import cards
from shengkang.organization.log_in.forms import CardsForm, WhoseCardsForm
from shengkang.organization.log_in.views import picture_of
from shengkang.organization.models import LoginCard


def _is_live(card, user):
    return card.used_at is None and card.revoked_at is None


@admin.register(LoginCard)
class LoginCardAdmin(ReadOnlyAdmin):
    access_object = "login_card"
    view_action = add_action = "print"
    list_display = ["user", "state", "printed_at", "printed_by", "expires_at"]
    list_select_related = ["user", "printed_by"]
    search_fields = ["user__name", "user__phone"]
    fields = ["user", "state", "printed_at", "printed_by", "expires_at", "tries", "used_at", "revoked_at"]
    verbs = (
        Verb(
            "revoke",
            _("Make the card worthless"),
            "print",
            lambda card, **kwargs: cards.revoke_card(card=card, **kwargs),
            offered=_is_live,
            tone="danger",
            hint=_("For a card that was lost. A new one can be printed at any time."),
        ),
    )

    def get_readonly_fields(self, request, obj=None):
        return self.fields

    @admin.display(description=_("State"))
    def state(self, card):
        if card.used_at:
            return pgettext("log-in card", "used")
        if card.revoked_at:
            return pgettext("log-in card", "worthless")
        return pgettext("log-in card", "run out") if card.expires_at <= timezone.now() else pgettext("log-in card", "valid")

    def add_view(self, request, form_url="", extra_context=None):
        """Choosing accounts, then the sheet to print: the tokens are shown this once and kept nowhere."""
        if not self.has_view_permission(request):
            raise Http404
        if not self.has_add_permission(request):
            raise PermissionDenied
        return never_cache(self._print_page)(request)

    def _print_page(self, request):
        by, at = request.user, timezone.now()
        form = CardsForm(request.POST, by=by) if request.method == "POST" else None
        if form is not None and form.is_valid():
            return self._sheet(request, cards.print_cards(users=list(form.cleaned_data["users"]), by=by, at=at))
        asked = WhoseCardsForm(request.GET or {"role": Role.HOUSEHOLD_HEAD}, by=by)
        chosen = asked.cleaned_data if asked.is_valid() else {}
        if form is None:
            only = request.GET.get("user", "")
            form = CardsForm(
                by=by,
                role=chosen.get("role") or Role.HOUSEHOLD_HEAD,
                village=chosen.get("village"),
                only=int(only) if only.isascii() and only.isdigit() and len(only) < 10 else None,
            )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Print log-in cards"),
            "asked": asked,
            "form": form,
            "days": cards.DAYS,
            "cancel_url": self.list_url(),
        }
        return TemplateResponse(request, "admin/organization/logincard/choose.html", context)

    def _sheet(self, request, printed):
        rows = [
            {
                "name": card.user.name,
                "place": "、".join(dict.fromkeys(held.unit.name for held in card.user.memberships.all())),
                "until": card.expires_at,
                "picture": picture_of(request.build_absolute_uri(reverse("card-open", args=[token]))),
            }
            for card, token in printed
        ]
        context = {
            "title": _("Log-in cards"),
            "station": request.user.station,
            "cards": rows,
            "digits": cards.DIGITS,
            "back_url": self.list_url(),
        }
        return TemplateResponse(request, "organization/log_in/card_sheet.html", context)
