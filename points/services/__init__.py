"""What the reward does, as a table of contents: the ledger, then the shops, then deeds and evaluation."""

from points.services.ledger import award, open_wallet, open_wallets, post_period, reverse, rotate_card, seal_ledger
from points.services.shops import (
    cancel_redemption,
    collect_redemption,
    hold_redemption,
    receive_goods,
    reverse_redemption,
    set_price,
    time_out_holds,
)

__all__ = [
    "award",
    "cancel_redemption",
    "collect_redemption",
    "hold_redemption",
    "open_wallet",
    "open_wallets",
    "post_period",
    "receive_goods",
    "reverse",
    "reverse_redemption",
    "rotate_card",
    "seal_ledger",
    "set_price",
    "time_out_holds",
]
