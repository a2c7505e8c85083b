"""The clock's face of the organization."""

from celery import shared_task
from django.utils import timezone

from shengkang.organization.sheets import services


@shared_task(name="organization.forget_imports")
def forget_imports():
    services.forget_imports(at=timezone.now())
