"""The few fields of each step, in the words of the paper forms. Shape is checked here, law in the services."""

from django import forms
from django.utils.translation import gettext_lazy as _

from shengkang.cases.admin.forms.register import both_or_none, facts_fields
from shengkang.cases.models import Category, DisputeCase
from shengkang.cases.services.moving import TAKES_CHARGE
from shengkang.organization.access import Role
from shengkang.organization.desk import VerbForm
from shengkang.organization.desk_parts import lines
from shengkang.organization.models import User
from shengkang.organization.selectors import villages_of


def staff_of(station, roles):
    """Active accounts of a station that hold one of `roles`, with what they hold."""
    held = User.objects.filter(is_active=True, station=station, memberships__role__in=roles)
    return held.distinct().order_by("name").prefetch_related("memberships__unit")


def grouped(people, village) -> list:
    """Choices in the order one looks for them: the village's own people, the station's, all others."""
    groups = {_("of this village"): [], _("of the station"): [], _("of other villages"): []}
    near, station, others = groups.values()
    for user in people:
        held = user.memberships.all()
        label = f"{user.name} · {' / '.join(sorted({str(each.get_role_display()) for each in held}))}"
        if any(each.unit_id == village.pk for each in held):
            near.append((user.pk, label))
        elif user.is_staff:
            station.append((user.pk, label))
        else:
            others.append((user.pk, label))
    return [(name, choices) for name, choices in groups.items() if choices]


class Officers(forms.ModelChoiceField):
    """Those of the station who may be in charge."""

    def __init__(self, **kwargs):
        super().__init__(User.objects.none(), label=_("officer in charge"), **kwargs)

    def of(self, station):
        self.queryset = staff_of(station, TAKES_CHARGE)


class AssignForm(VerbForm):
    officer = Officers()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["officer"].of(self.thing.station)
        self.fields["officer"].initial = self.thing.officer_id


class CorrectForm(VerbForm):
    village = forms.ModelChoiceField(None, label=_("village or community"))
    category = forms.ModelChoiceField(Category.objects.all(), label=_("category"))
    channel = forms.ChoiceField(choices=DisputeCase.Channel.choices, label=_("channel"))
    place = forms.CharField(max_length=120, required=False, label=_("place"))
    story = forms.CharField(max_length=2000, widget=lines(5), label=_("what happened"))
    risk = forms.ChoiceField(choices=DisputeCase.Risk.choices, required=False, label=_("risk"))
    grade = forms.ChoiceField(choices=DisputeCase.Grade.choices, required=False, label=_("grade"))
    restricted = forms.BooleanField(required=False, label=_("protected case"))
    reason = forms.CharField(max_length=300, label=_("reason"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields |= facts_fields()
        self.order_fields(["village", "category", "police_class", "channel", "scale", "place", "latitude", "longitude", "story"])
        self.fields["village"].queryset = villages_of(self.thing.station)
        if not self.thing.grade:  # graded by its own step
            del self.fields["risk"], self.fields["grade"]
        if self.thing.restricted and Role.STATION_CHIEF not in self.user.roles:
            del self.fields["restricted"]
        for name in self.fields.keys() - {"reason"}:
            self.fields[name].initial = getattr(self.thing, name)

    def clean(self):
        cleaned = super().clean()
        both_or_none(self, cleaned)
        return cleaned | {"scale": cleaned.get("scale") or self.thing.scale}


class AttachForm(VerbForm):
    upload = forms.FileField(label=_("photo or PDF"), widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}))
    title = forms.CharField(max_length=120, required=False, label=_("title"))
