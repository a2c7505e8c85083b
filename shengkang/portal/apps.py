from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "shengkang.portal"
    verbose_name = _("Phone front page")
