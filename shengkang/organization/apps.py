from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class OrganizationConfig(AppConfig):
    name = "shengkang.organization"
    verbose_name = _("Organization")

    def ready(self):
        from shengkang.organization import checks, panels

        panels.hang("organization", checks.needs_mending, order=90)
        # Every wing's imports.py hangs its sheets; nothing here knows who they are.
        autodiscover_modules("imports")


class DeskConfig(admin_apps.AdminConfig):
    """Django's admin with our front page; named in INSTALLED_APPS in its place."""

    default = False
    default_site = "shengkang.organization.desk_site.DeskSite"
