"""What the reward does, as a table of contents: the ledger, then the shops, then deeds and evaluation."""

from points.services.deeds import confirm_deed, record_deed
from points.services.evaluation import (
    close_period,
    end_today,
    open_current_period,
    open_period,
    publish_period,
    score_period,
    send_to_review,
    take_back_publication,
)
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
from points.services.tariffs import copy_tariff

__all__ = [
    "award",
    "cancel_redemption",
    "close_period",
    "collect_redemption",
    "confirm_deed",
    "copy_tariff",
    "end_today",
    "hold_redemption",
    "open_current_period",
    "open_period",
    "open_wallet",
    "open_wallets",
    "post_period",
    "publish_period",
    "receive_goods",
    "record_deed",
    "reverse",
    "reverse_redemption",
    "rotate_card",
    "score_period",
    "seal_ledger",
    "send_to_review",
    "set_price",
    "take_back_publication",
    "time_out_holds",
]
