from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PointsConfig(AppConfig):
    name = "points"
    verbose_name = _("Hundred-point reward")

    def ready(self):
        from points import tiles  # noqa: F401 hangs the tiles
        from points.selectors.soundness import newest_seal
        from shengkang.organization.backups import nails

        nails.hang("points", newest_seal, verify="verify_ledger")
