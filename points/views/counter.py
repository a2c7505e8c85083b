"""The counter: scan a card, press +, hand over. Made for one thumb and twenty seconds."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View

from points import services
from points.forms import BasketForm, CardForm, DeliveryForm, stepped
from points.models import Redemption, Shop
from points.models.ledger import masked_name
from points.selectors import shops as questions
from points.selectors.ledger import wallet_by_card
from points.slips import facts_of, goods_of, row_of
from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization.selectors import day_of
from shengkang.portal.pages import PhoneFormPage, PhonePage


class KeeperPage(PhonePage):
    """A page of somebody who keeps a shop. With more than one shop, the one last chosen on the counter's front page is meant."""

    access_line = ("redemption", "create")

    @cached_property
    def shops(self) -> list[Shop]:
        return list(Shop.objects.kept_by(self.request.user).order_by("pk"))

    @cached_property
    def shop(self) -> Shop:
        """404 for a keeper without a shop."""
        chosen = self.request.session.get("points_shop")
        shop = next((shop for shop in self.shops if shop.pk == chosen), self.shops[0] if self.shops else None)
        if shop is None:
            raise Http404
        return shop


class Counter(KeeperPage, FormView):
    """The front page of the counter: the next card, what still waits, what was redeemed today."""

    template_name = "points/counter.html"
    form_class = CardForm

    def form_valid(self, form):
        wallet = wallet_by_card(self.shop.station_id, form.cleaned_data["card"])
        if wallet is None:
            form.add_error("card", _("This card is not known at this station. Compare the digits, or ask for a new card."))
            return self.form_invalid(form)
        return redirect("points:basket", card=wallet.card)

    def get_context_data(self, **kwargs):
        slips = questions.slips_of_today(self.shop, timezone.now()) if self.shops else []
        waiting = [slip for slip in slips if slip.status == Redemption.Status.HELD]
        return super().get_context_data(
            title=self.shop.name if self.shops else _("Counter"),
            shops=self.shops,
            shop=self.shop if self.shops else None,
            waiting=[row_of(slip, url_name="points:hand_over", who=True) for slip in waiting],
            rows=[row_of(slip, who=True) for slip in slips if slip not in waiting],
            **kwargs,
        )


class ChooseShop(KeeperPage, View):
    """For somebody who keeps more than one shop."""

    def post(self, request, pk):
        request.session["points_shop"] = get_object_or_404(Shop.objects.kept_by(request.user), pk=pk).pk
        return redirect("points:counter")


class Basket(KeeperPage, PhoneFormPage):
    """What the card of this person may have today. Sending it holds points and goods; `+` and `−` only count."""

    template_name = "points/basket.html"
    form_class = BasketForm
    verb = "hold_redemption"

    @cached_property
    def wallet(self):
        wallet = wallet_by_card(self.shop.station_id, str(self.kwargs["card"]))
        if wallet is None:
            raise Http404
        return wallet

    @cached_property
    def offers(self):
        return questions.offers(self.shop, day_of(timezone.now()))

    def get(self, request, *args, **kwargs):
        audit.note_look(what="points_account", about=self.wallet, by=request.user, at=timezone.now())
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        if request.POST.get("step"):
            counted = stepped(request.POST, self.offers) | {"key": request.POST.get("key", "")[:80]}
            return self.render_to_response(self.get_context_data(form=BasketForm(initial=counted, offers=self.offers)))
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "offers": self.offers}

    def act(self, cleaned, at):
        slip = services.hold_redemption(
            shop=self.shop,
            wallet=self.wallet,
            basket=cleaned["basket"],
            key=f"{self.request.user.pk}:{self.request.POST['key']}",
            by=self.request.user,
            at=at,
        )
        return {"redemption": slip.pk}

    def get_success_url(self):
        return reverse("points:hand_over", args=[self.result["redemption"]])

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        form = context["form"]
        rows, total = [], 0
        for offer in self.offers:
            field = form[BasketForm.name_of(offer)]
            value = field.value()
            pieces = int(value) if str(value or "").isdigit() else 0
            total += pieces * offer.points
            rows.append({"offer": offer, "field": field, "pieces": pieces, "affordable": offer.points <= self.wallet.balance})
        # What the card can pay stands first, so that the thumb need not travel.
        rows.sort(key=lambda row: not row["affordable"])
        return context | {
            "title": masked_name(self.wallet.person.name),
            "wallet": self.wallet,
            "rows": rows,
            "total": total,
            "left": self.wallet.balance - total,
            "shop": self.shop,
        }


class SlipPage(KeeperPage):
    """A page about one slip of a shop the user keeps: a stranger's is not there, one he sees otherwise is not his to move."""

    @cached_property
    def slip(self) -> Redemption:
        slip = get_object_or_404(
            Redemption.objects.visible_to(self.request.user).select_related("shop", "wallet__person"), pk=self.kwargs["pk"]
        )
        if slip.shop_id not in {shop.pk for shop in self.shops}:
            raise PermissionDenied
        return slip


class HandOver(SlipPage, TemplateView):
    """Points and goods are set aside: hand the goods over, or cancel."""

    template_name = "points/hand_over.html"

    def get(self, request, *args, **kwargs):
        if self.slip.status != Redemption.Status.HELD:
            return redirect("points:receipt", pk=self.slip.pk)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=_("Hand over the goods"),
            slip=self.slip,
            goods=goods_of(self.slip),
            facts=facts_of(self.slip, own=False),
            until=timezone.localtime(self.slip.hold_ends_at).strftime("%H:%M"),
            **kwargs,
        )


class SlipVerb(SlipPage, View):
    """One button on the hand-over page; pressed twice it is the same deed."""

    def post(self, request, pk):
        try:
            self.act(timezone.now())
        except RuleViolation as refusal:
            messages.error(request, str(refusal))
        return redirect("points:receipt", pk=self.slip.pk)


class Collect(SlipVerb):
    def act(self, at):
        services.collect_redemption(redemption=self.slip, by=self.request.user, at=at)
        messages.success(self.request, _("The goods are handed over."))


class Cancel(SlipVerb):
    def act(self, at):
        services.cancel_redemption(redemption=self.slip, by=self.request.user, at=at)
        messages.success(self.request, _("Cancelled. The points are back on the card and the goods on the shelf."))


class Stock(KeeperPage, TemplateView):
    """What lies on the shelves, first to expire first. A keeper's page; the station's is on the desk."""

    template_name = "points/stock.html"

    def get_context_data(self, **kwargs):
        today = day_of(timezone.now())
        labels = {"bad": _("past its day"), "warn": _("use soon"), "": ""}
        rows, gone = [], []
        for lot in questions.shelf(self.shop):
            tone = questions.expiry_tone(lot, today)
            (gone if tone == "bad" else rows).append(
                {
                    "title": f"{lot.item.name} {lot.left} {lot.item.measure}",
                    "text": lot.origin,
                    "meta": _("use by %(day)s") % {"day": lot.expires_on.isoformat()} if lot.expires_on else "",
                    "badge": labels[tone],
                    "tone": tone,
                }
            )
        return super().get_context_data(title=_("Stock"), rows=rows, gone=gone, shop=self.shop, **kwargs)


class Receive(KeeperPage, PhoneFormPage):
    """Goods came in."""

    template_name = "points/receive.html"
    form_class = DeliveryForm
    verb = "receive_goods"
    done = gettext_lazy("The goods are on the shelf.")

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "shop": self.shop}

    def act(self, cleaned, at):
        lot = services.receive_goods(shop=self.shop, received_on=day_of(at), by=self.request.user, at=at, **cleaned)
        return {"lot": lot.pk}

    def get_success_url(self):
        return reverse("points:stock")

    def get_context_data(self, **kwargs):
        return super().get_context_data(title=_("Receive goods"), **kwargs)
