"""The admin's front page shows what needs a hand now."""

from functools import update_wrapper

from django.contrib import admin
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shengkang.organization import access, panels
from shengkang.organization.desk import StationAdmin

# The order of an officer's day; a room that is not named comes last.
ORDER = ("cases", "hazards", "households", "posts", "patrols", "points", "reports", "organization", "audit")


# Pages beside the desk that its top bar leads to: the name of the page, its label, and the line of the matrix that opens it.
DOORS = (
    ("posts:board", _("Alarm board"), ("alarm_board", "read")),
    ("reports:dashboard", _("Dashboard"), ("figures", "read")),
)


class DeskSite(admin.AdminSite):
    def each_context(self, request):
        """With the doors that are open to this user; a door that would answer 404 is not shown."""
        user = request.user
        doors = [
            {"url": reverse(name), "label": label}
            for name, label, line in DOORS
            if user.is_authenticated and access.may(user, *line)
        ]
        return {**super().each_context(request), "desk_doors": doors}

    def get_app_list(self, request, app_label=None):
        """The rooms in the order of an officer's day instead of the alphabet."""
        rooms = super().get_app_list(request, app_label)
        return sorted(rooms, key=lambda room: ORDER.index(room["app_label"]) if room["app_label"] in ORDER else len(ORDER))

    def register(self, model_or_iterable, admin_class=None, **options):
        """Only pages that ask the access matrix stand on the desk; those that other packages bring along stay outside."""
        if admin_class is not None and issubclass(admin_class, StationAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self):
        """Without the redirect that tells for any table and any number whether there is such a row."""
        return [each for each in super().get_urls() if getattr(each, "name", None) != "view_on_site"]

    def admin_view(self, view, cacheable=False):
        """Whoever is logged in and has no business at the desk finds nothing there; strangers go to the log-in page."""
        guarded = super().admin_view(view, cacheable)

        def for_the_desk(request, *args, **kwargs):
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            return guarded(request, *args, **kwargs)

        return update_wrapper(for_the_desk, guarded)

    def index(self, request, extra_context=None):
        hung = panels.panels_for(request.user, timezone.now())
        context = {"desk_panels": hung, "all_quiet": not any(panel["rows"] for panel in hung)}
        return super().index(request, {**context, **(extra_context or {})})
