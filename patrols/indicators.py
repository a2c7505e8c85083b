"""What is worth counting about patrols, after lines 18 (巡逻), 19 (岗位到岗率) and 22 (志愿者) of the list of indicators.

No figure compares people; who was there is told to himself alone.
"""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from patrols.models import Attendance, Finding, Patrol, PatrolKind, SignUp, VettingStep, Volunteer
from shengkang.organization.selectors import day_of
from shengkang.reports import nails
from shengkang.reports.nails import Chart, Gather, Indicator, Part, Span

GROUP = _("Volunteer patrols")


def _patrols(station):
    return Patrol.objects.filter(station=station, ended_at__isnull=False)


def _attendances(station):
    return Attendance.objects.filter(patrol__station=station).select_related("patrol")


def _places(station):
    """Places taken in shifts whose patrol has ended: who came there is written down."""
    taken = SignUp.objects.in_force().filter(shift__station=station, shift__patrol__ended_at__isnull=False)
    return taken.select_related("shift__patrol")


def _places_kept(station):
    there = Attendance.objects.filter(patrol__shift=OuterRef("shift"), volunteer=OuterRef("volunteer"))
    return _places(station).filter(Exists(there))


def _findings(station):
    """Protected cases are counted in no figure but their own."""
    open_ones = Q(case__isnull=True) | Q(case__restricted=False)
    return Finding.objects.filter(open_ones, patrol__station=station).select_related("patrol", "hazard", "case")


def _enrolments(station):
    return VettingStep.objects.filter(volunteer__station=station, move="approve").select_related("volunteer")


def _volunteers(station):
    return Volunteer.objects.filter(station=station)


def _active(station, start, end):
    there = Attendance.objects.filter(volunteer=OuterRef("pk"), patrol__started_at__gte=start, patrol__started_at__lt=end)
    return _volunteers(station).filter(Exists(there))


def _patrol(patrol):
    return {
        "title": _("patrol no. %d") % patrol.pk,
        "day": day_of(patrol.started_at),
        "state": "",
        "sort": patrol.get_kind_display(),
        "page": patrol,
    }


def _attendance(attendance):
    return {
        "title": _("patrol no. %d") % attendance.patrol_id,
        "day": day_of(attendance.patrol.started_at),
        "state": _("%d minutes") % attendance.minutes,
        "sort": attendance.patrol.get_kind_display(),
        "page": attendance.patrol,
    }


def _place(sign_up):
    return {
        "title": _("shift no. %d") % sign_up.shift_id,
        "day": day_of(sign_up.shift.starts_at),
        "state": "",
        "sort": sign_up.shift.get_kind_display(),
        "page": sign_up.shift,
    }


def _finding(finding):
    thing = finding.hazard or finding.case
    return {
        "title": _("finding no. %d") % finding.pk,
        "day": day_of(finding.at),
        "state": thing.get_status_display() if thing else "",
        "sort": finding.get_kind_display(),
        "page": finding,
    }


def _enrolment(step):
    return {
        "title": _("volunteer no. %d") % step.volunteer_id,
        "day": day_of(step.at),
        "state": step.get_move_display(),
        "sort": "",
        "page": step.volunteer,
    }


def _volunteer(volunteer):
    return {
        "title": _("volunteer no. %d") % volunteer.pk,
        "day": None,
        "state": volunteer.get_status_display(),
        "sort": "",
        "page": volunteer,
    }


def _kinds():
    return dict(PatrolKind.choices)


made = Part(
    "patrols.made", pgettext_lazy("figure", "patrols"), _patrols, _patrol, day="started_at", kind="kind", kinds=_kinds,
)  # fmt: skip
people = Part(
    "patrols.people", _("volunteers there"), _attendances, _attendance, day="patrol__started_at", village="patrol__village",
    kind="patrol__kind", kinds=_kinds,
)  # fmt: skip
hours = Part(
    "patrols.hours", _("hours of volunteers"), _attendances, _attendance, day="patrol__started_at", village="patrol__village",
    kind="patrol__kind", kinds=_kinds, gather=Gather.SUM, amount="minutes", scale=60,
)  # fmt: skip
places = Part(
    "patrols.places", _("places taken"), _places, _place, day="shift__starts_at", village="shift__village",
)  # fmt: skip
places_kept = Part(
    "patrols.places_kept", _("of these there"), _places_kept, _place, day="shift__starts_at", village="shift__village",
    shown=_places,
)  # fmt: skip
findings = Part(
    "patrols.findings", pgettext_lazy("figure", "findings"), _findings, _finding, day="at", village="patrol__village",
    kind="kind", kinds=lambda: dict(Finding.Kind.choices),
)  # fmt: skip
enrolled = Part(
    "volunteers.enrolled", _("volunteers enrolled"), _enrolments, _enrolment, day="at", village="volunteer__village",
)  # fmt: skip
active = Part(
    "volunteers.active", _("active volunteers"), _active, _volunteer, span=Span.MONTH, shown=_volunteers,
)  # fmt: skip

PATROLS, PEOPLE = pgettext_lazy("unit", "patrols"), pgettext_lazy("unit", "people")

for _indicator in (
    Indicator("patrols.made", _("Patrols"), _("Patrols that started in the period and have ended."), made,
              unit=PATROLS, group=GROUP, order=60),
    Indicator("patrols.people", _("Volunteers on patrol"), _("Attendances confirmed by the leader; somebody who came twice counts twice."),
              people, unit=pgettext_lazy("unit", "attendances"), group=GROUP, order=61),
    Indicator("patrols.hours", _("Hours on patrol"), _("The hours of all volunteers together, from the start to the end of each patrol."),
              hours, unit=pgettext_lazy("unit", "hours"), group=GROUP, order=62, better=""),
    Indicator("patrols.attendance_rate", _("Places kept"),
              _("Volunteers who signed up and were there ÷ places taken, in shifts that were patrolled."), places_kept, (places,),
              group=GROUP, order=63),
    Indicator("patrols.findings", _("Findings of patrols"), _("Hazards, disputes and other things that patrols came upon."),
              findings, unit=pgettext_lazy("unit", "findings"), group=GROUP, order=64, better=""),
    Indicator("volunteers.enrolled", _("Volunteers enrolled"), _("Volunteers whom the station approved in the period."), enrolled,
              unit=PEOPLE, group=GROUP, order=65),
    Indicator("volunteers.active", _("Active volunteers"), _("Volunteers who were on at least one patrol in the period."), active,
              unit=PEOPLE, group=GROUP, order=66),
):  # fmt: skip
    nails.hang(_indicator)

nails.hang_chart(Chart("patrols.trend", _("Patrols over twelve months"), "month", (made,), _("Month"), PATROLS, "line", 60))
nails.hang_chart(Chart("patrols.kinds", _("Patrols by kind"), "kind", (made,), _("Kind"), PATROLS, "bar", 61))
nails.hang_chart(
    Chart("patrols.villages", _("Patrols by village"), "village", (made,), _("village or community"), PATROLS, "bar", 62)
)
