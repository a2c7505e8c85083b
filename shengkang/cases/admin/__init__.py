"""The dispute desk of the station staff: find a case, see it whole, take it one step further."""

from shengkang.cases.admin.case import CaseAdmin
from shengkang.cases.admin.category import CategoryAdmin
from shengkang.cases.admin.clocks import LimitAdmin, RiskBandAdmin, RiskSignalAdmin, RungAdmin

__all__ = ["CaseAdmin", "CategoryAdmin", "LimitAdmin", "RiskBandAdmin", "RiskSignalAdmin", "RungAdmin"]
