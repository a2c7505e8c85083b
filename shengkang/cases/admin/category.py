"""The classes of disputes; the chief keeps their names."""

from django.contrib import admin

from shengkang.cases.models import Category
from shengkang.organization.desk import StationAdmin


@admin.register(Category)
class CategoryAdmin(StationAdmin):
    access_object = "dispute_category"
    change_action = "update"
    list_display = ("code", "name", "examples")
    readonly_fields = ("code",)
