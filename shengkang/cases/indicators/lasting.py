"""Whether a settlement is worth its name: handled at all, in writing, performed in time, still holding after 90 days, near to people.

Formulas 5, 7, 8, 10, 14, 15 and 16 of the indicators the field asks for.
"""

from datetime import timedelta

from django.db.models import Count, DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from shengkang.cases.indicators.disputes import found, settled
from shengkang.cases.indicators.rows import CASES, GROUP, SETTLING, a_case, a_step, cases, describe, steps
from shengkang.cases.models import Agreement, CaseStep, DisputeCase, Obligation, Party
from shengkang.cases.moves import Status
from shengkang.organization.access import Role
from shengkang.organization.models import Address, Membership
from shengkang.reports import nails
from shengkang.reports.nails import Indicator, Part, Span

HOLDS_FOR = timedelta(days=90)
YEAR = timedelta(days=365)
OF_THE_VILLAGE = (Role.HOUSEHOLD_HEAD, Role.POST_LIAISON, Role.VILLAGE_CADRE)
# An agreement that fell apart before the day asks for nothing any more.
ENDING_AN_AGREEMENT = ("reopen", "break_off")


def _handled(station):
    return cases(station).exclude(status=Status.REPORTED)


def _in_writing(station):
    written = Agreement.objects.filter(case=OuterRef("case"), oral=False, at__lte=OuterRef("at"))
    later = Agreement.objects.filter(case=OuterRef("case"), at__gt=OuterRef("agreed_at"), at__lte=OuterRef("settled_at"))
    standing = written.annotate(agreed_at=F("at"), settled_at=OuterRef("at")).filter(~Exists(later))
    return steps(*SETTLING)(station).filter(Exists(standing))


def _owed(station):
    """What fell due under an agreement that stood on that day."""
    ended = CaseStep.objects.filter(
        case=OuterRef("agreement__case"),
        move__in=ENDING_AN_AGREEMENT,
        at__gt=OuterRef("agreement__at"),
        at__date__lt=OuterRef("due_on"),
    )
    replaced = Agreement.objects.filter(
        case=OuterRef("agreement__case"), at__gt=OuterRef("agreement__at"), effective_on__lte=OuterRef("due_on")
    )
    owed = Obligation.objects.filter(agreement__case__station=station, agreement__case__restricted=False)
    return owed.filter(~Exists(ended), ~Exists(replaced)).select_related("agreement__case__category")


def _performed_in_time(station):
    return _owed(station).filter(performed_on__lte=F("due_on"))


def _cohort(station, start, end):
    """Settled 90 days before: what was settled yesterday cannot have held yet."""
    return steps(*SETTLING)(station).filter(at__gte=start - HOLDS_FOR, at__lt=end - HOLDS_FOR)


def _came_again(station, start, end):
    """Of them, those reopened, or followed by another dispute between people or telephones of both their sides, within 90 days."""
    until = ExpressionWrapper(OuterRef("at") + HOLDS_FOR, output_field=DateTimeField())
    reopened = CaseStep.objects.filter(case=OuterRef("case"), move="reopen", at__gt=OuterRef("at"), at__lte=until)
    next_ones = DisputeCase.objects.counted().filter(station=station, opened_at__gt=OuterRef("at"), opened_at__lte=until)
    between_them = next_ones.exclude(pk=OuterRef("case")).filter(
        Exists(_side_of(Party.Side.FIRST)), Exists(_side_of(Party.Side.SECOND))
    )
    return _cohort(station, start, end).filter(Exists(reopened) | Exists(between_them))


def _side_of(side):
    """A party of the later case who stood on this side of the earlier one."""
    of_before = Party.objects.filter(case=OuterRef(OuterRef(OuterRef("case"))), side=side)
    known = Q(person__isnull=False, person__in=of_before.values("person"))
    called = ~Q(phone="") & Q(phone__in=of_before.values("phone"))
    return Party.objects.filter(known | called, case=OuterRef("pk"))


def _settled_nearby(station):
    """The mediator was one of the village's own people."""
    ours = Membership.objects.filter(user=OuterRef("case__mediator"), role__in=OF_THE_VILLAGE)
    return steps(*SETTLING)(station).filter(Exists(ours))


def _homes(station):
    return Address.objects.filter(station=station)


def _uneasy_homes(station, start, end):
    """Home of a party of two or more disputes registered in the twelve months up to the end of the span."""
    lately = Party.objects.filter(
        case__in=DisputeCase.objects.counted().filter(station=station, opened_at__gte=end - YEAR, opened_at__lt=end),
        home__isnull=False,
    )
    often = lately.values("home").annotate(disputes=Count("case", distinct=True)).filter(disputes__gte=2)
    return _homes(station).filter(pk__in=often.values("home"))


def _obligation(owed):
    return describe(owed.agreement.case, owed.due_on)


def _home(address):
    return {"title": _("home no. %d") % address.pk, "day": None, "state": "", "sort": "", "page": address}


handled = Part("disputes.handled", _("handled"), _handled, a_case, day="opened_at", shown=cases)
in_writing = Part(
    "disputes.in_writing", _("settled in writing"), _in_writing, a_step, day="at", village="case__village", shown=steps(*SETTLING)
)
owed = Part(
    "obligations.due", _("obligations due"), _owed, _obligation, day="due_on", moment=False, village="agreement__case__village",
)  # fmt: skip
performed = Part(
    "obligations.in_time", _("performed in time"), _performed_in_time, _obligation, day="due_on", moment=False,
    village="agreement__case__village", shown=_owed,
)  # fmt: skip
cohort = Part(
    "disputes.cohort", _("settled 90 days before"), _cohort, a_step, village="case__village", span=Span.MONTH,
    shown=steps(*SETTLING),
)  # fmt: skip
came_again = Part(
    "disputes.came_again", _("broken out again"), _came_again, a_step, village="case__village", span=Span.MONTH,
    shown=steps(*SETTLING),
)  # fmt: skip
referred = Part("disputes.referred", _("referred"), steps("refer"), a_step, day="at", village="case__village")
nearby = Part(
    "disputes.nearby", _("settled by the village's own people"), _settled_nearby, a_step, day="at", village="case__village",
    shown=steps(*SETTLING),
)  # fmt: skip
uneasy_homes = Part(
    "disputes.uneasy_homes", _("homes with two or more disputes"), _uneasy_homes, _home, span=Span.MONTH, shown=_homes
)


def _advise_performance(value):
    if value >= 100:
        return ""
    return _("Officers in charge: visit whoever has not performed what was agreed by the end of next month, and note why.")


def _advise_homes(value):
    if not value:
        return ""
    return ngettext_lazy(
        "Heads and officers: visit the %d home with two or more disputes within a month, and settle what lies beneath.",
        "Heads and officers: visit the %d homes with two or more disputes within a month, and settle what lies beneath.",
        int(value),
    ) % int(value)


for _indicator in (
    Indicator("disputes.handled_rate", _("Handled of those registered"),
              _("Of the disputes registered in the period, those somebody took on, settled on the spot or referred."),
              handled, (found,), group=GROUP, order=12),
    Indicator("disputes.written_rate", _("Settled in writing"), _("Settlements by a written agreement ÷ settled in the period."),
              in_writing, (settled,), group=GROUP, order=18),
    Indicator("obligations.in_time", _("Agreements performed in time"),
              _("Obligations performed on or before their day ÷ obligations that fell due while their agreement stood."),
              performed, (owed,), group=GROUP, order=18, advice=_advise_performance),
    Indicator("disputes.relapse_rate", _("Broken out again within 90 days"),
              _("Of the disputes settled 90 days earlier, those reopened or followed by another between the same two sides within "
                "90 days."), came_again, (cohort,), group=GROUP, order=18, better="down"),
    Indicator("disputes.referred", _("Referred"), _("Disputes handed to another office in the period."), referred,
              unit=CASES, group=GROUP, order=18, better="down"),
    Indicator("disputes.nearby", _("Settled in the village"),
              _("Settled by a hundred-household head, a post's liaison or a village cadre ÷ settled in the period."),
              nearby, (settled,), group=GROUP, order=18),
    Indicator("disputes.uneasy_homes", _("Homes with repeated disputes"),
              _("Homes whose people were party of two or more disputes in the twelve months up to the end of the period."),
              uneasy_homes, unit=pgettext_lazy("unit", "homes"), group=GROUP, order=18, better="down", advice=_advise_homes),
):  # fmt: skip
    nails.hang(_indicator)
