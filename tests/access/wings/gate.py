"""The law as data and the tables of the procedure gate: they belong to no station."""

from shengkang.cases.models import GateQuestion, GateRule, LawText
from tests.access.trio import Trio


def lay(place, at) -> None:
    """The tables are loaded with the world."""


BUILDERS = {
    "gatequestion": lambda ground, role: Trio(own=GateQuestion.objects.first()),
    "gaterule": lambda ground, role: Trio(own=GateRule.objects.first()),
    "lawtext": lambda ground, role: Trio(own=LawText.objects.first()),
}
