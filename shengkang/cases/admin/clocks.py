"""The tables the clock runs by: everybody at the desk reads them, the chief edits them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from shengkang.cases.models import Limit, RiskBand, RiskSignal, Rung
from shengkang.organization.desk import StationAdmin


class ClockTableAdmin(StationAdmin):
    access_object = "case_rules"
    change_action = "update"


@admin.register(RiskSignal)
class RiskSignalAdmin(ClockTableAdmin):
    """A signal that is no longer wanted goes out of use; old judgements keep its weight."""

    add_action = "update"
    list_display = ("text", "points", "in_use", "place")

    def get_exclude(self, request, obj=None):
        """The code is given once; programs and old judgements go by it."""
        return () if obj is None else ("code",)


@admin.register(RiskBand)
class RiskBandAdmin(ClockTableAdmin):
    list_display = ("risk_name", "from_points")
    readonly_fields = ("risk",)

    @admin.display(description=_("risk"), ordering="from_points")
    def risk_name(self, band):
        return band.get_risk_display()


@admin.register(Limit)
class LimitAdmin(ClockTableAdmin):
    """Cases already under way keep their limits; the next step goes by the new ones."""

    list_display = ("grade_name", "state_name", "working_days")
    readonly_fields = ("grade", "status")

    @admin.display(description=_("grade"), ordering="grade")
    def grade_name(self, limit):
        return limit.get_grade_display() or _("not graded yet")

    @admin.display(description=_("state"), ordering="status")
    def state_name(self, limit):
        return limit.get_status_display() or _("the whole case")


@admin.register(Rung)
class RungAdmin(ClockTableAdmin):
    add_action = "update"
    delete_action = "update"
    list_display = ("cause", "desk", "after_working_days")
