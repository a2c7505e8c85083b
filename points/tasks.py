"""The clock's face of the reward: score, seal, let holds run out, look whether the books still fit. Each may run twice."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from points import services
from points.models import EvaluationPeriod
from points.selectors.soundness import misfits, on_one_snapshot
from points.services import evaluation
from points.services.soundness import report_misfits
from shengkang.organization.models import Station


@shared_task(name="points.seal")
def seal():
    services.seal_ledger(at=timezone.now())


@shared_task(name="points.time_out_holds")
def time_out_holds():
    services.time_out_holds(at=timezone.now())


@shared_task(name="points.check_balances")
def check_balances():
    with transaction.atomic(durable=True):
        on_one_snapshot()
        found = list(misfits())
    report_misfits(found=found, at=timezone.now())


@shared_task(name="points.score_open_periods")
def score_open_periods():
    """Open the month where it is missing and rewrite what every unclosed period owes, oldest first. Running twice changes nothing."""
    at = timezone.now()
    for station in Station.objects.order_by("id"):
        evaluation.open_current_period(station=station, at=at)
    unclosed = EvaluationPeriod.objects.exclude(status=EvaluationPeriod.Status.CLOSED)
    for period in unclosed.order_by("starts_on", "id"):
        evaluation.score_period(period=period, at=at)
