"""What is worth counting about alarms, posts and what hangs there. Tests of the equipment are in none of these figures.

An alarm from a vehicle knows no village, so alarms are counted for the whole station.
"""

from datetime import timedelta

from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.functions import Extract
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from posts.models import Alarm, AlarmPoint, Camera, Installation
from shengkang.cases.models import CaseStep, DisputeCase
from shengkang.organization.selectors import day_of
from shengkang.reports import nails
from shengkang.reports.nails import Chart, Gather, Indicator, Part, Span

GROUP = _("Posts and alarms")
ALARMS = pgettext_lazy("unit", "alarms")
SECONDS = pgettext_lazy("unit", "seconds")


def _all(station):
    return Alarm.objects.filter(station=station)


def _alarms(station):
    return _all(station).exclude(code=Alarm.Code.TEST)


def _closed(station):
    return _alarms(station).filter(closed_at__isnull=False)


def _after(field):
    """Alarms whose `field` fell into the span, with the seconds from our receiving them until then."""

    def rows(station, start, end):
        took = ExpressionWrapper(F(field) - F("received_at"), output_field=DurationField())
        there = _alarms(station).filter(**{f"{field}__gte": start, f"{field}__lt": end})
        return there.annotate(seconds=Extract(took, "epoch"))

    return rows


def _settled_at_posts(station):
    steps = CaseStep.objects.filter(case__station=station, case__restricted=False, move="settle_on_the_spot")
    return steps.filter(case__channel=DisputeCase.Channel.POST).select_related("case__category")


def _last_day(end):
    """The last day of a span whose `end` does not belong to it."""
    return day_of(end - timedelta(microseconds=1))


def _cameras_of(station):
    return Camera.objects.filter(station=station)


def _cameras(station, start, end):
    return _cameras_of(station).standing_on(_last_day(end))


def _working(station, start, end):
    """Of those that stood then, the ones last found working: what worked on an earlier day is not written down anywhere."""
    return _cameras(station, start, end).filter(state=Camera.State.WORKING)


def _points_of(station):
    return AlarmPoint.objects.filter(station=station)


def _points(station, start, end):
    last = _last_day(end)
    return _points_of(station).filter(Q(retired_on__isnull=True) | Q(retired_on__gt=last))


def _equipped(station, start, end):
    last = _last_day(end)
    there = Installation.objects.filter(point=OuterRef("pk"), device__isnull=False, active_from__lte=last)
    return _points(station, start, end).filter(Exists(there.filter(Q(active_to__isnull=True) | Q(active_to__gt=last))))


def _alarm(alarm):
    return {
        "title": _("alarm no. %d") % alarm.pk,
        "day": day_of(alarm.received_at),
        "state": alarm.get_status_display(),
        "sort": alarm.get_kind_display(),
        "page": alarm,
    }


def _step(step):
    case = step.case
    return {
        "title": case.no,
        "day": day_of(step.at),
        "state": case.get_status_display(),
        "sort": case.category.name,
        "page": case,
    }


def _camera(camera):
    return {
        "title": camera.code,
        "day": camera.checked_on,
        "state": camera.get_state_display(),
        "sort": "",
        "page": camera,
    }


def _point(point):
    return {"title": point.name, "day": None, "state": point.get_kind_display(), "sort": "", "page": point}


def _of(choices):
    return lambda: dict(choices)


raised = Part("alarms.raised", _("alarms"), _alarms, _alarm, day="received_at", village="", kind="kind",
              kinds=_of(Alarm.Kind.choices), shown=_all)  # fmt: skip
closed = Part("alarms.closed", _("alarms closed"), _closed, _alarm, day="closed_at", village="", kind="code",
              kinds=_of(Alarm.Code.choices), shown=_all)  # fmt: skip
false = Part(
    "alarms.false", _("false alarms"), lambda station: _closed(station).filter(code=Alarm.Code.FALSE), _alarm, day="closed_at",
    village="", shown=_all,
)  # fmt: skip
until_acknowledged = Part(
    "alarms.until_acknowledged", _("alarms acknowledged"), _after("acknowledged_at"), _alarm, village="", span=Span.MONTH,
    gather=Gather.MEDIAN, amount="seconds", shown=_all,
)  # fmt: skip
until_arrived = Part(
    "alarms.until_arrived", _("alarms with somebody there"), _after("arrived_at"), _alarm, village="", span=Span.MONTH,
    gather=Gather.MEDIAN, amount="seconds", shown=_all,
)  # fmt: skip
settled_at_posts = Part(
    "posts.settled", _("small disputes settled at posts"), _settled_at_posts, _step, day="at", village="case__village"
)
cameras = Part("cameras.standing", _("cameras"), _cameras, _camera, span=Span.MONTH, shown=_cameras_of, kind="state",
               kinds=_of(Camera.State.choices))  # fmt: skip
cameras_working = Part("cameras.working", _("cameras that work"), _working, _camera, span=Span.MONTH, shown=_cameras_of)
points = Part("alarm_points.standing", _("alarm points"), _points, _point, village="", span=Span.MONTH, shown=_points_of)
points_equipped = Part(
    "alarm_points.equipped", _("alarm points with a device"), _equipped, _point, village="", span=Span.MONTH, shown=_points_of
)


def _advise_false(value):
    if value <= 20:
        return ""
    return _("Keepers of alarm points: look at the buttons that ring by mistake, so that false alarms fall below one in five.")


def _advise_cameras(value):
    if value >= 95:
        return ""
    return _("Village committees and the operator: repair the broken cameras, so that 95% work by the end of next month.")


for _indicator in (
    Indicator("alarms.raised", _("Alarms"), _("Alarms received in the period, without tests."), raised, unit=ALARMS, group=GROUP,
              order=40, better=""),
    Indicator("alarms.acknowledged", _("Median seconds to the acknowledgement"),
              _("The middle one of the times from receiving an alarm to its first acknowledgement."), until_acknowledged,
              unit=SECONDS, group=GROUP, order=41, better="down"),
    Indicator("alarms.arrived", _("Median seconds to the arrival"),
              _("The middle one of the times from receiving an alarm until the first responder is there."), until_arrived,
              unit=SECONDS, group=GROUP, order=42, better="down"),
    Indicator("alarms.false_share", _("Share of false alarms"), _("Closed as false ÷ closed in the period, without tests."), false,
              (closed,), group=GROUP, order=43, better="down", advice=_advise_false),
    Indicator("posts.settled", _("Small disputes settled at posts"),
              _("Disputes told of at a hundred-metre post and settled there on the spot."), settled_at_posts,
              unit=pgettext_lazy("unit", "cases"), group=GROUP, order=44),
    Indicator("alarm_points.equipped", _("Alarm points equipped"), _("Alarm points with a device ÷ alarm points in use."), points_equipped,
              (points,), group=GROUP, order=45),
    Indicator("cameras.working", _("Cameras that work"), _("Cameras last found working ÷ cameras that stood on the last day."), cameras_working,
              (cameras,), group=GROUP, order=46, advice=_advise_cameras),
):  # fmt: skip
    nails.hang(_indicator)

nails.hang_chart(Chart("alarms.trend", _("Alarms over twelve months"), "month", (raised,), _("Month"), ALARMS, "line", 40))
nails.hang_chart(Chart("alarms.kinds", _("Alarms by kind"), "kind", (raised,), _("Kind"), ALARMS, "bar", 41))
nails.hang_chart(Chart("alarms.outcomes", _("Alarms by outcome"), "kind", (closed,), _("Outcome"), ALARMS, "bar", 42))
nails.hang_chart(
    Chart("posts.trend", _("Small disputes settled at posts over twelve months"), "month", (settled_at_posts,), _("Month"),
          pgettext_lazy("unit", "cases"), "line", 43)
)  # fmt: skip
