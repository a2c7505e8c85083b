"""百分奖: the tariff, what people did, the evaluation of a period, the ledger, and the shops that redeem."""

from points.models.evaluation import EvaluationPeriod, PeriodStep, ScoreLine
from points.models.ledger import Seal, Transfer, Wallet
from points.models.shop import Item, Lot, Price, Redemption, RedemptionLine, Shop, StockMove
from points.models.tariff import Deed, Rule, Tariff

__all__ = [
    "Deed",
    "EvaluationPeriod",
    "Item",
    "Lot",
    "PeriodStep",
    "Price",
    "Redemption",
    "RedemptionLine",
    "Rule",
    "ScoreLine",
    "Seal",
    "Shop",
    "StockMove",
    "Tariff",
    "Transfer",
    "Wallet",
]
