"""The training log at the desk."""

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from households import services
from households.admin.common import table
from households.models import HouseholdHead, Training
from shengkang.attachments.selectors import files_of
from shengkang.organization.desk import ReadOnlyAdmin, Verb, VerbForm
from shengkang.organization.desk_parts import day_field, moment
from shengkang.portal.pages import Photos


class HeadsField(forms.ModelMultipleChoiceField):
    """Serving heads as boxes to tick, village by village."""

    widget = forms.CheckboxSelectMultiple(attrs={"class": "choices-groups"})

    def offer(self, queryset):
        self.queryset = queryset = queryset.select_related("user", "village").order_by("village__code", "user__name")
        villages: dict[str, list] = {}
        for head in queryset:
            villages.setdefault(head.village.name, []).append((head.pk, head.user.name))
        self.choices = list(villages.items())


class HoldForm(VerbForm):
    title = forms.CharField(label=_("subject"), max_length=80)
    held_on = day_field(_("held on"))
    hours = forms.DecimalField(label=_("hours"), min_value=0, max_value=24, decimal_places=1, max_digits=3, initial=2)
    place = forms.CharField(label=_("place"), max_length=80, required=False)
    teacher = forms.CharField(label=_("teacher"), max_length=40, required=False)
    heads = HeadsField(HouseholdHead.objects.none(), label=_("who came"))
    photos = Photos(label=_("photo of the signed paper"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["heads"].offer(HouseholdHead.objects.visible_to(self.user).active())


class FurtherForm(VerbForm):
    heads = HeadsField(HouseholdHead.objects.none(), label=_("who came"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        there = self.thing.records.values("head")
        self.fields["heads"].offer(HouseholdHead.objects.visible_to(self.user).active().exclude(pk__in=there))


@admin.register(Training)
class TrainingAdmin(ReadOnlyAdmin):
    access_object, add_action = "training", "manage"
    list_display = ["title", "held_on", "hours", "place", "teacher", "came"]
    search_fields = ["title", "teacher"]
    date_hierarchy = "held_on"
    fields = ["title", "held_on", "hours", "place", "teacher"]
    opening = Verb(
        "hold",
        _("Record a training"),
        "manage",
        lambda *, by, at, **fields: services.hold_training(station=by.station, by=by, at=at, **fields),
        form=HoldForm,
    )
    verbs = (
        Verb(
            "add_heads",
            _("Add who also came"),
            "manage",
            lambda training, **kwargs: services.add_to_training(training=training, **kwargs),
            form=FurtherForm,
        ),
    )

    def get_readonly_fields(self, request, obj=None):
        return self.fields

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(heads=Count("records"))

    @admin.display(description=_("heads who came"), ordering="heads")
    def came(self, training):
        return training.heads

    def change_view(self, request, object_id, form_url="", extra_context=None):
        training = self.get_object(request, object_id)
        shown = {}
        if training is not None:
            records = training.records.select_related("head__user", "head__village", "by").order_by("head__village__code", "pk")
            rows = [(each.head.user.name, each.head.village.name, each.by.name, moment(each.at)) for each in records]
            columns = [_("hundred-household head"), _("village or community"), _("written down by"), _("at")]
            shown = {"sections": [{"title": _("heads who came"), **table(columns, rows)}], "files": files_of(training)}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})
