"""Units, the station, and the calendar."""

from django.contrib import admin

from shengkang.organization.desk import ReadOnlyAdmin, StationAdmin
from shengkang.organization.desk_parts import ReadOnlyInline
from shengkang.organization.models import Coverage, Holiday, Station, Unit


@admin.register(Unit)
class UnitAdmin(ReadOnlyAdmin):
    """The official list of units; it comes with the station's set-up."""

    access_object, view_action = "settings", "read"
    list_display = ["name", "level", "code", "parent"]
    list_filter = ["level"]
    search_fields = ["name", "code"]
    list_select_related = ["parent"]
    fields = ["name", "level", "code", "parent"]

    def get_readonly_fields(self, request, obj=None):
        return self.fields


class CoverageInline(ReadOnlyInline):
    model = Coverage


@admin.register(Station)
class PoliceStationAdmin(ReadOnlyAdmin):
    access_object, view_action = "settings", "read"
    list_display = ["name", "sits_in", "phone"]
    list_select_related = ["sits_in"]
    inlines = [CoverageInline]
    fields = ["name", "sits_in", "phone"]

    def get_readonly_fields(self, request, obj=None):
        return self.fields


@admin.register(Holiday)
class HolidayAdmin(StationAdmin):
    """Days the library does not know yet: typed in from the State Council's notice, usually in November."""

    access_object = "settings"
    view_action = "read"
    add_action = change_action = delete_action = "update"
    list_display = ["day", "name", "works"]
    list_filter = ["works"]
    date_hierarchy = "day"
