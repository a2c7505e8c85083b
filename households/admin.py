"""Homes, residents, heads and what they saw, at the desk."""

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from households import services
from households.models import Assignment, Home, HouseholdHead, Resident, Sighting, Visit
from shengkang.audit import services as audit
from shengkang.organization.desk import ReadOnlyAdmin, Verb, VerbForm
from shengkang.organization.models import Unit, User
from shengkang.organization.selectors import day_of, people_matching, villages_of


def today():
    return day_of(timezone.now())


def day_field(label):
    return forms.DateField(label=label, initial=today, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


class OwnVillages(admin.SimpleListFilter):
    """The villages of one's own station. Subclasses name the path to the village."""

    title = _("village or community")
    parameter_name = "village"
    path = "village"

    def lookups(self, request, model_admin):
        return [(str(village.pk), str(village)) for village in villages_of(request.user.station)]

    def queryset(self, request, queryset):
        return queryset.filter(**{self.path: self.value()}) if (self.value() or "").isdigit() else queryset


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


class DayForm(VerbForm):
    on = day_field(_("day"))


class AppointForm(VerbForm):
    user = forms.ModelChoiceField(User.objects.none(), label=_("account"))
    village = forms.ModelChoiceField(Unit.objects.none(), label=_("village or community"))
    from_day = day_field(_("appointed on"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        serving = HouseholdHead.objects.active().filter(station=self.user.station_id)
        colleagues = User.objects.filter(station=self.user.station_id, is_active=True, is_staff=False)
        self.fields["user"].queryset = colleagues.exclude(pk__in=serving.values("user")).order_by("name")
        self.fields["village"].queryset = villages_of(self.user.station)


class HomesField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, home):
        return f"{home.address.group or ''}{home.address.door} {home.householder}"


class AssignForm(VerbForm):
    homes = HomesField(Home.objects.none(), label=_("homes of the village without a head"))
    from_day = day_field(_("from"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        free = Home.objects.visible_to(self.user).without_head().filter(address__village=self.thing.village_id)
        self.fields["homes"].queryset = free.select_related("address__group").door_after_door()


class HandOverForm(VerbForm):
    to_head = forms.ModelChoiceField(HouseholdHead.objects.none(), label=_("to"))
    homes = HomesField(Home.objects.none(), label=pgettext_lazy("dwelling", "homes"))
    on = day_field(_("from"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        serving = HouseholdHead.objects.visible_to(self.user).active().exclude(pk=self.thing.pk).select_related("user")
        self.fields["to_head"].queryset = serving.order_by("user__name")
        mine = Home.objects.filter(pk__in=self.thing.assignments.in_force().values("home"))
        self.fields["homes"].queryset = mine.select_related("address__group").door_after_door()


class ResidentInline(admin.TabularInline):
    model = Resident
    extra = 0
    can_delete = False
    fields = readonly_fields = ["person", "need", "works_away", "moved_in_on", "moved_out_on"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("person")

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Home)
class HomeAdmin(ReadOnlyAdmin):
    access_object = "household"
    add_action = "create"
    list_display = ["address", "householder", "head_now"]
    list_filter = [HomeVillages, WithoutHead]
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
    list_filter = [ResidentVillages, "need", "works_away", ("moved_out_on", admin.EmptyFieldListFilter)]
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


def _serves(head, user):
    return head.active_to is None


@admin.register(HouseholdHead)
class HeadAdmin(ReadOnlyAdmin):
    access_object = "household"
    add_action = "reassign_head"
    list_display = ["user", "village", "homes_now", "active_from", "active_to"]
    list_filter = [OwnVillages, ("active_to", admin.EmptyFieldListFilter)]
    search_fields = ["user__name", "user__phone"]
    list_select_related = ["user", "village"]
    fields = ["user", "village", "homes_now", "active_from", "active_to"]
    opening = Verb(
        "appoint",
        _("Appoint a head"),
        "reassign_head",
        lambda **fields: services.appoint_head(**fields),
        form=AppointForm,
        hint=_("Open an account first; the role comes with the appointment."),
    )
    verbs = (
        Verb(
            "assign",
            _("Assign homes"),
            "reassign_head",
            lambda head, **kwargs: services.assign_homes(head=head, **kwargs),
            form=AssignForm,
            offered=_serves,
            tone="main",
        ),
        Verb(
            "hand_over",
            _("Hand homes over"),
            "reassign_head",
            lambda head, **kwargs: services.hand_over_homes(from_head=head, **kwargs),
            form=HandOverForm,
            offered=_serves,
        ),
        Verb(
            "end_term",
            _("End the term"),
            "reassign_head",
            lambda head, **kwargs: services.end_term(head=head, **kwargs),
            form=DayForm,
            offered=_serves,
            tone="danger",
            hint=_("Homes not handed over before are then without a head."),
        ),
    )

    def get_readonly_fields(self, request, obj=None):
        return self.fields

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(homes=Count("assignments", filter=Q(assignments__active_to__isnull=True)))

    @admin.display(description=pgettext_lazy("dwelling", "homes"), ordering="homes")
    def homes_now(self, head):
        return head.homes


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    access_object = "household"
    list_display = ["head", "home", "active_from", "active_to"]
    list_filter = [("active_to", admin.EmptyFieldListFilter)]
    search_fields = ["head__user__name", "home__householder", "home__address__door"]
    list_select_related = ["head__user", "home__address__village", "home__address__group"]
    ordering = ["-pk"]


@admin.register(Sighting)
class SightingAdmin(ReadOnlyAdmin):
    access_object, view_action = "sighting", "read"
    list_display = ["at", "kind", "village", "by", "case"]
    list_filter = ["kind", OwnVillages]
    search_fields = ["by__name", "case__no"]
    date_hierarchy = "at"
    list_select_related = ["village", "by", "case"]

    def note_look(self, request, thing):
        if thing.case_id:
            audit.note_look(what="sighting", about=thing, by=request.user, at=timezone.now())


@admin.register(Visit)
class VisitAdmin(ReadOnlyAdmin):
    access_object = "visit"
    list_display = ["at", "home", "kind", "by", "note"]
    list_filter = ["kind"]
    search_fields = ["by__name", "home__householder", "home__address__door"]
    date_hierarchy = "at"
    list_select_related = ["home__address__village", "home__address__group", "by"]
