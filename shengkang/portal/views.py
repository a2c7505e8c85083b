"""The phone's front page: who I am, what I can do, what is new; and the page about myself."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from shengkang.notices.models import Notice
from shengkang.organization import access, services
from shengkang.organization.models import Consent
from shengkang.portal import nails
from shengkang.portal.nails import Shelf
from shengkang.portal.pages import PhoneForm, PhoneFormPage, PhonePage

NEWEST = 3


def tiles_for(user) -> dict[Shelf, list[dict]]:
    """The tiles a user may press, shelf by shelf, as parts/tiles.html and parts/rows.html want them; the first to do that is no alarm
    is the main one."""
    mine = [
        tile for tile in nails.tiles() if access.may(user, *tile.access_line) and (tile.offered is None or tile.offered(user))
    ]
    shelves: dict[Shelf, list[dict]] = {shelf: [] for shelf in Shelf}
    for tile in mine:
        count = tile.count(user) if tile.count else 0
        shelf = Shelf.LOOK if tile.shelf == Shelf.WAIT and not count else tile.shelf
        shown = {"url": reverse(tile.url_name), "icon": tile.icon, "title": tile.title, "text": tile.hint, "count": count}
        shelves[shelf].append(shown | {"tone": tile.tone, "big": bool(tile.tone)})
    doing = shelves[Shelf.DO]
    main = next((tile for tile in doing if not tile["tone"]), None)
    for tile in doing:
        tile["big"] = tile["big"] or tile is main or len(doing) <= 3
    if main:
        main["tone"] = "main"
    return shelves


class Home(PhonePage, TemplateView):
    access_line = ("portal", "read")
    open_without_a_role = True
    template_name = "portal/home.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        unread = Notice.objects.visible_to(user).unread()
        shelves = tiles_for(user)
        doing = shelves[Shelf.DO]
        # The alarm and the main task keep their place, whatever is new: a thumb finds them without looking.
        first = next((place for place, tile in enumerate(doing, start=1) if tile["tone"] == "main"), len(doing))
        others = doing[first:]
        if len(others) % 2:
            others[-1]["big"] = True
        return super().get_context_data(
            title=_("Hello, %(name)s") % {"name": user.name},
            **{f"to_{shelf}": tiles for shelf, tiles in shelves.items()},
            first=doing[:first],
            others=others,
            unread=unread.count(),
            news=[
                {
                    "title": notice.text,
                    "meta": timezone.localtime(notice.at).strftime("%Y-%m-%d %H:%M"),
                    "url": reverse("notices:open", args=[notice.pk]),
                    "icon": "bell",
                }
                for notice in unread[:NEWEST]
            ],
            station=user.station,
            **kwargs,
        )


class Account(PhonePage, TemplateView):
    """What the station knows of me as an account, and what I agreed to."""

    access_line = ("own_profile", "read_update")
    open_without_a_role = True
    template_name = "portal/account.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        facts = [{"label": _("Name"), "value": user.name}, {"label": _("Telephone"), "value": user.phone}]
        if user.station:
            facts.append({"label": _("Police station"), "value": user.station.name})
        held = user.memberships.select_related("unit").order_by("id")
        consents = Consent.objects.visible_to(user).filter(person_id=user.person_id).in_force().order_by("given_at")
        return super().get_context_data(
            title=_("My account"),
            facts=facts,
            roles=[{"title": membership.get_role_display(), "text": membership.unit.name} for membership in held],
            consents=[
                {
                    "title": consent.get_purpose_display(),
                    "meta": _("since %(day)s") % {"day": timezone.localtime(consent.given_at).strftime("%Y-%m-%d")},
                    "url": reverse("portal:withdraw-consent", args=[consent.pk]),
                }
                for consent in consents
            ],
            **kwargs,
        )


class WithdrawConsent(PhoneFormPage):
    """Taking back a consent is as easy as giving it (PIPL art. 15)."""

    access_line = ("consent", "withdraw")
    template_name = "portal/withdraw_consent.html"
    form_class = PhoneForm
    verb = "withdraw_consent"
    done = gettext_lazy("Taken back. What was done until now stays as it was.")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            if request.user.person_id is None:
                raise Http404
            mine = Consent.objects.visible_to(request.user).filter(person_id=request.user.person_id)
            self.consent = get_object_or_404(mine, pk=kwargs["pk"])
            if self.consent.withdrawn_at:
                return redirect("portal:account")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(title=_("Take back a consent"), consent=self.consent, **kwargs)

    def act(self, cleaned, at):
        consent = services.withdraw_consent(consent=self.consent, by=self.request.user, at=at)
        return {"consent": consent.pk}

    def get_success_url(self):
        return reverse("portal:account")
