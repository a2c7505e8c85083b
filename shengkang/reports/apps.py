from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "shengkang.reports"
    verbose_name = _("Reports")

    def ready(self):
        # Every wing's indicators.py hangs what it can count; the hall does not know who they are.
        autodiscover_modules("indicators")
