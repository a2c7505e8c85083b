from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HouseholdsConfig(AppConfig):
    name = "households"
    verbose_name = _("Hundred-household heads")

    def ready(self):
        from households import tiles  # noqa: F401 hangs the tiles and the nail of attachments
