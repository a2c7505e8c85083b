"""The clock's face of the alarms: the second way beside `manage.py watch_alarms`."""

from celery import shared_task
from django.utils import timezone

from posts import services


@shared_task(name="posts.dispatch")
def dispatch():
    services.dispatch_due(timezone.now())
