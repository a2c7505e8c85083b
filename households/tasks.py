"""The clock's face of the homes."""

from celery import shared_task
from django.utils import timezone

from households import services


@shared_task(name="households.remind")
def remind():
    at = timezone.now()
    services.remind_of_terms(at=at)
    services.remind_of_campaigns(at=at)
