"""Calls to 110 by class, against last month and last year. Those about protected matters are counted apart, per quarter.

A call may know no village, so calls are counted for the whole station.
"""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.cases.models import Call, PoliceClass
from shengkang.organization.selectors import day_of
from shengkang.reports import nails
from shengkang.reports.nails import Chart, Indicator, Part, Span

GROUP = _("110 calls")
CALLS = pgettext_lazy("unit", "calls")


def _calls(station):
    return Call.objects.counted().filter(station=station).select_related("police_class")


def _quarrels(station):
    return _calls(station).filter(police_class__is_dispute=True)


def _taken_up(station):
    return _quarrels(station).filter(case__isnull=False)


def _protected(station, start, end):
    about = Q(police_class__in=PoliceClass.PROTECTED) | Q(case__restricted=True)
    return Call.objects.filter(about, station=station, received_at__gte=start, received_at__lt=end)


def _call(call):
    return {"title": call.no, "day": day_of(call.received_at), "state": "", "sort": call.police_class.name, "page": call}


def _classes():
    return dict(PoliceClass.objects.values_list("code", "name"))


_by_class = {"day": "received_at", "village": "", "kind": "police_class", "kinds": _classes}
received = Part("calls.received", _("calls"), _calls, _call, **_by_class)
quarrels = Part("calls.disputes", _("calls about disputes"), _quarrels, _call, **_by_class, shown=_calls)
taken_up = Part("calls.taken_up", _("of these a case"), _taken_up, _call, **_by_class, shown=_calls)
protected = Part("calls.protected", _("calls about domestic violence and minors"), _protected, _call, village="", span=Span.QUARTER,
                 hidden=True)  # fmt: skip

for _indicator in (
    Indicator("calls.received", _("110 calls"), _("Calls to 110 received in the period; none about protected matters."), received,
              unit=CALLS, group=GROUP, order=25, better=""),
    Indicator("calls.disputes", _("Calls about disputes"), _("Calls to 110 whose police class is a dispute."), quarrels,
              unit=CALLS, group=GROUP, order=26, better="down"),
    Indicator("calls.taken_up", _("Calls that became a case"),
              _("Calls about disputes that belong to a case ÷ calls about disputes in the period."), taken_up, (quarrels,),
              group=GROUP, order=27),
):  # fmt: skip
    nails.hang(_indicator)

nails.hang_chart(
    Chart("calls.trend", _("110 calls over twelve months"), "month", (received, quarrels), _("Month"), CALLS, "line", 16)
)
nails.hang_chart(Chart("calls.classes", _("110 calls by class"), "kind", (received,), _("police class"), CALLS, "bar", 17))
nails.hang_protected(protected)
