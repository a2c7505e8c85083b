"""Patrols at the desk: those under way first, who was there, and what they found."""

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patrols import selectors, services
from patrols.admin.common import Sheet, desk_url, hours_of, table
from patrols.models import Attendance, Finding, Patrol
from shengkang.attachments.selectors import files_of
from shengkang.organization import access
from shengkang.organization.desk import Verb, VerbForm
from shengkang.organization.desk_parts import OwnVillages, badge, moment
from shengkang.reports import nails


class PresentField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, volunteer):
        return f"{volunteer.person.name} {volunteer.person.phone}"


class EndForm(VerbForm):
    present = PresentField(None, label=gettext_lazy("who was there"), required=False)
    kilometres = forms.DecimalField(
        label=gettext_lazy("kilometres"), min_value=0, max_value=200, decimal_places=1, required=False
    )
    note = forms.CharField(label=gettext_lazy("note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["present"].queryset = selectors.may_have_been_there(self.thing)
        self.fields["present"].initial = [each.pk for each in selectors.present_by_default(self.thing)]


class EndForgottenForm(EndForm):
    ended_at = forms.DateTimeField(
        label=gettext_lazy("when it really ended"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    field_order = ["ended_at", "present", "kilometres", "note"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        patrol = self.thing
        ended = patrol.shift.ends_at if patrol.shift_id else patrol.started_at + timedelta(hours=2)
        self.fields["ended_at"].initial = max(ended, patrol.started_at + timedelta(minutes=30))


class HandFilter(admin.SimpleListFilter):
    title = gettext_lazy("needs a hand")
    parameter_name = "hand"

    def lookups(self, request, model_admin):
        return [("running", _("under way")), ("forgotten", _("not ended for twelve hours"))]

    def queryset(self, request, queryset):
        if self.value() == "running":
            return queryset.under_way()
        if self.value() == "forgotten":
            return queryset.under_way().filter(started_at__lt=timezone.now() - selectors.FORGOTTEN_AFTER)
        return queryset


def _is_forgotten(patrol) -> bool:
    return patrol.ended_at is None and patrol.started_at < timezone.now() - selectors.FORGOTTEN_AFTER


def _end(patrol, **given):
    return services.end_patrol(patrol=patrol, **given)


@admin.register(Patrol)
class PatrolAdmin(Sheet):
    access_object = "patrol"
    ordering = [F("ended_at").desc(nulls_first=True), "-id"]
    list_display = ["when", "kind", "village", "leader", "people", "found", "state"]
    list_filter = [HandFilter, "kind", OwnVillages, ("started_at", admin.DateFieldListFilter)]
    list_select_related = ["village", "leader"]
    search_fields = ["leader__name"]
    date_hierarchy = "started_at"
    sortable_by = ["when"]
    show_facets = admin.ShowFacets.NEVER
    verbs = (
        Verb(
            "end",
            gettext_lazy("End the patrol"),
            "start_end",
            _end,
            form=EndForm,
            offered=lambda patrol, user: patrol.ended_at is None and not _is_forgotten(patrol),
            entrusted=lambda patrol, user: patrol.leader_id == user.pk,
            tone="main",
        ),
        Verb(
            "end_forgotten",
            gettext_lazy("End a forgotten patrol"),
            "manage",
            _end,
            access_object="shift",
            form=EndForgottenForm,
            offered=lambda patrol, user: _is_forgotten(patrol),
            entrusted=lambda patrol, user: patrol.leader_id == user.pk or "S" in access.scopes(user, "shift", "manage"),
            tone="main",
            hint=gettext_lazy("Nobody ended it for twelve hours. Ask the leader when it ended and who was there."),
        ),
    )

    def get_queryset(self, request):
        def counted(model):
            rows = model.objects.filter(patrol=OuterRef("pk")).order_by().values("patrol")
            return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)

        return super().get_queryset(request).annotate(there=counted(Attendance), findings_made=counted(Finding))

    @admin.display(description=gettext_lazy("when"), ordering="started_at")
    def when(self, patrol):
        return hours_of(patrol.started_at, patrol.ended_at)

    @admin.display(description=gettext_lazy("volunteers there"))
    def people(self, patrol):
        return patrol.there if patrol.ended_at else "–"

    @admin.display(description=gettext_lazy("findings"))
    def found(self, patrol):
        return patrol.findings_made or "–"

    @admin.display(description=gettext_lazy("state"))
    def state(self, patrol):
        return badge(*self._state(patrol))

    @staticmethod
    def _state(patrol):
        if patrol.ended_at:
            return _("ended"), ""
        return (_("not ended"), "warn") if _is_forgotten(patrol) else (_("under way"), "ok")

    def sheet(self, request, patrol):
        word, tone = self._state(patrol)
        facts = [
            {"label": _("state"), "value": word, "tone": tone or "note", "mark": "none"},
            {"label": _("when"), "value": hours_of(patrol.started_at, patrol.ended_at)},
            {"label": _("village or community"), "value": patrol.village},
            {"label": _("leader"), "value": f"{patrol.leader} {patrol.leader.phone}"},
            {
                "label": _("shift"),
                "value": str(patrol.shift) if patrol.shift_id else _("without a shift"),
                "url": desk_url(patrol.shift) if patrol.shift_id else "",
            },
            {"label": _("kilometres"), "value": patrol.kilometres},
            {"label": _("note"), "value": patrol.note},
        ]
        findings = list(Finding.objects.visible_to(request.user).filter(patrol=patrol).select_related("by", "hazard", "case"))
        attendances = patrol.attendances.select_related("volunteer__person", "by").order_by("volunteer__person__name_key")
        sections = [
            table(
                _("Findings"),
                [_("when"), _("kind"), _("what was found"), _("place"), _("found by")],
                [
                    (
                        {"text": moment(each.at), "url": desk_url(each)},
                        each.get_kind_display(),
                        each.text,
                        each.place,
                        each.by,
                    )
                    for each in findings
                ],
            ),
            table(
                _("Who was there"),
                [_("volunteer"), _("telephone"), _("minutes"), _("confirmed by")],
                [
                    (
                        {"text": each.volunteer.person.name, "url": desk_url(each.volunteer)},
                        each.volunteer.person.phone,
                        each.minutes,
                        each.by,
                    )
                    for each in attendances
                ],
                numbers={2},
            ),
        ]
        return {
            "facts": [fact for fact in facts if fact["value"]],
            "sections": [section for section in sections if section["rows"]],
        }


@admin.register(Finding)
class FindingAdmin(Sheet):
    access_object = "finding"
    list_display = ["when", "kind", "what", "place", "village", "by", "goes_on"]
    list_filter = ["kind", ("at", admin.DateFieldListFilter)]
    list_select_related = ["patrol__village", "by", "hazard", "case"]
    search_fields = ["text", "place", "by__name"]
    date_hierarchy = "at"
    sortable_by = ["when"]
    show_facets = admin.ShowFacets.NEVER

    @admin.display(description=gettext_lazy("when"), ordering="at")
    def when(self, finding):
        return moment(finding.at)

    @admin.display(description=gettext_lazy("what was found"))
    def what(self, finding):
        return finding.text[:60]

    @admin.display(description=gettext_lazy("village or community"))
    def village(self, finding):
        return finding.patrol.village

    @admin.display(description=gettext_lazy("what became of it"))
    def goes_on(self, finding):
        thing = finding.hazard or finding.case
        return badge(thing.get_status_display(), "note") if thing else "–"

    def sheet(self, request, finding):
        thing = finding.hazard or finding.case
        facts = [
            {"label": _("kind"), "value": finding.get_kind_display()},
            {"label": _("when"), "value": moment(finding.at)},
            {"label": _("patrol"), "value": str(finding.patrol), "url": desk_url(finding.patrol)},
            {"label": _("place"), "value": finding.place},
            {"label": _("what was found"), "value": finding.text},
            {"label": _("found by"), "value": finding.by},
            {
                "label": _("what became of it"),
                "value": f"{thing} · {thing.get_status_display()}" if thing else "",
                "url": nails.desk_page(thing) if thing else "",
            },
        ]
        return {"facts": [fact for fact in facts if fact["value"]], "files": files_of(finding)}
