"""My points: how many, why, my card, and what I redeemed."""

from io import BytesIO

import segno
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from points import services
from points.models import Redemption
from points.selectors.ledger import statement_of, wallet_of
from points.slips import facts_of, goods_of, row_of
from shengkang.organization import access
from shengkang.portal.pages import PhonePage

SLIPS = 30


class Mine(PhonePage, TemplateView):
    """The balance and the statement: every line says why."""

    access_line = ("points_account", "read")
    template_name = "points/mine.html"

    def get_context_data(self, **kwargs):
        wallet = wallet_of(self.request.user.person)
        before = self.request.GET.get("before", "")
        before = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
        statement = statement_of(wallet, before=before) if wallet else None
        here = reverse("points:mine")
        return super().get_context_data(
            title=_("My points"),
            wallet=wallet,
            statement=statement,
            first_page=before is None,
            may_redeem=access.may(self.request.user, "redemption", "list"),
            older_url=f"{here}?before={statement.older}" if statement and statement.older else "",
            newer_url=here if before else "",
            **kwargs,
        )


class OwnWallet(PhonePage):
    """Pages about the card need a wallet of one's own."""

    access_line = ("points_account", "read")

    def wallet(self):
        wallet = wallet_of(self.request.user.person)
        if wallet is None:
            raise Http404
        return wallet


class Card(OwnWallet, TemplateView):
    """The card: large on the phone, and printable."""

    template_name = "points/card.html"

    def get_context_data(self, **kwargs):
        wallet = self.wallet()
        digits = wallet.card_code
        spaced = " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))
        return super().get_context_data(title=_("My points card"), wallet=wallet, code=spaced, **kwargs)

    def post(self, request):
        """A new card for a lost one."""
        services.rotate_card(wallet=self.wallet(), by=request.user, at=timezone.now())
        return redirect("points:card")


class CardPicture(OwnWallet, View):
    """The QR code: the address of the counter's page for this card, which opens for keepers only."""

    def get(self, request):
        address = request.build_absolute_uri(reverse("points:basket", args=[self.wallet().card]))
        picture = BytesIO()
        segno.make(address, error="m", micro=False).save(
            picture, kind="svg", scale=8, border=2, xmldecl=False, dark="#000", light="#fff"
        )
        response = HttpResponse(picture.getvalue(), content_type="image/svg+xml")
        patch_cache_control(response, private=True, no_store=True)
        return response


class Redemptions(PhonePage, TemplateView):
    """What I redeemed, newest first."""

    access_line = ("redemption", "list")
    template_name = "points/redemptions.html"

    def get_context_data(self, **kwargs):
        slips = (
            Redemption.objects.visible_to(self.request.user)
            .filter(wallet__person_id=self.request.user.person_id)
            .select_related("shop")
            .prefetch_related("lines__item")[:SLIPS]
        )
        return super().get_context_data(title=_("What I redeemed"), rows=[row_of(slip) for slip in slips], **kwargs)


class Receipt(PhonePage, TemplateView):
    """A slip as its person, its keeper and the station see it."""

    access_line = ("redemption", "list")
    template_name = "points/receipt.html"

    def get_context_data(self, **kwargs):
        slip = get_object_or_404(
            Redemption.objects.visible_to(self.request.user).select_related("shop", "wallet__person"), pk=self.kwargs["pk"]
        )
        own = slip.wallet.person_id == self.request.user.person_id
        return super().get_context_data(
            title=_("Receipt"), slip=slip, goods=goods_of(slip), facts=facts_of(slip, own=own), own=own, **kwargs
        )
