"""The clock's face of the hall; each may run twice."""

from celery import shared_task
from django.utils import timezone

from shengkang.organization.models import Station
from shengkang.reports import services


@shared_task(name="reports.recount_days")
def recount_days():
    """Every few minutes: what changed lately."""
    for station in Station.objects.order_by("pk"):
        services.recount_lately(station=station, at=timezone.now())


@shared_task(name="reports.freeze_last_month")
def freeze_last_month():
    """Every night: everything that is still open, then the months that are over."""
    for station in Station.objects.order_by("pk"):
        at = timezone.now()
        services.recount_everything_open(station=station, at=at)
        services.freeze_due_months(station=station, at=at)
