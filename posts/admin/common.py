"""What the pages of the inventory share: positions that are checked, rows shown below a thing, and the deed written down."""

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from posts.services.places import must_be_on_earth
from posts.services.refusals import PlaceRefused
from shengkang.audit import services as audit
from shengkang.organization.desk import StationAdmin
from shengkang.organization.desk_parts import ReadOnlyInline
from shengkang.organization.selectors import villages_of

WHERE_HINT = _(
    "Degrees of WGS 84 as GPS shows them, for example 32.130 and 111.560; points from Chinese map sites lie some 500 m off."
)


def degrees_field(label, **kwargs):
    return forms.FloatField(label=label, required=False, **kwargs)


class InventoryForm(forms.ModelForm):
    """A row of one's own station: names are checked against its other rows, and positions lie on earth."""

    user = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.instance.station = self.user.station
        if "latitude" in self.fields:
            self.fields["latitude"].help_text = WHERE_HINT

    def clean(self):
        cleaned = super().clean()
        try:
            must_be_on_earth(cleaned.get("latitude"), cleaned.get("longitude"))
        except PlaceRefused as refusal:
            self.add_error("latitude", str(refusal))
        return cleaned

    def _get_validation_exclusions(self):
        # The station stands in no field, but a name is unique within it.
        return super()._get_validation_exclusions() - {"station"}


class InventoryAdmin(StationAdmin):
    """Rows that the desk adds and corrects; what was done is written down."""

    form = InventoryForm
    add_action = change_action = "update"
    show_facets = admin.ShowFacets.ALWAYS

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"user": request.user})

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "village":
            kwargs["queryset"] = villages_of(request.user.station)
        elif db_field.name != "station":
            kwargs["queryset"] = db_field.related_model._default_manager.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        verb = f"{'change' if change else 'add'}_{obj._meta.model_name}"
        audit.note_deed(verb=verb, about=obj, by=request.user, at=timezone.now(), detail={"fields": form.changed_data})


def read_only_inline(model, fields, related=(), **more):
    """Rows of another model below a thing, as a table nobody edits. `related` are its foreign keys that are shown."""

    class Inline(ReadOnlyInline):
        def get_queryset(self, request):
            return super().get_queryset(request).select_related(*related)

    return type(f"{model.__name__}Inline", (Inline,), {"model": model, "fields": fields, "readonly_fields": fields, **more})
