"""Alarm points with what is installed in them, devices and their secrets, vehicles and cameras, at the desk."""

from dataclasses import replace

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, Subquery
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from posts import services
from posts.admin.common import InventoryAdmin, InventoryForm, read_only_inline
from posts.models import AlarmPoint, Camera, Device, Installation, Vehicle
from posts.services.equipment import take_out
from shengkang.organization import access
from shengkang.organization.desk import ReadOnlyAdmin, Verb, VerbForm
from shengkang.organization.desk_lists import still
from shengkang.organization.desk_parts import OwnVillages, day_field, today
from shengkang.organization.models import User


class PointForm(InventoryForm):
    def clean(self):
        cleaned = super().clean()
        kind = cleaned.get("kind")
        if kind == AlarmPoint.Kind.FIXED:
            for name in ("village", "place"):
                if not cleaned.get(name):
                    self.add_error(name, _("A fixed point stands somewhere: fill this in."))
        elif kind == AlarmPoint.Kind.MOBILE and cleaned.get("latitude") is not None:
            self.add_error("latitude", _("A mobile point drives around: leave the position empty."))
        return cleaned


class InstallForm(VerbForm):
    device = forms.ModelChoiceField(Device.objects.none(), label=_("device"), required=False)
    vehicle = forms.ModelChoiceField(Vehicle.objects.none(), label=_("vehicle"), required=False)
    keeper = forms.ModelChoiceField(User.objects.none(), label=_("keeper or driver"), required=False)
    from_day = day_field(_("from"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        now = self.thing.installations.in_force().first()
        elsewhere = Installation.objects.in_force().exclude(point=self.thing)
        station = self.thing.station_id
        for name, model in (("device", Device), ("vehicle", Vehicle)):
            taken = elsewhere.filter(**{f"{name}__isnull": False}).values(name)
            free = model.objects.filter(station=station, retired_on__isnull=True).exclude(pk__in=taken)
            self.fields[name].queryset = free
            self.fields[name].initial = getattr(now, name, None)
        self.fields["keeper"].queryset = User.objects.filter(station=station, is_active=True).order_by("name")
        self.fields["keeper"].initial = getattr(now, "keeper", None)
        if self.thing.kind == AlarmPoint.Kind.FIXED:
            del self.fields["vehicle"]


IN_USE = still(_("in use"), _("retired"))


def _now(name):
    """What is installed in a point now, by the path of a field."""
    return Subquery(Installation.objects.in_force().filter(point=OuterRef("pk")).values(name)[:1])


@admin.register(AlarmPoint)
class AlarmPointAdmin(InventoryAdmin):
    form = PointForm
    access_object = "alarm_point"
    list_display = ["name", "kind", "village", "place", "device_now", "vehicle_now", "keeper_now", "retired_on"]
    list_filter = ["kind", OwnVillages, ("retired_on", IN_USE)]
    search_fields = ["name", "place", "installations__device__serial", "installations__vehicle__plate"]
    list_select_related = ["village"]
    fields = ["kind", "name", "village", "post", "place", "latitude", "longitude", "retired_on"]
    inlines = [
        read_only_inline(
            Installation, ["device", "vehicle", "keeper", "active_from", "active_to"], ["device", "vehicle", "keeper"]
        )
    ]
    verbs = (
        Verb(
            "install",
            _("Install"),
            "update",
            lambda point, **kwargs: services.install(point=point, **kwargs),
            form=InstallForm,
            offered=lambda point, user: point.retired_on is None,
            tone="main",
            hint=_("The present installation ends on that day; its days are kept."),
        ),
    )

    def get_queryset(self, request):
        now = {
            "device_serial": _now("device__serial"),
            "vehicle_plate": _now("vehicle__plate"),
            "keeper_name": _now("keeper__name"),
        }
        return super().get_queryset(request).annotate(**now)

    @admin.display(description=_("device"))
    def device_now(self, point):
        return point.device_serial

    @admin.display(description=_("vehicle"))
    def vehicle_now(self, point):
        return point.vehicle_plate

    @admin.display(description=_("keeper or driver"))
    def keeper_now(self, point):
        return point.keeper_name


@admin.register(Installation)
class InstallationAdmin(ReadOnlyAdmin):
    access_object = "alarm_point"
    list_display = ["point", "device", "vehicle", "keeper", "active_from", "active_to"]
    list_filter = ["point__kind", ("active_to", still(_("installed"), _("taken out")))]
    search_fields = ["point__name", "device__serial", "vehicle__plate", "keeper__name"]
    list_select_related = ["point", "device", "vehicle", "keeper"]
    ordering = ["-active_from", "-pk"]
    verbs = (
        Verb(
            "take_out",
            _("Take out"),
            "update",
            lambda installation, **kwargs: take_out(installation=installation, **kwargs),
            form=type("TakeOutForm", (VerbForm,), {"on": day_field(_("day"))}),
            offered=lambda installation, user: installation.active_to is None,
            tone="danger",
        ),
    )


class RegisterForm(VerbForm):
    kind = forms.ChoiceField(label=_("kind"), choices=Device.Kind.choices)
    serial = forms.CharField(label=_("serial number"), max_length=40, help_text=_("As it stands on the device."))


class RetireForm(VerbForm):
    on = day_field(_("retired on"))


def _in_use(device, user):
    return device.retired_on is None


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin):
    """A secret is shown in the one answer that made it: no redirect, no message, no receipt holds it."""

    access_object = "device"
    list_display = ["serial", "kind", "point_now", "secret_since", "last_heard_at", "retired_on"]
    list_filter = ["kind", ("retired_on", IN_USE), ("last_heard_at", still(_("never heard"), _("heard"), _("signals")))]
    search_fields = ["serial", "installations__point__name"]
    fields = ["serial", "kind", "point_now", "secret_since", "last_heard_at", "retired_on"]
    opening = Verb(
        "register",
        _("Register a device"),
        "rotate",
        services.register_device,
        access_object="device_secret",
        form=RegisterForm,
        hint=_("The secret is shown once, right after this. Have the device at hand."),
    )
    verbs = (
        Verb(
            "rotate_secret",
            _("Give a new secret"),
            "rotate",
            services.rotate_secret,
            access_object="device_secret",
            offered=_in_use,
            hint=_("The former secret opens until the device used the new one, at most 24 hours."),
        ),
        Verb(
            "retire",
            _("Retire"),
            "rotate",
            lambda device, **kwargs: services.retire_device(device=device, **kwargs),
            access_object="device_secret",
            form=RetireForm,
            offered=_in_use,
            tone="danger",
            hint=_("The device is heard no more from now on."),
        ),
    )

    def get_readonly_fields(self, request, obj=None):
        return self.fields

    def has_add_permission(self, request):
        return request.user.is_active and access.may(request.user, "device_secret", "rotate")

    def get_queryset(self, request):
        now = Installation.objects.in_force().filter(device=OuterRef("pk")).values("point__name")[:1]
        return super().get_queryset(request).annotate(point_name=Subquery(now))

    @admin.display(description=_("alarm point"))
    def point_now(self, device):
        return device.point_name

    def answer_verb(self, request, verb, thing):
        if verb.name not in ("register", "rotate_secret"):
            return super().answer_verb(request, verb, thing)
        made = []

        def register(*, by, at, **fields):
            made.append(services.register_device(station=by.station, by=by, at=at, **fields))
            return made[0][0]

        def rotate(device, **kwargs):
            made.append((device, services.rotate_secret(device=device, **kwargs)))

        call = register if verb.name == "register" else rotate
        response = super().answer_verb(request, replace(verb, call=call), thing)
        # A redirect means that it was done and is kept; the same form sent again has made nothing and just leads to the device.
        return self._show_once(request, verb, *made[0]) if made and response.status_code == 302 else response

    def _show_once(self, request, verb, device, secret):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": verb.label,
            "device": device,
            "secret": secret,
            "hook": request.build_absolute_uri("/hooks/alarms/"),
            "device_url": self.after_verb(request, device),
        }
        return TemplateResponse(request, "admin/posts/device_secret.html", context, headers={"Cache-Control": "no-store"})


@admin.register(Vehicle)
class VehicleAdmin(InventoryAdmin):
    access_object = "alarm_point"
    list_display = ["plate", "kind", "line", "point_now", "retired_on"]
    list_filter = ["kind", ("retired_on", IN_USE)]
    search_fields = ["plate", "line"]
    fields = ["plate", "kind", "line", "retired_on"]

    def get_queryset(self, request):
        now = Installation.objects.in_force().filter(vehicle=OuterRef("pk")).values("point__name")[:1]
        return super().get_queryset(request).annotate(point_name=Subquery(now))

    @admin.display(description=_("alarm point"))
    def point_now(self, vehicle):
        return vehicle.point_name


class WithoutPlace(admin.SimpleListFilter):
    title = _("position")
    parameter_name = "position"

    def lookups(self, request, model_admin):
        return [("none", _("without a position"))]

    def queryset(self, request, queryset):
        return queryset.filter(latitude__isnull=True) if self.value() == "none" else queryset


class CameraForm(InventoryForm):
    def clean_installed_on(self):
        day = self.cleaned_data["installed_on"]
        if day and day > today():
            raise forms.ValidationError(_("This day lies ahead. Enter it on the day itself."))
        if day and self.instance.retired_on and self.instance.retired_on < day:
            raise forms.ValidationError(_("The camera was not removed before it was installed. Compare the two days."))
        return day


@admin.register(Camera)
class CameraAdmin(InventoryAdmin):
    form = CameraForm
    access_object = "camera"
    list_display = ["code", "village", "place", "looks_at", "state", "checked_on"]
    list_filter = ["state", OwnVillages, WithoutPlace]
    search_fields = ["code", "place"]
    list_select_related = ["village"]
    fields = [
        "code",
        "village",
        "place",
        "looks_at",
        "latitude",
        "longitude",
        "installed_on",
        "state",
        "checked_on",
        "retired_on",
    ]
    readonly_fields = ["state", "checked_on", "retired_on"]
    actions = ["mark_working", "mark_broken", "mark_removed"]

    def _mark(self, request, queryset, state):
        count = services.check_cameras(cameras=queryset, state=state, by=request.user, at=timezone.now())
        told = ngettext("%(count)d camera was marked “%(state)s”.", "%(count)d cameras were marked “%(state)s”.", count)
        messages.success(request, told % {"count": count, "state": Camera.State(state).label})

    @admin.action(description=_("Looked at: they work"), permissions=["change"])
    def mark_working(self, request, queryset):
        self._mark(request, queryset, Camera.State.WORKING)

    @admin.action(description=_("Looked at: they are broken"), permissions=["change"])
    def mark_broken(self, request, queryset):
        self._mark(request, queryset, Camera.State.BROKEN)

    @admin.action(description=_("They were removed"), permissions=["change"])
    def mark_removed(self, request, queryset):
        self._mark(request, queryset, Camera.State.REMOVED)
