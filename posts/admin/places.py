"""Posts with their liaisons, and member units, at the desk."""

from django import forms
from django.contrib import admin
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from posts import services
from posts.admin.common import (
    WHERE_HINT,
    InventoryAdmin,
    degrees_field,
    read_only_inline,
)
from posts.models import Liaison, MemberUnit, SecurityPost
from shengkang.organization.desk import ReadOnlyAdmin, Verb, VerbForm
from shengkang.organization.desk_lists import still
from shengkang.organization.desk_parts import OwnVillages, day_field
from shengkang.organization.models import Unit, User
from shengkang.organization.selectors import villages_of


class OpenForm(VerbForm):
    name = forms.CharField(label=pgettext_lazy("post", "name"), max_length=60)
    kind = forms.ChoiceField(label=_("kind"), choices=SecurityPost.Kind.choices)
    village = forms.ModelChoiceField(Unit.objects.none(), label=_("village or community"))
    place = forms.CharField(label=_("place"), max_length=120)
    latitude = degrees_field(_("latitude"), help_text=WHERE_HINT)
    longitude = degrees_field(_("longitude"))
    radius = forms.IntegerField(label=_("radius in metres"), initial=100, min_value=20, max_value=2000)
    gear = forms.CharField(label=_("gear"), max_length=200, required=False)
    phone = forms.CharField(label=_("telephone"), max_length=20, required=False)
    active_from = day_field(_("in service from"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = villages_of(self.user.station)


class AppointForm(VerbForm):
    user = forms.ModelChoiceField(User.objects.none(), label=_("account"))
    from_day = day_field(_("from"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        serving = self.thing.liaisons.in_force().values("user")
        colleagues = User.objects.filter(station=self.user.station_id, is_active=True)
        self.fields["user"].queryset = colleagues.exclude(pk__in=serving).order_by("name")


class OnForm(VerbForm):
    on = day_field(_("day"))


def _in_service(post, user):
    return post.active_to is None


@admin.register(SecurityPost)
class SecurityPostAdmin(InventoryAdmin):
    access_object = "security_post"
    list_display = ["name", "kind", "village", "place", "liaisons_now", "units_now", "points_now", "active_to"]
    list_filter = ["kind", OwnVillages, ("active_to", still(_("in service"), _("out of service")))]
    search_fields = ["name", "place", "liaisons__user__name"]
    list_select_related = ["village"]
    fields = ["name", "kind", "village", "place", "latitude", "longitude", "radius", "gear", "phone", "active_from", "active_to"]
    readonly_fields = ["active_from", "active_to"]
    inlines = [read_only_inline(Liaison, ["user", "active_from", "active_to"], ["user"])]
    opening = Verb(
        "open",
        _("Open a post"),
        "update",
        lambda *, by, at, **fields: services.open_post(station=by.station, by=by, at=at, **fields),
        form=OpenForm,
    )
    verbs = (
        Verb(
            "appoint",
            _("Appoint a liaison"),
            "update",
            lambda post, **kwargs: services.appoint_liaison(post=post, **kwargs),
            form=AppointForm,
            offered=_in_service,
            tone="main",
            hint=_("Open an account first; the role of a liaison comes with the appointment."),
        ),
        Verb(
            "close",
            _("Take the post out of service"),
            "update",
            lambda post, **kwargs: services.close_post(post=post, **kwargs),
            form=OnForm,
            offered=_in_service,
            tone="danger",
            hint=_("The terms of its liaisons end with it."),
        ),
    )

    def get_queryset(self, request):
        counted = {
            "liaisons_counted": Count("liaisons", filter=Q(liaisons__active_to__isnull=True), distinct=True),
            "units_counted": Count("member_units", filter=Q(member_units__left_on__isnull=True), distinct=True),
            "points_counted": Count("alarm_points", filter=Q(alarm_points__retired_on__isnull=True), distinct=True),
        }
        return super().get_queryset(request).annotate(**counted)

    @admin.display(description=_("liaisons of posts"), ordering="liaisons_counted")
    def liaisons_now(self, post):
        return post.liaisons_counted

    @admin.display(description=_("member units"), ordering="units_counted")
    def units_now(self, post):
        return post.units_counted

    @admin.display(description=_("alarm points"), ordering="points_counted")
    def points_now(self, post):
        return post.points_counted


@admin.register(Liaison)
class LiaisonAdmin(ReadOnlyAdmin):
    access_object = "security_post"
    list_display = ["user", "post", "active_from", "active_to"]
    list_filter = [("active_to", still(_("serving"), _("no longer serving")))]
    search_fields = ["user__name", "user__phone", "post__name"]
    list_select_related = ["user", "post"]
    verbs = (
        Verb(
            "end",
            _("End the service"),
            "update",
            lambda liaison, **kwargs: services.end_liaison(liaison=liaison, **kwargs),
            form=OnForm,
            offered=lambda liaison, user: liaison.active_to is None,
            tone="danger",
        ),
    )


@admin.register(MemberUnit)
class MemberUnitAdmin(InventoryAdmin):
    access_object = "member_unit"
    list_display = ["name", "kind", "village", "post", "contact", "phone", "left_on"]
    list_filter = ["kind", OwnVillages, ("left_on", still(_("on the list"), _("left the list")))]
    search_fields = ["name", "place", "contact", "phone"]
    list_select_related = ["village", "post"]
    fields = ["name", "kind", "village", "post", "place", "contact", "phone", "left_on"]
