from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "shengkang.cases"
    verbose_name = _("Disputes")

    def ready(self):
        from shengkang.cases import hanging

        hanging.hang_everything()
