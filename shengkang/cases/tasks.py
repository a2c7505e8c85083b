"""The clock's face of the dispute desk."""

from celery import shared_task
from django.utils import timezone

from shengkang.cases import services


@shared_task(name="cases.remind_of_follow_ups")
def remind_of_follow_ups():
    services.remind_of_follow_ups(at=timezone.now())


@shared_task(name="cases.escalate")
def escalate():
    at = timezone.now()
    services.escalate(at=at)
    services.remind_of_pauses(at=at)


@shared_task(name="cases.remind_of_obligations")
def remind_of_obligations():
    services.remind_of_obligations(at=timezone.now())
