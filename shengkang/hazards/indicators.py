"""What is worth counting about hazards: found, put right, looked at again, how fast, and what is overdue.

An event counts in the month in which it happens; a hazard that came back is counted again when it is put right again.
"""

from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.db.models.functions import Extract
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from shengkang.hazards.models import Hazard, HazardGroup, HazardStep
from shengkang.hazards.moves import OPEN, Status
from shengkang.organization.selectors import day_of
from shengkang.reports import nails
from shengkang.reports.nails import Chart, Gather, Indicator, Part, Span

BEGINNING = ("find", "reopen")
# Found to be none is an end as well: nothing is left to be done.
ENDING = ("look_again", "dismiss")
STANDING = (Status.FOUND, Status.ASSIGNED)
GROUP = _("Hazards")
HAZARDS = pgettext_lazy("unit", "hazards")


def _hazards(station):
    return Hazard.objects.filter(station=station).select_related("group")


def _steps(*moves):
    def rows(station):
        return HazardStep.objects.filter(hazard__station=station, move__in=moves).select_related("hazard__group")

    return rows


def _stood(station, moment):
    """Hazards found before a moment, with the state they had then as their steps tell; only those open now or moved since."""
    steps = HazardStep.objects.filter(hazard=OuterRef("pk"))
    maybe = _hazards(station).filter(Q(status__in=OPEN) | Exists(steps.filter(at__gte=moment)), found_at__lt=moment)
    return maybe.annotate(stood=Subquery(steps.filter(at__lt=moment).order_by("-no").values("to_status")[:1]))


def _open_at_start(station, start, end):
    return _stood(station, start).filter(stood__in=OPEN)


def _open_at_end(station, start, end):
    return _stood(station, end).filter(stood__in=OPEN)


def _overdue_at_end(station, start, end):
    return _stood(station, end).filter(stood__in=STANDING, due_at__lt=end)


def _timed(station, start, end):
    """Closings with the time that lay between the last beginning before them and the last putting right."""
    earlier = HazardStep.objects.filter(hazard=OuterRef("hazard"), no__lt=OuterRef("no")).order_by("-no").values("at")
    took = ExpressionWrapper(F("was_put_right_at") - F("began_at"), output_field=DurationField())
    closings = _steps("look_again")(station).filter(at__gte=start, at__lt=end)
    return closings.annotate(
        began_at=Subquery(earlier.filter(move__in=BEGINNING)[:1]), was_put_right_at=Subquery(earlier.filter(move="put_right")[:1])
    ).annotate(tenths_of_days=Extract(took, "epoch") / 8640)


def _describe(hazard, day):
    return {
        "title": _("hazard no. %d") % hazard.pk,
        "day": day,
        "state": hazard.get_status_display(),
        "sort": hazard.group.name,
        "page": hazard,
    }


def _hazard(hazard):
    return _describe(hazard, day_of(hazard.found_at))


def _step(step):
    return _describe(step.hazard, day_of(step.at))


def _groups():
    return dict(HazardGroup.objects.values_list("code", "name"))


found = Part("hazards.found", pgettext_lazy("hazards", "found"), _hazards, _hazard, day="found_at", kind="group", kinds=_groups)
put_right = Part(
    "hazards.put_right", pgettext_lazy("hazards", "put right"), _steps("put_right"), _step, day="at", village="hazard__village",
)  # fmt: skip
closed = Part(
    "hazards.closed", pgettext_lazy("hazards", "looked at again and closed"), _steps("look_again"), _step, day="at",
    village="hazard__village", kind="hazard__group", kinds=_groups,
)  # fmt: skip
ended = Part(
    "hazards.ended", pgettext_lazy("hazards", "closed or found to be none"), _steps(*ENDING), _step, day="at",
    village="hazard__village",
)  # fmt: skip
came_back = Part(
    "hazards.came_back", pgettext_lazy("hazards", "came back"), _steps("reopen"), _step, day="at", village="hazard__village"
)
open_at_start = Part(
    "hazards.open_at_start",
    pgettext_lazy("hazards", "open at the start"),
    _open_at_start,
    _hazard,
    span=Span.MONTH,
    shown=_hazards,
)
still_open = Part("hazards.open", pgettext_lazy("hazards", "open"), _open_at_end, _hazard, span=Span.MONTH, shown=_hazards)
overdue = Part(
    "hazards.overdue", pgettext_lazy("hazards", "past their limit"), _overdue_at_end, _hazard, span=Span.MONTH, shown=_hazards,
    kind="group", kinds=_groups,
)  # fmt: skip
days_to_put_right = Part(
    "hazards.days_to_put_right", pgettext_lazy("hazards", "closed"), _timed, _step, village="hazard__village", span=Span.MONTH,
    gather=Gather.MEDIAN, amount="tenths_of_days", scale=10, shown=_steps("look_again"),
)  # fmt: skip


def _advise_overdue(value):
    if not value:
        return ""
    return ngettext_lazy(
        "Those who were given the %d overdue hazard: put it right within seven days; the station's desk gives away what is nobody's.",
        "Those who were given the %d overdue hazards: put them right within seven days; the station's desk gives away what is nobody's.",
        int(value),
    ) % int(value)


def _advise_rate(value):
    if value >= 90:
        return ""
    return _("Community officers: look again at every hazard put right within three days, so that at least 90% are closed.")


for _indicator in (
    Indicator("hazards.found", _("Hazards found"), _("Hazards reported in the period, through whomever."), found,
              unit=HAZARDS, group=GROUP, order=21, better=""),
    Indicator("hazards.put_right", _("Hazards put right"),
              _("Putting right shown with a photo in the period; what was sent back counts again."), put_right,
              unit=HAZARDS, group=GROUP, order=22),
    Indicator("hazards.closed_rate", _("Hazards closed"),
              _("Looked at again and closed, or found to be none, in the period ÷ (open at its start + found + came back in it)."),
              ended, (open_at_start, found, came_back), group=GROUP, order=23, advice=_advise_rate),
    Indicator("hazards.days_to_put_right", _("Median days to put right"),
              _("The middle one of the times from being found (or coming back) to being put right, of those closed in the period."),
              days_to_put_right, unit=pgettext_lazy("unit", "days"), group=GROUP, order=24, better="down"),
    Indicator("hazards.open", _("Hazards open"), _("Not yet put right and looked at again at the end of the period, or now."),
              still_open, unit=HAZARDS, group=GROUP, order=25, better="down"),
    Indicator("hazards.overdue", _("Hazards overdue"), _("Not put right past their limit at the end of the period, or now."),
              overdue, unit=HAZARDS, group=GROUP, order=26, better="down", advice=_advise_overdue),
):  # fmt: skip
    nails.hang(_indicator)

nails.hang_chart(
    Chart("hazards.trend", _("Hazards over twelve months"), "month", (found, closed), _("Month"), HAZARDS, "line", 20)
)
nails.hang_chart(
    Chart("hazards.groups", _("Hazards by group"), "kind", (found, closed), pgettext_lazy("hazards", "Group"), HAZARDS, "bar", 21)
)
