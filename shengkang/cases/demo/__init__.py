"""A year of disputes and calls at the demo station: invented quarrels that live through the real table of moves."""

from datetime import timedelta

from django.db.models import F

from shengkang.cases import services
from shengkang.cases.demo import calls, writing
from shengkang.cases.demo.lives import Life
from shengkang.cases.demo.matters import year_of_matters
from shengkang.cases.demo.stories import Teller
from shengkang.cases.imports import load_case_rules
from shengkang.cases.models import CaseStep, Escalation, RiskSignal
from shengkang.cases.services import limits
from shengkang.cases.services.telling import tell_reporters
from shengkang.notices.models import Notice
from shengkang.organization.demo import Plan

# Messages older than this were read and thrown away.
MESSAGES_KEPT = timedelta(days=45)
# On how many mornings before today the ladder was climbed.
MORNINGS = 40


def build(plan: Plan) -> None:
    load_case_rules()
    plan.made["limits"] = limits.table()
    plan.made["signals"] = dict(RiskSignal.objects.values_list("code", "points"))
    teller, chance = Teller(plan.chance("papers")), plan.chance("lives")
    lives = [Life(plan, matter, teller, chance) for matter in year_of_matters(plan)]
    writing.write(plan, lives)
    calls.write(plan, lives)
    _tell_outcomes(plan)
    _climb(plan)
    Notice.objects.update(delivered_at=F("at"))
    Notice.objects.filter(at__lt=plan.now - timedelta(days=3)).update(read_at=F("at") + timedelta(hours=2))
    plan.made["cases"] = lives
    plan.counts["disputes"] = len(lives)
    plan.counts["steps"] = sum(len(life.steps) for life in lives)
    plan.counts["messages"] = Notice.objects.count()


def _tell_outcomes(plan: Plan) -> None:
    """What the reporters were told lately."""
    since = plan.now - MESSAGES_KEPT
    steps = CaseStep.objects.filter(at__gte=since, move__in=["settle", "refer", "terminate"]).select_related("case")
    for step in steps.order_by("at", "id"):
        tell_reporters(step.case, step, step.at)


def _climb(plan: Plan) -> None:
    """Late cases and those with nobody in charge, as the clock told them morning after morning."""
    for back in range(MORNINGS, -1, -1):
        services.escalate(at=plan.now - timedelta(days=back))
    plan.counts["escalations"] = Escalation.objects.count()
