"""What is worth counting about the heads' work at the homes they look after."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from households.models import Home, Visit
from shengkang.organization.selectors import day_of
from shengkang.reports import nails
from shengkang.reports.nails import Indicator, Part, Span

GROUP = _("Homes")


def _visits(station):
    return Visit.objects.filter(station=station)


def _homes(station):
    return Home.objects.filter(station=station)


def _homes_visited(station, start, end):
    return _homes(station).filter(pk__in=_visits(station).filter(at__gte=start, at__lt=end).values("home"))


def _visit(visit):
    return {
        "title": _("visit no. %d") % visit.pk,
        "day": day_of(visit.at),
        "state": visit.get_kind_display(),
        "sort": "",
        "page": visit,
    }


def _home(home):
    return {"title": _("home no. %d") % home.pk, "day": None, "state": "", "sort": "", "page": home}


visits = Part(
    "visits.made", _("visits"), _visits, _visit, day="at", village="home__address__village",
    kind="kind", kinds=lambda: dict(Visit.Kind.choices),
)  # fmt: skip
homes_visited = Part(
    "visits.homes", _("homes visited"), _homes_visited, _home, village="address__village", span=Span.MONTH, shown=_homes
)

nails.hang(
    Indicator("visits.made", _("Visits to homes"), _("Visits that heads logged in the period."), visits,
              unit=pgettext_lazy("unit", "visits"), group=GROUP, order=30)
)  # fmt: skip
nails.hang(
    Indicator("visits.homes", _("Homes visited"), _("Homes with at least one visit in the period."), homes_visited,
              unit=pgettext_lazy("unit", "homes"), group=GROUP, order=31)
)  # fmt: skip
