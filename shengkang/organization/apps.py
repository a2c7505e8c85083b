from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class OrganizationConfig(AppConfig):
    name = "shengkang.organization"
    verbose_name = _("Organization")

    def ready(self):
        from django.contrib.auth.signals import user_logged_in

        from shengkang.organization import checks, panels
        from shengkang.organization.log_in.sessions import note_log_in

        # Every wing's imports.py hangs its sheets; nothing here knows who they are.
        autodiscover_modules("imports")
        panels.hang("organization", checks.needs_mending, order=90)
        # Django tells of every log-in, by password and by card; what a session must know of itself is noted there.
        user_logged_in.connect(note_log_in, dispatch_uid="organization.note_log_in")


class DeskConfig(admin_apps.AdminConfig):
    """Django's admin with our front page; named in INSTALLED_APPS in its place."""

    default = False
    default_site = "shengkang.organization.desk_site.DeskSite"
