"""The desk's face of the hall: closed months, their lines and the reports; only a report's issue is a verb."""

from datetime import date

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from shengkang.audit import services as audit
from shengkang.organization.desk import ReadOnlyAdmin, Verb
from shengkang.reports import nails, services, wording
from shengkang.reports.models import Briefing, ClosedMonth, ReportLine


def _issue(briefing, *, by, at):
    services.issue_briefing(briefing=briefing, by=by, at=at)


class Monthly(ReadOnlyAdmin):
    """Rows of a month: it is named as one, not by its first day, and parts and kinds by their words."""

    @admin.display(description=_("month"), ordering="month")
    def month_said(self, thing):
        return wording.say_month(thing.month)

    def get_readonly_fields(self, request, obj=None):
        return self.fields


def name_of(key) -> str:
    """A part in words; one whose room is gone keeps its key."""
    part = nails.parts().get(key)
    return str(part.name) if part else key


def kinds_of(key) -> dict:
    part = nails.parts().get(key)
    return part.kinds() if part else {}


class MonthFilter(admin.SimpleListFilter):
    """The months that are closed, instead of today and the past seven days."""

    title = _("month")
    parameter_name = "month"

    def lookups(self, request, model_admin):
        months = ClosedMonth.objects.visible_to(request.user).order_by("-month").values_list("month", flat=True)
        return [(f"{month:%Y-%m}", wording.say_month(month)) for month in months[:24]]

    def queryset(self, request, queryset):
        chosen = dict(self.lookup_choices).get(self.value()) and date.fromisoformat(f"{self.value()}-01")
        return queryset.filter(month=chosen) if chosen else queryset


@admin.register(ClosedMonth)
class ClosedMonthAdmin(Monthly):
    access_object = "closed_figures"
    list_display = ["month_said", "frozen_at"]
    fields = ["month_said", "parts_said", "frozen_at"]
    ordering = ["-month"]

    @admin.display(description=_("parts counted"))
    def parts_said(self, closed):
        return pgettext("list", ", ").join(name_of(key) for key in closed.parts)


@admin.register(ReportLine)
class ReportLineAdmin(Monthly):
    """Ids of single rows are the station's; leaders read figures on the dashboard."""

    access_object = "closed_figures"
    list_select_related = ["village"]
    list_filter = [MonthFilter]
    fields = ["month_said", "part_name", "village", "kind_said", "value_said", "ids", "frozen_at"]
    ordering = ["-month", "part", "village", "kind"]

    def get_list_display(self, request):
        known = {}  # some kinds are rows of the database: asked once for a page

        @admin.display(description=_("kind"), ordering="kind")
        def kind_said(line):
            if line.part not in known:
                known[line.part] = kinds_of(line.part)
            return known[line.part].get(line.kind, line.kind) or "-"

        return ["month_said", "part_name", "village", kind_said, "value_said"]

    @admin.display(description=_("figure"), ordering="part")
    def part_name(self, line):
        return name_of(line.part)

    @admin.display(description=_("kind"))
    def kind_said(self, line):
        return kinds_of(line.part).get(line.kind, line.kind)

    @admin.display(description=_("value"), ordering="value")
    def value_said(self, line):
        """As the dashboard shows it: medians are kept in parts of their unit."""
        part = nails.parts().get(line.part)
        return wording.say_number(line.value / (part.scale if part else 1), 1)


@admin.register(Briefing)
class BriefingAdmin(Monthly):
    access_object = "briefing"
    list_display = ["title", "written_at", "issued_at", "issued_by", "taken"]
    list_select_related = ["issued_by"]
    ordering = ["-month"]
    fields = ["title", "month_said", "taken", "written_at", "issued_at", "issued_by", "ledger_root"]
    verbs = (
        Verb(
            name="issue",
            label=_("Issue the report"),
            action="issue",
            call=_issue,
            offered=lambda briefing, user: briefing.issued_at is None,
            tone="main",
            hint=_("From then on the township's leaders can read it."),
            done=_("The report is issued. The township's leaders can read it now."),
        ),
    )

    @admin.display(description=_("file"))
    def taken(self, briefing):
        return format_html('<a href="{}">{}</a>', reverse("reports:briefing", args=[briefing.pk]), _("Download"))

    def note_look(self, request, thing):
        audit.note_look(what="briefing", about=thing, by=request.user, at=timezone.now())
