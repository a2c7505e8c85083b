"""The admin's front page shows what needs a hand now."""

from django.contrib import admin
from django.utils import timezone

from shengkang.organization import panels


class DeskSite(admin.AdminSite):
    def index(self, request, extra_context=None):
        return super().index(request, {"desk_panels": panels.panels_for(request.user, timezone.now()), **(extra_context or {})})
