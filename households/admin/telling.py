"""What heads saw and where they called, at the desk."""

from django.contrib import admin
from django.utils import timezone

from households.admin.common import OwnVillages
from households.models import Sighting, Visit
from shengkang.audit import services as audit
from shengkang.organization.desk import ReadOnlyAdmin


@admin.register(Sighting)
class SightingAdmin(ReadOnlyAdmin):
    access_object, view_action = "sighting", "read"
    list_display = ["at", "kind", "village", "by", "case"]
    list_filter = ["kind", OwnVillages]
    search_fields = ["by__name", "case__no"]
    date_hierarchy = "at"
    list_select_related = ["village", "by", "case"]

    def note_look(self, request, thing):
        if thing.case_id:
            audit.note_look(what="sighting", about=thing, by=request.user, at=timezone.now())


@admin.register(Visit)
class VisitAdmin(ReadOnlyAdmin):
    access_object = "visit"
    list_display = ["at", "home", "kind", "by", "note"]
    list_filter = ["kind"]
    search_fields = ["by__name", "home__householder", "home__address__door"]
    date_hierarchy = "at"
    list_select_related = ["home__address__village", "home__address__group", "by"]
