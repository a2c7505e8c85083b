"""The desk's face of the hall: closed months, their lines and the reports; only a report's issue is a verb."""

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shengkang.audit import services as audit
from shengkang.organization.desk import ReadOnlyAdmin, Verb
from shengkang.reports import nails, services
from shengkang.reports.models import Briefing, ClosedMonth, ReportLine


def _issue(briefing, *, by, at):
    services.issue_briefing(briefing=briefing, by=by, at=at)


@admin.register(ClosedMonth)
class ClosedMonthAdmin(ReadOnlyAdmin):
    access_object = "closed_figures"
    list_display = ["month", "frozen_at"]
    ordering = ["-month"]


@admin.register(ReportLine)
class ReportLineAdmin(ReadOnlyAdmin):
    """Ids of single rows are the station's; leaders read figures on the dashboard."""

    access_object = "closed_figures"
    list_display = ["month", "part_name", "village", "kind", "value"]
    list_select_related = ["village"]
    list_filter = ["month"]
    ordering = ["-month", "part", "village", "kind"]

    def get_readonly_fields(self, request, obj=None):
        return ["part_name" if name == "part" else name for name in super().get_readonly_fields(request, obj)]

    def get_fields(self, request, obj=None):
        return self.get_readonly_fields(request, obj)

    @admin.display(description=_("figure"), ordering="part")
    def part_name(self, line):
        """The part in words; one whose room is gone keeps its key."""
        part = nails.parts().get(line.part)
        return part.name if part else line.part


@admin.register(Briefing)
class BriefingAdmin(ReadOnlyAdmin):
    access_object = "briefing"
    list_display = ["title", "written_at", "issued_at", "issued_by"]
    list_select_related = ["issued_by"]
    ordering = ["-month"]
    exclude = ["file"]
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

    def get_readonly_fields(self, request, obj=None):
        return [name for name in super().get_readonly_fields(request, obj) if name != "file"]

    def note_look(self, request, thing):
        audit.note_look(what="briefing", about=thing, by=request.user, at=timezone.now())
