"""The case in the admin: a list by what needs a hand, a page that shows it whole, a verb for each step."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shengkang.attachments import services as attachments
from shengkang.attachments.selectors import files_of
from shengkang.audit import services as audit
from shengkang.cases import search, selectors, services
from shengkang.cases.admin import listing, sheet
from shengkang.cases.admin.forms import RegisterForm
from shengkang.cases.admin.sheet.gate import gate_sheet
from shengkang.cases.admin.verbs import VERBS
from shengkang.cases.models import DisputeCase
from shengkang.errors import RuleViolation
from shengkang.organization.desk import StationAdmin
from shengkang.organization.desk_parts import OwnVillages, badge


@admin.register(DisputeCase)
class CaseAdmin(StationAdmin):
    access_object = "dispute"
    add_action = "create"
    verbs = VERBS
    paginator = listing.BoundedPaginator
    list_display = ("no", "what", "state", "limit", "risk_colour", "officer", "opened_at")
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
    sortable_by = ("opened_at", "limit")
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
                "steps": sheet.steps(case),
                "sections": sheet.sections(case),
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
        return self._after_registration(request.user, thing.pk)

    def add_view(self, request, form_url="", extra_context=None):
        """Registration: one form, one call, photos with it."""
        if not self.has_add_permission(request):
            raise PermissionDenied if self.has_view_permission(request) else Http404
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = RegisterForm(*sent, user=request.user)
        if request.method == "POST" and form.is_valid():
            try:
                registered = self._register(request.user, form)
            except RuleViolation as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Registered as %(no)s.") % {"no": registered["no"]})
                return redirect(self._after_registration(request.user, registered["id"]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Register a dispute"),
            "submit_label": _("Register"),
            "form": form,
            "cancel_url": reverse("admin:cases_disputecase_changelist"),
        }
        return TemplateResponse(
            request, "admin/verb_form.html", context, status=409 if form.is_bound and form.non_field_errors() else 200
        )

    def _register(self, user, form) -> dict:
        at = timezone.now()
        told = {name: form.cleaned_data[name] for name in ("village", "category", "channel", "story", "place", "restricted")}

        def do():
            given = {"station": user.station, "parties": form.parties(), "by": user, "at": at, **told}
            terms = form.cleaned_data["terms"]
            on_the_spot = {"terms": terms, "answers": form.cleaned_data["answers"]}
            case = services.settle_on_the_spot(**given, **on_the_spot) if terms else services.open_case(**given)
            for photo in form.cleaned_data["photos"]:
                attachments.attach(owner=case, station=case.station, upload=photo, by=user, at=at)
            return {"id": case.pk, "no": case.no}

        body = {
            name: [str(each) for each in value] if isinstance(value, list) else str(value)
            for name, value in form.cleaned_data.items()
        }
        key = body.pop("key")
        return audit.once(by=user, verb="desk.open_case", key=key, body=body, at=at, do=do)

    def _after_registration(self, user, pk):
        """Whoever registers a protected case may not be among those who see it."""
        if DisputeCase.objects.visible_to(user).filter(pk=pk).exists():
            return reverse("admin:cases_disputecase_change", args=[pk])
        return reverse("admin:cases_disputecase_changelist")
