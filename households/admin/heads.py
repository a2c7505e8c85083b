"""Heads, their terms and their homes, at the desk."""

from django import forms
from django.contrib import admin
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from households import services
from households.admin.common import DayForm, OwnVillages, day_field
from households.models import Assignment, Home, HouseholdHead
from shengkang.organization.desk import ReadOnlyAdmin, Verb, VerbForm
from shengkang.organization.models import Unit, User
from shengkang.organization.selectors import villages_of


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
