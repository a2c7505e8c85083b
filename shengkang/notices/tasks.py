"""The clock's face of the messages."""

from celery import shared_task
from django.utils import timezone

from shengkang.notices import services


@shared_task(name="notices.deliver")
def deliver():
    services.deliver_due(at=timezone.now())
