"""Whose rows the figures count: no protected case, no merged one; and how a row is described to leaders, without names or places."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.cases.models import CaseStep, Category, DisputeCase
from shengkang.organization.selectors import day_of

SETTLING = ("settle", "settle_on_the_spot")
GROUP = _("Disputes")
CASES = pgettext_lazy("unit", "cases")


def cases(station):
    return DisputeCase.objects.counted().filter(station=station).select_related("category")


def steps(*moves):
    def rows(station):
        taken = CaseStep.objects.filter(case__station=station, case__restricted=False, move__in=moves)
        return taken.select_related("case__category")

    return rows


def describe(case, day):
    return {"title": case.no, "day": day, "state": case.get_status_display(), "sort": case.category.name, "page": case}


def a_case(case):
    return describe(case, day_of(case.opened_at))


def a_step(step):
    return describe(step.case, day_of(step.at))


def categories():
    return dict(Category.objects.values_list("code", "name"))
