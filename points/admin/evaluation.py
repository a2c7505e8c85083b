"""The desk of the evaluation: tariff, deeds, periods and what they owe. Every button is one call."""

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import BooleanField, Q, Sum, Value
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from points import scoring
from points.deed_forms import DeedFields
from points.models import Deed, EvaluationPeriod, Rule, ScoreLine, Tariff
from points.selectors.evaluation import deeds_waiting_in, sums_by_rule
from points.services import deeds, evaluation, tariffs
from shengkang.errors import RuleViolation
from shengkang.organization import access
from shengkang.organization.desk import ReadOnlyAdmin, StationAdmin, Verb, VerbForm
from shengkang.organization.selectors import day_of

S = EvaluationPeriod.Status
PEOPLE_A_PAGE = 50


class CopyForm(VerbForm):
    active_from = forms.DateField(
        label=gettext_lazy("in force from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    name = forms.CharField(label=gettext_lazy("Name of the new tariff"), max_length=60, required=False)


class RuleInline(admin.TabularInline):
    """Rules may be written until the tariff's day comes; then deeds rely on them."""

    model = Rule
    extra = 0
    fields = ["no", "name", "part", "fact", "points", "ceiling", "ceiling_per", "confidential", "source"]

    def _may(self, request, tariff):
        ahead = tariff is not None and tariff.active_from > day_of(timezone.now())
        return ahead and access.may(request.user, "tariff", "update")

    def has_view_permission(self, request, obj=None):
        return access.may(request.user, "tariff", "read")

    def has_add_permission(self, request, obj):
        return self._may(request, obj)

    def has_change_permission(self, request, obj=None):
        return self._may(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self._may(request, obj)


@admin.register(Tariff)
class TariffAdmin(StationAdmin):
    access_object = "tariff"
    view_action = "read"
    change_action = "update"
    list_display = ["name", "active_from", "active_to"]
    fields = ["name", "active_from", "active_to"]
    readonly_fields = ["active_from", "active_to"]
    inlines = [RuleInline]
    verbs = (
        Verb(
            name="copy",
            label=gettext_lazy("Copy as a new tariff"),
            action="update",
            form=CopyForm,
            call=lambda tariff, **given: tariffs.copy_tariff(tariff=tariff, **given),
            hint=gettext_lazy("The copy can be edited until its day comes; this one ends on that day."),
            done=gettext_lazy("The new tariff stands in the list."),
        ),
    )

    def has_change_permission(self, request, obj=None):
        ahead = obj is None or obj.active_from > day_of(timezone.now())
        return ahead and super().has_change_permission(request, obj)


@admin.register(Rule)
class RuleAdmin(ReadOnlyAdmin):
    access_object = "tariff"
    view_action = "read"
    list_display = ["no", "name", "part", "fact", "points", "at_most", "confidential"]
    list_display_links = ["name"]
    list_filter = [("tariff", admin.RelatedOnlyFieldListFilter), "part", "fact", "confidential"]
    search_fields = ["name"]
    ordering = ["-tariff__active_from", "no"]

    @admin.display(description=gettext_lazy("paid at most so many times"))
    def at_most(self, rule):
        return "" if rule.ceiling is None else f"{rule.ceiling} · {rule.get_ceiling_per_display()}"


class WaitingFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("waiting", _("waits for a second person")), ("confirmed", _("confirmed"))]

    def queryset(self, request, queryset):
        return {"waiting": queryset.waiting, "confirmed": queryset.confirmed}.get(self.value(), queryset.all)()


def _may_confirm(deed, user):
    return Deed.objects.waiting_for(user).filter(pk=deed.pk).exists()


@admin.register(Deed)
class DeedAdmin(ReadOnlyAdmin):
    access_object = "deed"
    add_action = "create"
    list_display = ["done_on", "person", "rule", "text", "by", "confirmed_by"]
    list_display_links = ["text"]
    list_filter = [WaitingFilter, "rule__confidential", ("person__village", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["person__name", "person__name_key"]
    list_select_related = ["person", "rule", "by", "confirmed_by"]
    fields = ["person", "rule", "text", "done_on", "case", "by", "at", "confirmed_by", "confirmed_at"]
    verbs = (
        Verb(
            name="confirm",
            label=gettext_lazy("Confirm"),
            action="confirm",
            tone="main",
            offered=_may_confirm,
            entrusted=lambda deed, user: Deed.objects.entrusted_to(user).filter(pk=deed.pk).exists(),
            call=lambda deed, **given: deeds.confirm_deed(deed=deed, **given),
            hint=gettext_lazy("You confirm as the second person that this was done."),
            done=gettext_lazy("Confirmed. The next scoring pays it."),
        ),
    )

    def add_view(self, request, form_url="", extra_context=None):
        """The form of the verb, not of the table: what a deed is worth and who confirms it is nobody's to type."""
        if not self.has_add_permission(request):
            raise Http404
        form = DeedFields(request.POST or None, user=request.user)
        if request.method == "POST" and form.is_valid():
            try:
                deed = deeds.record_deed(by=request.user, at=timezone.now(), **form.cleaned_data)
            except RuleViolation as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Recorded. It counts when a second person has confirmed it."))
                return redirect("admin:points_deed_change", deed.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Record a deed"),
            "form": form,
            "cancel_url": reverse("admin:points_deed_changelist"),
        }
        return TemplateResponse(
            request, "admin/verb_form.html", context, status=409 if form.is_bound and form.non_field_errors() else 200
        )


def _verb(service, **fields):
    return Verb(call=lambda period, **given: service(period=period, **given), **fields)


def _in(*states):
    return lambda period, user: period.status in states


@admin.register(EvaluationPeriod)
class EvaluationPeriodAdmin(ReadOnlyAdmin):
    access_object = "evaluation_period"
    list_display = ["__str__", "status", "scored_at", "published_at", "closed_at"]
    list_filter = ["status"]
    fields = ["starts_on", "ends_on", "status", "scored_at", "published_at", "closed_at"]
    verbs = (
        _verb(
            evaluation.score_period,
            name="score",
            label=gettext_lazy("Score now"),
            action="score",
            offered=_in(S.OPEN, S.REVIEW, S.PUBLISHED),
            hint=gettext_lazy("The clock does this each night. Lines follow the facts as they are now."),
            done=gettext_lazy("Scored."),
        ),
        _verb(
            evaluation.end_today,
            name="end_today",
            label=gettext_lazy("End today"),
            action="review",
            offered=lambda period, user: period.status == S.OPEN and period.starts_on <= day_of(timezone.now()) < period.ends_on,
            hint=gettext_lazy("Today becomes the last day; a new period begins tomorrow."),
            done=gettext_lazy("The period ends today."),
        ),
        _verb(
            evaluation.send_to_review,
            name="review",
            label=gettext_lazy("Send to review"),
            action="review",
            tone="main",
            offered=_in(S.OPEN),
            hint=gettext_lazy("The village looks at the draft; deeds may still be confirmed."),
            done=gettext_lazy("Sent to review."),
        ),
        _verb(
            evaluation.publish_period,
            name="publish",
            label=gettext_lazy("Publish"),
            action="publish",
            tone="main",
            offered=_in(S.REVIEW),
            hint=gettext_lazy(
                "Scored for the last time and shown to everyone; deeds still waiting for a second person are lost."
            ),
            done=gettext_lazy("Published."),
        ),
        _verb(
            evaluation.take_back_publication,
            name="take_back",
            label=gettext_lazy("Take the publication back"),
            action="publish",
            offered=_in(S.PUBLISHED),
            hint=gettext_lazy("Back to review, for instance because an objection was right."),
            done=gettext_lazy("Back in review."),
        ),
        _verb(
            evaluation.close_period,
            name="close",
            label=gettext_lazy("Close and post the points"),
            action="close",
            tone="danger",
            offered=_in(S.PUBLISHED),
            hint=gettext_lazy("The points go to the wallets and the period is fixed for good."),
            done=gettext_lazy("Closed. The points are in the wallets."),
        ),
    )

    def change_view(self, request, object_id, form_url="", extra_context=None):
        period = self.get_object(request, object_id)
        if period is None:
            raise Http404
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **self._what_it_owes(request, period)})

    def _what_it_owes(self, request, period):
        at = timezone.now()
        coming, leaving = scoring.unwritten(period, at) if period.status in (S.OPEN, S.REVIEW) else (0, 0)
        lines = reverse("admin:points_scoreline_changelist") + f"?period__id__exact={period.pk}"
        people = (
            ScoreLine.objects.filter(period=period)
            .values("person", "person__name", "person__village__name")
            .annotate(base=Sum("points", filter=Q(rule__part="base")), bonus=Sum("points", filter=Q(rule__part="bonus")))
            .order_by("person__village__path", "person__name_key", "person")
        )
        page = Paginator(people, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
        return {
            "steps": [
                {"what": step.get_to_status_display(), "who": step.by, "when": step.at}
                for step in period.steps.select_related("by")
            ],
            "facts": [
                {"label": _("lines a scoring would add now"), "value": coming},
                {"label": _("lines a scoring would strike now"), "value": leaving},
                {"label": _("deeds waiting for a second person"), "value": deeds_waiting_in(period)},
            ]
            if period.status in (S.OPEN, S.REVIEW)
            else [],
            "rule_columns": [
                {"label": _("rule of the tariff")},
                {"label": _("people"), "number": True},
                {"label": pgettext("points", "times"), "number": True},
                {"label": _("points"), "number": True},
            ],
            "rule_rows": [
                {
                    "cells": [
                        {"text": row["rule__name"], "url": f"{lines}&rule__no={row['rule__no']}"},
                        {"text": row["people"], "number": True},
                        {"text": row["times"], "number": True},
                        {"text": row["sum"], "number": True},
                    ]
                }
                for row in sums_by_rule(period)
            ],
            "people_columns": [
                {"label": _("person")},
                {"label": _("village or community")},
                {"label": _("base score"), "number": True},
                {"label": _("bonus points"), "number": True},
            ],
            "people_rows": [
                {
                    "cells": [
                        {"text": row["person__name"], "url": f"{lines}&person__id__exact={row['person']}"},
                        {"text": row["person__village__name"]},
                        {"text": row["base"] or 0, "number": True},
                        {"text": row["bonus"] or 0, "number": True},
                    ]
                }
                for row in page
            ],
            "page_obj": page,
            "sheet_url": reverse("points:publication-sheet", args=[period.pk])
            if period.status in (S.PUBLISHED, S.CLOSED)
            else "",
        }


@admin.register(ScoreLine)
class ScoreLineAdmin(ReadOnlyAdmin):
    access_object = "points_entry"
    list_display = ["person", "village", "rule_told", "fact", "done_on", "points", "period"]
    list_filter = [
        ("period", admin.RelatedOnlyFieldListFilter),
        "rule__part",
        ("rule", admin.RelatedOnlyFieldListFilter),
        ("person__village", admin.RelatedOnlyFieldListFilter),
    ]
    search_fields = ["person__name", "person__name_key"]
    list_select_related = False
    fields = ["period", "person", "rule_told", "fact", "points", "done_on"]

    def lookup_allowed(self, lookup, value, request):
        return lookup in ("person__id__exact", "rule__no") or super().lookup_allowed(lookup, value, request)

    def get_queryset(self, request):
        # Who reads a clue given in confidence is decided per request; the line carries it to its columns. For the others such
        # lines are not here at all: a filter by rule would tell what the column hides.
        unveiled = "S" in access.scopes(request.user, "deed", "confirm")
        lines = scoring.with_facts(super().get_queryset(request)).select_related("person__village", "period")
        lines = lines if unveiled else lines.filter(rule__confidential=False)
        return lines.annotate(unveiled=Value(unveiled, output_field=BooleanField()))

    def get_readonly_fields(self, request, obj=None):
        return self.fields

    @admin.display(description=gettext_lazy("village or community"))
    def village(self, line):
        return line.person.village

    @admin.display(description=gettext_lazy("rule of the tariff"))
    def rule_told(self, line):
        return scoring.explain(line, unveiled=line.unveiled).rule

    @admin.display(description=pgettext_lazy("score line", "fact"))
    def fact(self, line):
        why = scoring.explain(line, unveiled=line.unveiled)
        return format_html('<a href="{}">{}</a>', why.link, why.fact) if why.link else why.fact
