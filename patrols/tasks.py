"""The clock's face of patrols."""

from celery import shared_task
from django.utils import timezone

from patrols import services


@shared_task(name="patrols.remind_of_shifts")
def remind_of_shifts():
    services.remind_of_shifts(at=timezone.now())
