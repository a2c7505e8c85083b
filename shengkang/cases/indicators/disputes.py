"""What is worth counting about disputes. Protected cases are in none of these figures but the last, which is kept per quarter.

Formulas after the national indicator lists for mediation work; an event (settled, came back) counts in the month in which it
happens, so a case reopened later changes the month of the reopening and no other.
"""

from django.db.models import CharField, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat, Extract
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from shengkang.cases.indicators.rows import CASES, GROUP, SETTLING, a_case, a_step, cases, categories, describe, steps
from shengkang.cases.models import CaseStep, DisputeCase, FollowUp, Report
from shengkang.cases.moves import ENDED_WELL, OPEN
from shengkang.notices.models import Notice
from shengkang.organization.selectors import day_of
from shengkang.reports import nails
from shengkang.reports.nails import Chart, Gather, Indicator, Part, Span, Table

# Whoever settles on the spot is there; the others must be told.
TOLD_OF = ("settle", "refer", "terminate")
COMING_BACK = ("reopen", "take_back")


def _open_at(station, moment):
    """Cases that stood open at a moment, as their steps tell; only those open now or moved since can have been."""
    steps = CaseStep.objects.filter(case=OuterRef("pk"))
    maybe = cases(station).filter(Q(status__in=OPEN) | Exists(steps.filter(at__gte=moment)), opened_at__lt=moment)
    stood = Subquery(steps.filter(at__lt=moment).order_by("-no").values("to_status")[:1])
    return maybe.annotate(stood=stood).filter(stood__in=OPEN)


def _open_at_start(station, start, end):
    return _open_at(station, start)


def _open_at_end(station, start, end):
    return _open_at(station, end)


def _overdue_at_end(station, start, end):
    return _open_at(station, end).filter(due_at__lt=end)


def _due(station):
    """Cases that had to be settled: by their deadline, or at once when they were settled on the spot."""
    graded = Q(due_at__isnull=False) | Q(status__in=ENDED_WELL)
    return cases(station).filter(graded).annotate(to_settle_by=Coalesce("due_at", "opened_at"))


def _timed(station, start, end):
    took = ExpressionWrapper(F("at") - F("case__opened_at"), output_field=DurationField())
    settlements = steps(*SETTLING)(station).filter(at__gte=start, at__lt=end)
    return settlements.annotate(tenths_of_days=Extract(took, "epoch") / 8640)


def _visits_owed(station):
    visits = FollowUp.objects.filter(case__station=station, case__restricted=False).select_related("case__category")
    return visits.filter(Q(done_at__isnull=False) | Q(case__status__in=ENDED_WELL))


def _reports(station):
    return Report.objects.filter(case__station=station, case__restricted=False).select_related("case__category")


def _reports_ended(station, start, end):
    ended = CaseStep.objects.filter(case=OuterRef("case"), move__in=TOLD_OF, at__gte=start, at__lt=end)
    return _reports(station).filter(Exists(ended))


def _reports_told(station, start, end):
    """The message to the reporter is the fact; its key names the case (services/telling.py)."""
    about = Concat(Value("case:"), Cast(OuterRef("case"), CharField()), Value(":"))
    told = Notice.objects.filter(to=OuterRef("by"), kind="case.outcome", key__startswith=about, at__gte=start)
    return _reports_ended(station, start, end).filter(Exists(told))


def _protected(station, start, end):
    return DisputeCase.objects.filter(station=station, restricted=True, opened_at__gte=start, opened_at__lt=end)


def _visit(visit):
    return describe(visit.case, visit.due_on)


def _report(report):
    return describe(report.case, day_of(report.at))


def _risks():
    return {"": _("not graded yet"), **dict(DisputeCase.Risk.choices)}


found = Part("disputes.found", _("registered"), cases, a_case, day="opened_at", kind="category", kinds=categories)
settled = Part(
    "disputes.settled", _("settled"), steps(*SETTLING), a_step, day="at", village="case__village",
    kind="case__category", kinds=categories,
)  # fmt: skip
came_back = Part(
    "disputes.came_back", _("reopened or taken back"), steps(*COMING_BACK), a_step, day="at", village="case__village"
)
open_at_start = Part("disputes.open_at_start", _("open at the start"), _open_at_start, a_case, span=Span.MONTH, shown=cases)
still_open = Part(
    "disputes.open", _("not settled"), _open_at_end, a_case, span=Span.MONTH, shown=cases, kind="category", kinds=categories
)
open_by_risk = Part(
    "disputes.open_by_risk", _("open cases"), _open_at_end, a_case, span=Span.MONTH, shown=cases, kind="risk", kinds=_risks
)
overdue = Part("disputes.overdue", _("past their deadline"), _overdue_at_end, a_case, span=Span.MONTH, shown=cases)
due = Part("disputes.due", _("due in the period"), _due, a_case, day="to_settle_by", shown=cases)
due_settled = Part(
    "disputes.due_settled", _("of these settled"), lambda station: _due(station).filter(status__in=ENDED_WELL), a_case,
    day="to_settle_by", shown=cases,
)  # fmt: skip
settled_in_time = Part(
    "disputes.settled_in_time", _("settled in time"),
    lambda station: steps(*SETTLING)(station).filter(Q(case__due_at__isnull=True) | Q(at__lte=F("case__due_at"))), a_step,
    day="at", village="case__village", shown=steps(*SETTLING),
)  # fmt: skip
days_to_settle = Part(
    "disputes.days_to_settle", _("settled cases"), _timed, a_step, village="case__village", span=Span.MONTH,
    gather=Gather.MEDIAN, amount="tenths_of_days", scale=10, shown=steps(*SETTLING),
)  # fmt: skip
visits_due = Part(
    "follow_ups.due", _("visits due"), _visits_owed, _visit, day="due_on", moment=False, village="case__village",
)  # fmt: skip
visits_done = Part(
    "follow_ups.done", _("visits done"), lambda station: _visits_owed(station).filter(done_at__isnull=False), _visit,
    day="due_on", moment=False, village="case__village", shown=_visits_owed,
)  # fmt: skip
reports_ended = Part(
    "reports.ended", _("reports whose dispute ended"), _reports_ended, _report, village="case__village", span=Span.MONTH,
    shown=_reports,
)  # fmt: skip
reports_told = Part(
    "reports.told", _("reporters told the outcome"), _reports_told, _report, village="case__village", span=Span.MONTH,
    shown=_reports,
)  # fmt: skip
protected = Part(
    "disputes.protected", _("protected cases (domestic violence, minors)"), _protected, a_case, village="", span=Span.QUARTER,
    hidden=True,
)  # fmt: skip


def _advise_overdue(value):
    if not value:
        return ""
    return ngettext_lazy(
        "Officers in charge: settle the %d overdue dispute by the end of next month, or refer it.",
        "Officers in charge: settle the %d overdue disputes by the end of next month, or refer them.",
        int(value),
    ) % int(value)


def _advise_visits(value):
    if value >= 100:
        return ""
    return _("Village committees and heads: make up the missing follow-up visits within seven days, so that 100% are done.")


def _advise_told(value):
    if value >= 100:
        return ""
    return _("The station's desk: tell every reporter the outcome within three days after a dispute ends.")


for _indicator in (
    Indicator("disputes.found", _("Disputes registered"), _("Disputes registered in the period."), found,
              unit=CASES, group=GROUP, order=10, better=""),
    Indicator("disputes.settled", _("Disputes settled"), _("Settlements in the period, on the spot or by an agreement."), settled,
              unit=CASES, group=GROUP, order=11),
    Indicator("disputes.settlement_rate", _("Settlement rate"),
              _("Settled in the period ÷ (open at its start + registered in it + reopened or taken back in it)."),
              settled, (open_at_start, found, came_back), group=GROUP, order=12),
    Indicator("disputes.success_rate", _("Settled of those due"),
              _("Of the disputes whose deadline fell in the period (settled on the spot: their day), those that are settled; a "
                "reopened one counts against."), due_settled, (due,), group=GROUP, order=13),
    Indicator("disputes.in_time", _("Settled in time"), _("Settled on or before the deadline ÷ settled in the period."),
              settled_in_time, (settled,), group=GROUP, order=14),
    Indicator("disputes.days_to_settle", _("Median days to settle"),
              _("The middle one of the times from registration to settlement, of those settled in the period."),
              days_to_settle, unit=pgettext_lazy("unit", "days"), group=GROUP, order=15, better="down"),
    Indicator("disputes.open", _("Not settled"), _("Cases open at the end of the period, or now."), still_open,
              unit=CASES, group=GROUP, order=16, better="down"),
    Indicator("disputes.overdue", _("Overdue"), _("Cases open past their deadline at the end of the period, or now."), overdue,
              unit=CASES, group=GROUP, order=17, better="down", advice=_advise_overdue),
    Indicator("disputes.came_back", _("Reopened"), _("Reopened or taken back in the period, whenever they were settled."), came_back,
              unit=CASES, group=GROUP, order=18, better="down"),
    Indicator("follow_ups.rate", _("Follow-up visits done"), _("Visits done ÷ visits due in the period."), visits_done, (visits_due,),
              group=GROUP, order=19, advice=_advise_visits),
    Indicator("reports.told", _("Reporters told the outcome"),
              _("Reports whose reporter was told the outcome ÷ reports of disputes that ended in the period, but not on the spot."),
              reports_told, (reports_ended,), group=GROUP, order=20, advice=_advise_told),
):  # fmt: skip
    nails.hang(_indicator)

nails.hang_chart(
    Chart("disputes.trend", _("Disputes over twelve months"), "month", (found, settled), _("Month"), CASES, "line", 10)
)
nails.hang_chart(Chart("disputes.kinds", _("Disputes by category"), "kind", (found, settled), _("Category"), CASES, "bar", 11))
nails.hang_chart(Chart("disputes.risk", _("Open cases by risk"), "kind", (open_by_risk,), _("Risk"), CASES, "bar", 12))
nails.hang_chart(
    Chart("disputes.villages", _("Disputes by village"), "village", (found, settled), _("Village"), CASES, "bar", 13)
)
nails.hang_table(
    Table("disputes", _("Disputes by village and category (settled / not settled)"), (settled, still_open), found, 10)
)
nails.hang_protected(protected)
