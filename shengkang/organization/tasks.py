"""The clock's face of the organization."""

from celery import shared_task
from django.utils import timezone

from shengkang.organization import services as organization
from shengkang.organization.sheets import services


@shared_task(name="organization.forget_imports")
def forget_imports():
    services.forget_imports(at=timezone.now())


@shared_task(name="organization.forget_what_ran_out")
def forget_what_ran_out():
    organization.forget_what_ran_out(at=timezone.now())
