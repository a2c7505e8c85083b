"""The clock's face of the reward."""

from celery import shared_task
from django.utils import timezone

from points.models import EvaluationPeriod
from points.services import evaluation
from shengkang.organization.models import Station


@shared_task(name="points.score_open_periods")
def score_open_periods():
    """Open the month where it is missing and rewrite what every unclosed period owes, oldest first. Running twice changes nothing."""
    at = timezone.now()
    for station in Station.objects.order_by("id"):
        evaluation.open_current_period(station=station, at=at)
    unclosed = EvaluationPeriod.objects.exclude(status=EvaluationPeriod.Status.CLOSED)
    for period in unclosed.order_by("starts_on", "id"):
        evaluation.score_period(period=period, at=at)
