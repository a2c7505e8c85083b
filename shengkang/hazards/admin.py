"""Hazards at the desk: a list by what needs a hand, a page with the photos from before and after, a verb for each step."""

from django import forms
from django.contrib import admin
from django.db.models import Q, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.hazards import selectors, services, sheet
from shengkang.hazards.models import Hazard, HazardGroup
from shengkang.organization.desk import StationAdmin, Verb, VerbForm
from shengkang.organization.desk_parts import OwnVillages, ReasonForm, badge, lines
from shengkang.organization.models import User
from shengkang.organization.selectors import villages_of
from shengkang.portal.pages import Photos


class RegisterForm(VerbForm):
    """A hazard as it was told at the desk or on the telephone."""

    village = forms.ModelChoiceField(None, label=_("village or community"))
    group = forms.ModelChoiceField(HazardGroup.objects.all(), label=_("hazard group"))
    level = forms.ChoiceField(
        label=pgettext_lazy("hazard", "level"),
        choices=Hazard.Level.choices,
        widget=forms.RadioSelect,
        help_text=_("At once: two hours. Same day: until midnight. Ordinary: seven working days."),
    )
    channel = forms.ChoiceField(label=_("found through"), choices=Hazard.Channel.choices, initial=Hazard.Channel.STATION)
    place = forms.CharField(label=_("place"), max_length=120)
    text = forms.CharField(label=_("what is dangerous"), max_length=1000, widget=lines())
    answers_for_it = forms.CharField(
        label=_("who answers for it"), max_length=80, required=False, help_text=_("A household, a company, the village.")
    )
    photos = Photos(label=_("Photos from before"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = villages_of(self.user.station)


class AssignForm(VerbForm):
    to = forms.ModelChoiceField(None, label=_("to be put right by"))
    note = forms.CharField(label=_("note"), max_length=500, required=False, widget=lines())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        village, field = self.thing.village, self.fields["to"]
        fit = selectors.who_may_put_right(self.thing.station_id)
        near = Q(is_staff=True) | Q(memberships__unit=village) | Q(pk=self.thing.found_by_id)
        field.queryset = fit.filter(pk__in=User.objects.filter(near).values("pk")).order_by("name")
        groups = {_("of this village"): [], _("of the station"): []}
        of_village, of_station = groups.values()
        for user in field.queryset.prefetch_related("memberships"):
            held = " / ".join(dict.fromkeys(str(each.get_role_display()) for each in user.memberships.all()))
            (of_station if user.is_staff else of_village).append((user.pk, f"{user.name} · {held}"))
        field.choices = [("", "---------"), *((name, people) for name, people in groups.items() if people)]


class PutRightForm(VerbForm):
    photos = Photos(label=_("Photos from afterwards"), help_text=_("At least one, taken from where the first photo was taken."))
    note = forms.CharField(label=_("What was done?"), max_length=500, required=False, widget=lines())


class LookForm(VerbForm):
    note = forms.CharField(label=_("What did you see?"), max_length=500, required=False, widget=lines())
    photos = Photos(label=_("Photos"))


class SendBackForm(VerbForm):
    note = forms.CharField(label=_("what is still wrong"), max_length=500, widget=lines())
    photos = Photos(label=_("Photos"))


def _step(move, label, call, **kwargs):
    """The button of a move: offered where the table lists it, lawful by the line of the matrix the move asks."""
    action = selectors.ACTIONS[move]
    return Verb(
        name=move,
        label=label,
        action=action,
        call=lambda hazard, **given: call(hazard=hazard, **given),
        offered=lambda hazard, user: selectors.may_move(user, hazard, move),
        entrusted=lambda hazard, user: selectors.may(user, hazard, action),
        **kwargs,
    )


class HandFilter(admin.SimpleListFilter):
    """The same lists as the panels of the front page."""

    title = _("needs a hand now")
    parameter_name = "hand"

    def lookups(self, request, model_admin):
        return [
            ("any", _("anything that waits")),
            ("unassigned", _("to be assigned")),
            ("overdue", _("overdue")),
            ("look_again", _("to be looked at again")),
        ]

    def queryset(self, request, queryset):
        wanted = selectors.HANDS.get(self.value())
        return wanted(queryset, timezone.now()) if wanted else queryset


class WhoseFilter(admin.SimpleListFilter):
    title = _("whose")
    parameter_name = "whose"

    def lookups(self, request, model_admin):
        return [("mine", _("for me to put right")), ("found", _("found by me"))]

    def queryset(self, request, queryset):
        of = {"mine": Q(assigned_to=request.user), "found": Q(found_by=request.user)}.get(self.value())
        return queryset.filter(of) if of else queryset


@admin.register(Hazard)
class HazardAdmin(StationAdmin):
    access_object = "hazard"
    add_action = "create"
    list_display = ("what", "state", "degree", "limit", "village", "assigned_to", "found_at")
    list_select_related = ("group", "village", "assigned_to")
    list_filter = (HandFilter, WhoseFilter, "status", "level", OwnVillages, "group", ("found_at", admin.DateFieldListFilter))
    search_fields = ("place", "text", "answers_for_it", "found_by__name", "assigned_to__name")
    search_help_text = _("place, what is dangerous, who answers for it, who found it or puts it right")
    sortable_by = ("found_at", "limit")
    show_facets = admin.ShowFacets.NEVER
    fields = ()
    opening = Verb(
        "register",
        _("Register a hazard"),
        "create",
        lambda *, by, at, **fields: services.find_hazard(station=by.station, by=by, at=at, **fields),
        form=RegisterForm,
        hint=_("What is dangerous at once is told to all officers."),
        done=_("The hazard is registered. Give it to somebody who puts it right."),
    )
    verbs = (
        _step("assign", _("Give to somebody"), services.assign_hazard, form=AssignForm, tone="main"),
        _step("put_right", _("Put right"), services.put_right, form=PutRightForm),
        _step(
            "look_again",
            _("Looked again: it is gone"),
            lambda **given: services.look_again(fine=True, **given),
            form=LookForm,
            tone="main",
            hint=_("This closes the hazard; the finder is thanked and gets the credit."),
        ),
        _step(
            "send_back",
            _("Send back"),
            lambda **given: services.look_again(fine=False, **given),
            form=SendBackForm,
            hint=_("It goes back to the one who was to put it right, with a new limit."),
        ),
        _step(
            "dismiss",
            _("It is no hazard"),
            services.dismiss_hazard,
            form=ReasonForm,
            tone="danger",
            hint=_("The finder reads the reason."),
        ),
        _step("reopen", _("It came back"), services.reopen_hazard, form=ReasonForm, tone="danger"),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("group", "village", "found_by", "assigned_to", "station")

    def get_fieldsets(self, request, obj=None):
        return []

    @admin.display(description=pgettext_lazy("hazard", "group and place"))
    def what(self, hazard):
        return hazard

    @admin.display(description=_("state"))
    def state(self, hazard):
        return badge(hazard.get_status_display(), selectors.STATE_TONES.get(hazard.status, ""))

    @admin.display(description=pgettext_lazy("hazard", "level"))
    def degree(self, hazard):
        at_once = hazard.level == Hazard.Level.AT_ONCE
        return badge(hazard.get_level_display(), selectors.LEVEL_TONES.get(hazard.level, ""), "" if at_once else "none")

    @admin.display(description=_("limit"), ordering="due_at")
    def limit(self, hazard):
        late, tone = selectors.lateness(hazard, timezone.now())
        return badge(late, tone, "" if tone else "none")

    def change_view(self, request, object_id, form_url="", extra_context=None):
        hazard, shown = self.get_object(request, object_id), {}
        if hazard is not None:
            prefetch_related_objects([hazard], "steps__by")
            state = {
                "label": _("state"),
                "value": hazard.get_status_display(),
                "tone": selectors.STATE_TONES.get(hazard.status, "note"),
                "mark": "none",
            }
            before, after = sheet.photos(hazard)
            shown = {
                "facts": [state, *sheet.facts(hazard, timezone.now())],
                "steps": sheet.steps(hazard),
                "before": before,
                "after": after,
            }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})


@admin.register(HazardGroup)
class HazardGroupAdmin(StationAdmin):
    access_object = "hazard_group"
    change_action = "update"
    list_display = ("code", "name", "examples")
    readonly_fields = ("code",)
