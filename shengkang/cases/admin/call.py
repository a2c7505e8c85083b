"""Calls of the 110 feed at the desk: found, looked at, made a dispute, or tied to one that is known."""

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from shengkang.audit import services as audit
from shengkang.cases import services
from shengkang.cases.admin.listing import BoundedPaginator
from shengkang.cases.models import Call, Category, DisputeCase, Party
from shengkang.cases.moves import ACTIONS, MOVES
from shengkang.cases.services import PartyDetails
from shengkang.organization.desk import ReadOnlyAdmin, Verb, VerbForm
from shengkang.organization.desk_parts import OwnVillages, lines
from shengkang.organization.selectors import villages_of


class BecameFilter(admin.SimpleListFilter):
    title = _("what became of it")
    parameter_name = "became"

    def lookups(self, request, model_admin):
        return [("open", _("a dispute that belongs to no case yet")), ("case", _("belongs to a case")), ("none", _("no case"))]

    def queryset(self, request, queryset):
        wanted = {
            "open": lambda: queryset.filter(case=None, police_class__is_dispute=True),
            "case": lambda: queryset.filter(case__isnull=False),
            "none": lambda: queryset.filter(case=None),
        }.get(self.value())
        return wanted() if wanted else queryset


class DisputeForm(VerbForm):
    """The call's own words stand there already; what it does not know is asked."""

    village = forms.ModelChoiceField(None, label=_("village or community"))
    category = forms.ModelChoiceField(Category.objects.all(), label=_("category"))
    story = forms.CharField(label=_("what happened"), max_length=2000, widget=lines(5))
    place = forms.CharField(label=_("place"), max_length=120, required=False)
    first = forms.CharField(label=_("who called"), max_length=40, required=False)
    second = forms.CharField(label=_("second party"), max_length=40, required=False)
    restricted = forms.BooleanField(
        label=_("Domestic violence, or harm to a minor, is suspected"),
        required=False,
        help_text=_("The case becomes a protected one; few may read it, and nobody mediates."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = villages_of(self.user.station)
        self.initial = {"village": self.thing.village_id, "story": self.thing.text, "place": self.thing.place}
        if self.thing.is_protected:
            self.initial["restricted"] = True
            self.fields["restricted"].disabled = True

    def clean(self):
        told = super().clean()
        first, second = told.pop("first", ""), told.pop("second", "")
        sides = [(Party.Side.FIRST, first, self.thing.phone if first else ""), (Party.Side.SECOND, second, "")]
        told["parties"] = [PartyDetails(side=side, name=name, phone=phone) for side, name, phone in sides if name]
        return told


class CaseForm(VerbForm):
    number = forms.CharField(label=_("case number"), max_length=20, help_text=_("As it stands in the list of cases."))

    def clean(self):
        told = super().clean()
        seen = DisputeCase.objects.visible_to(self.user).filter(status__in=MOVES["join"].origins)
        told["case"] = seen.filter(no=told.pop("number", "").strip()).first()
        if told["case"] is None and not self.errors:
            self.add_error("number", now_("No case of this number takes further reports. Look in the list of cases."))
        return told


def _free(call, user):
    return call.case_id is None


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    access_object = "call"
    paginator = BoundedPaginator
    list_display = ("no", "received_at", "police_class", "village", "place", "became")
    list_select_related = ("police_class", "village", "case")
    list_filter = (BecameFilter, "police_class", OwnVillages, ("received_at", admin.DateFieldListFilter))
    search_fields = ("no__startswith", "place", "text", "phone__endswith")
    search_help_text = _("number of the call, place, what was said, the last digits of the telephone")
    show_facets = admin.ShowFacets.NEVER  # each facet counts the whole history
    fields = ("no", "received_at", "police_class", "village", "place", "text", "phone", "became")
    verbs = (
        Verb(
            name="open_case",
            label=_("Make it a dispute"),
            access_object="dispute",
            action=ACTIONS["open"],
            call=lambda call, **given: services.dispute_from_call(call=call, **given),
            form=DisputeForm,
            offered=_free,
            tone="main",
            hint=_("Registered as told to 110; you are its first reporter and hear how it ends."),
            done=_("The call is a dispute now."),
        ),
        Verb(
            name="tie",
            label=_("It belongs to a case"),
            access_object="dispute",
            action=ACTIONS["join"],
            call=lambda call, **given: services.tie_call(call=call, **given),
            form=CaseForm,
            offered=_free,
            hint=_("The case notes that somebody called again."),
            done=_("The call belongs to the case now."),
        ),
    )

    def get_readonly_fields(self, request, obj=None):
        return self.fields

    def get_queryset(self, request):
        seen = DisputeCase.objects.visible_to(request.user).filter(pk=OuterRef("case"))
        return super().get_queryset(request).annotate(case_is_seen=Exists(seen))

    @admin.display(description=_("what became of it"), ordering="case")
    def became(self, call):
        if call.case is None:
            return "–"
        if not call.case_is_seen:
            return now_("belongs to a case")
        url = reverse("admin:cases_disputecase_change", args=[call.case_id])
        return format_html('<a href="{}">{}</a> {}', url, call.case.no, call.case.get_status_display())

    def note_look(self, request, thing):
        audit.note_look(what="call", about=thing, by=request.user, at=timezone.now())

    def after_verb(self, request, thing):
        """A call of a protected case may be out of the caller's sight by now: he is led to the list."""
        seen = Call.objects.visible_to(request.user).filter(pk=thing.pk).exists()
        return super().after_verb(request, thing) if seen else self.list_url()
