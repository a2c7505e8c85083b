"""Homes and who lives there, at the desk."""

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from households import services
from households.admin.common import DayForm
from households.models import Assignment, Campaign, Home, Resident
from shengkang.organization.desk import ReadOnlyAdmin, Verb, VerbForm
from shengkang.organization.desk_lists import still
from shengkang.organization.desk_parts import OwnVillages, ReadOnlyInline, day_field
from shengkang.organization.models import Unit
from shengkang.organization.selectors import people_matching, villages_of


class HomeVillages(OwnVillages):
    path = "address__village"


class ResidentVillages(OwnVillages):
    path = "home__address__village"


class WithoutHead(admin.SimpleListFilter):
    title = _("hundred-household head")
    parameter_name = "head"

    def lookups(self, request, model_admin):
        return [("none", _("without a head"))]

    def queryset(self, request, queryset):
        return queryset.without_head() if self.value() == "none" else queryset


class LeftInCampaign(admin.SimpleListFilter):
    """Homes that a running campaign asks for and nobody has looked at."""

    title = _("not looked at in")
    parameter_name = "campaign"

    def lookups(self, request, model_admin):
        running = Campaign.objects.visible_to(request.user).filter(closed_at__isnull=True)
        return [(str(campaign.pk), campaign.name) for campaign in running]

    def queryset(self, request, queryset):
        campaign = (
            Campaign.objects.visible_to(request.user).filter(pk=self.value()).first()
            if (self.value() or "").isdecimal() and len(self.value()) < 19
            else None
        )
        if campaign is None:
            return queryset
        done = campaign.checks.latest().done().values("home")
        return queryset.filter(address__village__in=campaign.villages.all()).exclude(pk__in=done)


class HomeForm(VerbForm):
    village = forms.ModelChoiceField(Unit.objects.none(), label=_("village or community"))
    group = forms.ModelChoiceField(Unit.objects.none(), label=_("villagers' group"), required=False)
    door = forms.CharField(label=_("door"), max_length=40)
    householder = forms.CharField(label=_("householder"), max_length=40)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        villages = villages_of(self.user.station)
        self.fields["village"].queryset = villages
        self.fields["group"].queryset = Unit.objects.filter(level=Unit.Level.GROUP, parent__in=villages)

    def clean(self):
        cleaned = super().clean()
        group = cleaned.get("group")
        if group and group.parent_id != getattr(cleaned.get("village"), "pk", None):
            self.add_error("group", _("This group belongs to another village."))
        return cleaned


class MoveInForm(VerbForm):
    person = forms.CharField(label=_("person"), max_length=40, help_text=_("Name or telephone of a registered person."))
    on = day_field(_("moved in on"))
    need = forms.ChoiceField(label=_("service need"), choices=Resident.Need.choices, required=False)
    works_away = forms.BooleanField(label=_("works away"), required=False)

    def clean_person(self):
        found = people_matching(self.user, self.cleaned_data["person"])[:2]
        if len(found) != 1:
            raise forms.ValidationError(_("Exactly one registered person must fit. Type in the whole telephone number."))
        return found[0]


class ResidentInline(ReadOnlyInline):
    model = Resident
    fields = readonly_fields = ["person", "need", "works_away", "moved_in_on", "moved_out_on"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("person")


@admin.register(Home)
class HomeAdmin(ReadOnlyAdmin):
    access_object = "household"
    add_action = "create"
    list_display = ["address", "householder", "head_now"]
    list_filter = [HomeVillages, WithoutHead, LeftInCampaign]
    search_fields = ["address__door", "householder"]
    list_select_related = ["address__village", "address__group"]
    fields = ["address", "householder", "head_now"]
    inlines = [ResidentInline]
    opening = Verb(
        "register",
        _("Register a home"),
        "create",
        lambda *, by, at, **fields: services.register_home(station=by.station, by=by, at=at, **fields),
        form=HomeForm,
    )
    verbs = (
        Verb(
            "move_in",
            _("Register a moving in"),
            "create",
            lambda home, **kwargs: services.move_in(home=home, **kwargs),
            access_object="resident",
            form=MoveInForm,
        ),
    )

    def get_readonly_fields(self, request, obj=None):
        return self.fields

    def get_queryset(self, request):
        now = Assignment.objects.in_force().filter(home=OuterRef("pk")).values("head__user__name")[:1]
        return (
            super().get_queryset(request).select_related("address__village", "address__group").annotate(head_name=Subquery(now))
        )

    def get_search_results(self, request, queryset, search_term):
        return (queryset.matching(search_term), False) if search_term else (queryset, False)

    @admin.display(description=_("hundred-household head"), empty_value=_("without a head"))
    def head_now(self, home):
        return home.head_name


@admin.register(Resident)
class ResidentAdmin(ReadOnlyAdmin):
    access_object, view_action = "resident", "list"
    list_display = ["person", "home", "need", "works_away", "moved_in_on", "moved_out_on"]
    list_filter = [ResidentVillages, "need", "works_away", ("moved_out_on", still(_("lives here"), _("moved out")))]
    search_fields = ["person__name", "person__name_key", "person__phone"]
    list_select_related = ["person", "home__address__village", "home__address__group"]
    verbs = (
        Verb(
            "move_out",
            _("Register the moving out"),
            "update",
            lambda resident, **kwargs: services.move_out(resident=resident, **kwargs),
            form=DayForm,
            offered=lambda resident, user: resident.moved_out_on is None,
        ),
    )
