"""The few fields of each step, in the words of the paper forms. Shape is checked here, law in the services."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shengkang.cases.forms import NoneOfThese
from shengkang.cases.models import Category, DisputeCase, FollowUp, Obligation, Party
from shengkang.cases.services import PartyDetails
from shengkang.cases.services.moving import MEDIATES, TAKES_CHARGE
from shengkang.organization.access import Role
from shengkang.organization.desk import VerbForm
from shengkang.organization.desk_parts import lines
from shengkang.organization.models import User
from shengkang.organization.selectors import villages_of
from shengkang.portal.pages import PhoneForm, Photos

OBLIGATIONS = 3
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


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


class RegisterForm(PhoneForm):
    """A dispute as it was told at the desk or on the telephone. Who settled it at once writes down how."""

    village = forms.ModelChoiceField(None, label=_("village or community"))
    category = forms.ModelChoiceField(Category.objects.all(), label=_("category"))
    channel = forms.ChoiceField(choices=DisputeCase.Channel.choices, label=_("channel"))
    story = forms.CharField(max_length=2000, widget=lines(5), label=_("what happened"))
    place = forms.CharField(max_length=120, required=False, label=_("place"))
    first_name = forms.CharField(max_length=40, required=False, label=_("first party"), help_text=_("name as it was told"))
    first_phone = forms.CharField(max_length=20, required=False, label=_("telephone of the first party"))
    second_name = forms.CharField(max_length=40, required=False, label=_("second party"))
    second_phone = forms.CharField(max_length=20, required=False, label=_("telephone of the second party"))
    photos = Photos(label=_("photos"))
    terms = forms.CharField(
        max_length=2000,
        required=False,
        widget=lines(2),
        label=_("settled on the spot"),
        help_text=_("Only if you have just settled it yourself: what both sides agreed to."),
    )
    answers = NoneOfThese(required=False)
    restricted = forms.BooleanField(
        required=False,
        label=_("protected case"),
        help_text=_("Suspected domestic violence or harm to a minor: seen by the chief and those involved only, never mediated."),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = villages_of(user.station)
        self.fields["channel"].initial = DisputeCase.Channel.VISIT

    def clean(self):
        """Who settled it on the spot has read the questions of the gate."""
        told = super().clean()
        if told.get("terms") and not told.get("answers"):
            self.add_error("answers", self.fields["answers"].error_messages["required"])
        return told

    def parties(self) -> list[PartyDetails]:
        told = self.cleaned_data
        sides = ((Party.Side.FIRST, "first"), (Party.Side.SECOND, "second"))
        return [PartyDetails(side, told[f"{each}_name"], told[f"{each}_phone"]) for side, each in sides if told[f"{each}_name"]]


class AcceptForm(VerbForm):
    risk = forms.ChoiceField(choices=DisputeCase.Risk.choices, label=_("risk"), widget=forms.RadioSelect)
    grade = forms.ChoiceField(
        choices=DisputeCase.Grade.choices,
        label=_("grade"),
        widget=forms.RadioSelect,
        help_text=_("Simple: 1 working day, ordinary: 7, complex: 20."),
    )
    officer = Officers(required=False)
    reason = forms.CharField(max_length=300, required=False, label=_("reason"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["officer"].of(self.thing.station)
        self.fields["officer"].initial = self.thing.officer_id or self.user.pk


class AssignForm(VerbForm):
    officer = Officers()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["officer"].of(self.thing.station)
        self.fields["officer"].initial = self.thing.officer_id


class SessionForm(VerbForm):
    held_at = forms.DateTimeField(
        label=_("held at"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    place = forms.CharField(max_length=120, label=_("place"))
    mediators = forms.ModelMultipleChoiceField(None, label=_("mediators"), widget=forms.CheckboxSelectMultiple)
    record = forms.CharField(max_length=4000, widget=lines(8), label=_("record"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        case = self.thing
        near = staff_of(case.station, MEDIATES)
        self.fields["mediators"].queryset = (
            near.filter(pk=case.mediator_id) | near.filter(is_staff=True) | near.filter(memberships__unit=case.village)
        )
        self.fields["mediators"].initial = [case.mediator_id]
        self.fields["held_at"].initial = timezone.localtime().replace(second=0)
        self.fields["place"].initial = case.place


class AgreementForm(VerbForm):
    facts = forms.CharField(max_length=4000, widget=lines(4), label=_("facts and matters in dispute"))
    terms = forms.CharField(max_length=4000, widget=lines(4), label=_("what was agreed"))
    oral = forms.BooleanField(required=False, label=_("oral agreement"))
    effective_on = forms.DateField(widget=DAY, label=_("takes effect on"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["facts"].initial = self.thing.story
        self.fields["effective_on"].initial = timezone.localdate()
        for no in range(1, OBLIGATIONS + 1):
            self.fields[f"what_{no}"] = forms.CharField(
                max_length=200, required=False, label=_("obligation %(no)s: what is to be done") % {"no": no}
            )
            self.fields[f"due_on_{no}"] = forms.DateField(
                required=False, widget=DAY, label=_("obligation %(no)s: due on") % {"no": no}
            )

    def clean(self):
        given = super().clean()
        obligations = []
        for no in range(1, OBLIGATIONS + 1):
            what, due_on = given.pop(f"what_{no}", ""), given.pop(f"due_on_{no}", None)
            if bool(what) != bool(due_on) and not self.errors.keys() & {f"what_{no}", f"due_on_{no}"}:
                self.add_error(f"due_on_{no}" if what else f"what_{no}", _("An obligation needs both: what, and by which day."))
            elif what and due_on:
                obligations.append((what, due_on))
        return given | {"obligations": obligations}


class FollowUpForm(VerbForm):
    outcome = forms.ChoiceField(choices=FollowUp.Outcome.choices, widget=forms.RadioSelect, label=_("outcome"))
    note = forms.CharField(max_length=500, required=False, widget=lines(2), label=_("note"))


class PerformanceForm(VerbForm):
    obligation = forms.ModelChoiceField(None, label=_("obligation"))
    performed_on = forms.DateField(widget=DAY, label=_("performed on"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["obligation"].queryset = Obligation.objects.open().filter(agreement__case=self.thing)
        self.fields["performed_on"].initial = timezone.localdate()


class ReferForm(VerbForm):
    to_whom = forms.CharField(
        max_length=60, label=_("referred to"), help_text=_("for example the court, the justice office, criminal police")
    )
    # Shorter than elsewhere: the step notes both.
    reason = forms.CharField(max_length=400, widget=lines(), label=_("reason"))


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
        self.fields["village"].queryset = villages_of(self.thing.station)
        if not self.thing.grade:  # graded by its own step
            del self.fields["risk"], self.fields["grade"]
        if self.thing.restricted and Role.STATION_CHIEF not in self.user.roles:
            del self.fields["restricted"]
        for name in self.fields.keys() - {"reason"}:
            self.fields[name].initial = getattr(self.thing, name)


class AttachForm(VerbForm):
    upload = forms.FileField(label=_("photo or PDF"), widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}))
    title = forms.CharField(max_length=120, required=False, label=_("title"))
