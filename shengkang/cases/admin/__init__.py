"""The dispute desk of the station staff: find a case, see it whole, take it one step further."""

from shengkang.cases.admin.call import CallAdmin
from shengkang.cases.admin.case import CaseAdmin
from shengkang.cases.admin.category import CategoryAdmin
from shengkang.cases.admin.clocks import LimitAdmin, RiskBandAdmin, RiskSignalAdmin, RungAdmin
from shengkang.cases.admin.law import GateQuestionAdmin, GateRuleAdmin, LawTextAdmin
from shengkang.cases.admin.papers import PaperTemplateAdmin

__all__ = [
    "CallAdmin",
    "CaseAdmin",
    "CategoryAdmin",
    "GateQuestionAdmin",
    "GateRuleAdmin",
    "LawTextAdmin",
    "LimitAdmin",
    "PaperTemplateAdmin",
    "RiskBandAdmin",
    "RiskSignalAdmin",
    "RungAdmin",
]
