from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HazardsConfig(AppConfig):
    name = "shengkang.hazards"
    verbose_name = _("Hazards")

    def ready(self):
        from shengkang.hazards import hanging

        hanging.hang_everything()
