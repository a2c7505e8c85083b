"""The few fields of the counter: a card, a basket, a delivery."""

from django import forms
from django.utils.translation import gettext_lazy as _

from points.models import Item, Shop
from shengkang.portal.pages import PhoneForm

# Pieces of one kind of goods on one slip; more is a slip of the finger.
MOST_PIECES = 99


class CardForm(forms.Form):
    """The digits below the QR code, or what the camera read."""

    card = forms.CharField(
        label=_("Number on the card"),
        max_length=200,
        error_messages={"required": _("Scan the card, or type the eight digits below its code.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "enterkeyhint": "go"}),
    )


class BasketForm(PhoneForm):
    """Pieces of each kind of goods on offer; `+` and `−` are buttons that send the form, so they work without JavaScript."""

    def __init__(self, *args, offers, **kwargs):
        super().__init__(*args, **kwargs)
        self.offers = offers
        for offer in offers:
            self.fields[self.name_of(offer)] = forms.IntegerField(
                label=offer.item.name,
                required=False,
                min_value=0,
                max_value=min(offer.stock, MOST_PIECES),
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-pieces": ""}),
            )

    @staticmethod
    def name_of(offer) -> str:
        return f"item-{offer.item.pk}"

    def basket(self) -> dict[int, int]:
        """`{item id: pieces}` of what was chosen, after validation."""
        chosen = {offer.item.pk: self.cleaned_data.get(self.name_of(offer)) for offer in self.offers}
        return {item: pieces for item, pieces in chosen.items() if pieces}

    def clean(self):
        """One field for the receipt of the call: the basket in words that do not depend on what else is on offer."""
        cleaned = super().clean()
        return {"key": cleaned.get("key"), "basket": self.basket()} if not self.errors else cleaned


def stepped(data, offers) -> dict[str, int]:
    """The pieces of each field after the pressed button (`step` = "+item-3" or "-item-3"), between none and what there is."""
    step = data.get("step", "")
    pieces = {}
    for offer in offers:
        name = BasketForm.name_of(offer)
        text = data.get(name, "").strip()
        count = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
        if step[1:] == name:
            count += {"+": 1, "-": -1}.get(step[:1], 0)
        pieces[name] = max(0, min(count, offer.stock, MOST_PIECES))
    return pieces


class DeliveryForm(PhoneForm):
    """Goods that came into a shop."""

    item = forms.ModelChoiceField(Item.objects.none(), label=_("Goods"))
    pieces = forms.IntegerField(label=_("Pieces"), min_value=1, max_value=9999)
    expires_on = forms.DateField(label=_("Use by"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    origin = forms.CharField(
        label=_("Where it came from"), max_length=120, required=False, help_text=_("Bought, or who donated it.")
    )

    def __init__(self, *args, shop: Shop, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = Item.objects.filter(station_id=shop.station_id, is_offered=True)
