"""The case in the admin: a list by what needs a hand, a page that shows it whole, a verb for each step."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext_lazy

from shengkang.attachments.selectors import files_of
from shengkang.audit import services as audit
from shengkang.cases import search, selectors
from shengkang.cases.admin import listing, sheet
from shengkang.cases.admin.at_once import AtOnce
from shengkang.cases.admin.kept_lists import KeptLists
from shengkang.cases.admin.papers import PaperPages
from shengkang.cases.admin.registering import Registering
from shengkang.cases.admin.sheet import register
from shengkang.cases.admin.sheet.gate import gate_sheet
from shengkang.cases.admin.verbs import VERBS
from shengkang.cases.models import DisputeCase
from shengkang.cases.timeline import timeline
from shengkang.organization.desk import StationAdmin
from shengkang.organization.desk_parts import OwnVillages, badge
from shengkang.organization.selectors import day_of


@admin.register(DisputeCase)
class CaseAdmin(PaperPages, Registering, KeptLists, AtOnce, StationAdmin):
    access_object = "dispute"
    add_action = "create"
    verbs = VERBS
    paginator = listing.BoundedPaginator
    list_display = ("no", "what", "state", "limit", "risk_colour", "officer", "told_on")
    list_select_related = ("category", "village", "officer")
    list_filter = (
        listing.HandFilter,
        listing.WhoseFilter,
        "status",
        "risk",
        OwnVillages,
        listing.YearsFilter,
        "category",
        ("opened_at", admin.DateFieldListFilter),
    )
    search_fields = ("no",)
    search_help_text = gettext_lazy("case number, place, what happened, a party's name, the last digits of a telephone")
    sortable_by = ("told_on", "limit")
    show_facets = admin.ShowFacets.NEVER  # each facet counts the whole history
    fields = ()
    view_on_site = False

    @admin.display(description=gettext_lazy("category and village"))
    def what(self, case):
        return f"{case.category} · {case.village}"

    @admin.display(description=gettext_lazy("state"))
    def state(self, case):
        return badge(case.get_status_display(), selectors.STATE_TONES.get(case.status, ""), "lock" if case.restricted else "none")

    @admin.display(description=gettext_lazy("limit"), ordering="due_at")
    def limit(self, case):
        late, tone = selectors.lateness(case, timezone.now())
        return badge(late, tone, "" if tone else "none")

    @admin.display(description=gettext_lazy("registered at"), ordering="opened_at")
    def told_on(self, case):
        return day_of(case.opened_at).isoformat()

    @admin.display(description=gettext_lazy("risk"))
    def risk_colour(self, case):
        return badge(case.get_risk_display(), selectors.RISK_TONES.get(case.risk, ""))

    def get_search_results(self, request, queryset, search_term):
        return search.found(queryset, search_term, years=listing.years_of(request)), False

    def get_fieldsets(self, request, obj=None):
        return []

    def note_look(self, request, thing):
        audit.note_look(what="case", about=thing, by=request.user, at=timezone.now())

    def change_view(self, request, object_id, form_url="", extra_context=None):
        case = self.get_object(request, object_id)
        shown = {}
        if case is not None:
            shown = {
                "facts": sheet.facts(case, timezone.now()),
                "gate": gate_sheet(case),
                "steps": timeline(case),
                "sections": [*sheet.sections(case), *register.sections(case, request.user, timezone.now())],
                "files": files_of(case),
            }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})

    def answer_verb(self, request, verb, thing):
        """The matrix may give a step only to those involved in the case: seen, but not allowed, is 403."""
        if not selectors.may_take_step(request.user, thing, verb.action, verb.access_object or self.access_object):
            raise PermissionDenied
        return super().answer_verb(request, verb, thing)

    def after_verb(self, request, thing):
        """A step may take the case out of the reader's sight: he is led to the list."""
        return self.page_or_list(request.user, thing.pk)
