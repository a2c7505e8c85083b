"""The tables the disputes' clock runs by: they belong to no station."""

from shengkang.cases.models import Limit, RiskBand, RiskSignal, Rung
from tests.access.trio import Trio


def lay(place, at) -> None:
    """The tables were read in with the world."""


def _first(model):
    return lambda ground, role: Trio(own=model.objects.first())


BUILDERS = {"limit": _first(Limit), "riskband": _first(RiskBand), "risksignal": _first(RiskSignal), "rung": _first(Rung)}
