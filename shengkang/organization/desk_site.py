"""The admin's front page shows what needs a hand now."""

from functools import update_wrapper

from django.contrib import admin
from django.http import Http404
from django.utils import timezone

from shengkang.organization import panels


class DeskSite(admin.AdminSite):
    def admin_view(self, view, cacheable=False):
        """Whoever is logged in and has no business at the desk finds nothing there; strangers go to the log-in page."""
        guarded = super().admin_view(view, cacheable)

        def for_the_desk(request, *args, **kwargs):
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            return guarded(request, *args, **kwargs)

        return update_wrapper(for_the_desk, guarded)

    def index(self, request, extra_context=None):
        return super().index(request, {"desk_panels": panels.panels_for(request.user, timezone.now()), **(extra_context or {})})
