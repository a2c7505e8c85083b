"""The clock's face of the attachments."""

from celery import shared_task
from django.utils import timezone

from shengkang.attachments import services


@shared_task(name="attachments.sweep")
def sweep():
    services.sweep_orphans(at=timezone.now())
