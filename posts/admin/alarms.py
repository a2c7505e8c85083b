"""Alarms at the desk: find one, see its life, write a note, close it with a code, take a closing back; and enter a call that came by telephone."""

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from posts import mapping, selectors, services, showing
from posts.models import Alarm, SecurityPost
from posts.moves import OPEN, Status
from shengkang.audit import services as audit
from shengkang.cases.models import Category, DisputeCase
from shengkang.organization.desk import ReadOnlyAdmin, Verb, VerbForm
from shengkang.organization.desk_parts import OwnVillages, ReasonForm, badge, lines
from shengkang.organization.models import Unit
from shengkang.organization.selectors import villages_of


class StillOpen(admin.SimpleListFilter):
    title = gettext_lazy("open or closed")
    parameter_name = "open"

    def lookups(self, request, model_admin):
        return [
            ("waiting", _("nobody has acknowledged")),
            ("open", pgettext_lazy("alarm", "open")),
            ("closed", pgettext_lazy("alarm", "closed")),
        ]

    def queryset(self, request, queryset):
        if self.value() == "waiting":
            return queryset.waiting()
        if self.value() == "open":
            return queryset.open()
        return queryset.exclude(status__in=OPEN) if self.value() == "closed" else queryset


class CallForm(VerbForm):
    """A call for help that came by telephone or over the counter."""

    kind = forms.ChoiceField(
        label=gettext_lazy("kind"), choices=Alarm.Kind.choices, initial=Alarm.Kind.HELP, widget=forms.RadioSelect
    )
    place = forms.CharField(
        label=gettext_lazy("place"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Shop, door, road and kilometre; what the caller says."),
    )
    post = forms.ModelChoiceField(
        SecurityPost.objects.none(),
        label=gettext_lazy("nearest post"),
        required=False,
        help_text=gettext_lazy("Gives the alarm its place on the map and tells the people around it."),
    )
    text = forms.CharField(
        label=pgettext_lazy("alarm", "what happened"),
        max_length=500,
        required=False,
        widget=lines(2),
        help_text=gettext_lazy("Who calls, from which number, is anybody hurt?"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = SecurityPost.objects.visible_to(self.user).active().order_by("name")

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("place") and not cleaned.get("post"):
            self.add_error("place", _("Write where it is, or choose the nearest post."))
        return cleaned


class NoteForm(VerbForm):
    note = forms.CharField(label=gettext_lazy("note"), max_length=500, widget=lines())


class CloseForm(VerbForm):
    code = forms.ChoiceField(
        label=gettext_lazy("how it ended"),
        choices=[choice for choice in Alarm.Code.choices if choice[0] != Alarm.Code.DISPUTE],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=gettext_lazy("note"), max_length=500, required=False, widget=lines())


class DisputeForm(VerbForm):
    """Opens a case from the alarm, or names one that is open already."""

    category = forms.ModelChoiceField(Category.objects.order_by("code"), label=gettext_lazy("category"), required=False)
    village = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("village or community"), required=False)
    note = forms.CharField(label=pgettext_lazy("alarm", "what happened"), max_length=500, required=False, widget=lines(4))
    case = forms.CharField(label=gettext_lazy("or the number of a case that is open already"), max_length=20, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = villages_of(self.user.station)
        self.fields["village"].initial = self.thing.village_id
        self.fields["note"].initial = self.thing.text

    def clean_case(self):
        number = self.cleaned_data["case"].strip()
        if not number:
            return None
        case = DisputeCase.objects.visible_to(self.user).filter(no=number).first()
        if case is None:
            raise forms.ValidationError(_("There is no such case. Compare the number, or leave it empty to open a new one."))
        return case


def _open(alarm, user):
    return alarm.status in OPEN


def _may_move(verb):
    """Offered as the board offers it: the next lawful moves of this user."""

    def offered(alarm, user):
        alarm = selectors.with_responders(Alarm.objects.filter(pk=alarm.pk)).get()
        return any(move["verb"] == verb for move in showing.next_moves(alarm, user, showing.people_of(alarm)))

    return offered


@admin.register(Alarm)
class AlarmAdmin(ReadOnlyAdmin):
    access_object = "alarm_event"
    add_action = "create"
    list_display = ["received", "state", "kind", "place_words", "village", "from_whom", "answered", "code"]
    list_select_related = ["village", "point", "post", "device", "raised_by"]
    list_filter = [StillOpen, "kind", "code", OwnVillages, "source", ("received_at", admin.DateFieldListFilter)]
    search_fields = ["place", "text", "point__name", "post__name", "raised_by__name", "device__serial"]
    search_help_text = gettext_lazy("place, what happened, alarm point, post, who raised it, serial number of the device")
    sortable_by = ["received"]
    change_list_template = "admin/posts/alarm/change_list.html"
    change_form_template = "admin/posts/alarm/change_form.html"
    opening = Verb(
        "call",
        gettext_lazy("Enter a telephone call"),
        "create",
        lambda *, post, **fields: services.raise_alarm(source=Alarm.Source.DESK, post=post, **fields),
        form=CallForm,
        hint=gettext_lazy("The nearest people on duty are told at once. In danger of life the caller rings 110 as well."),
        done=gettext_lazy("The alarm is raised; the nearest people on duty are being told."),
    )
    verbs = (
        Verb(
            "acknowledge",
            gettext_lazy("Acknowledge"),
            "acknowledge",
            lambda alarm, **kwargs: services.acknowledge_alarm(alarm=alarm, **kwargs),
            offered=_may_move("acknowledge"),
            tone="main",
        ),
        Verb(
            "depart",
            gettext_lazy("I am on my way"),
            "respond",
            lambda alarm, **kwargs: services.depart(alarm=alarm, **kwargs),
            offered=_may_move("depart"),
        ),
        Verb(
            "arrive",
            gettext_lazy("I have arrived"),
            "respond",
            lambda alarm, **kwargs: services.arrive(alarm=alarm, **kwargs),
            offered=_may_move("arrive"),
        ),
        Verb(
            "note",
            gettext_lazy("Write a note"),
            "respond",
            lambda alarm, **kwargs: services.add_note(alarm=alarm, **kwargs),
            form=NoteForm,
            offered=_open,
        ),
        Verb(
            "close",
            gettext_lazy("Close the alarm"),
            "close",
            lambda alarm, **kwargs: services.close_alarm(alarm=alarm, **kwargs),
            form=CloseForm,
            offered=_open,
        ),
        Verb(
            "close_as_dispute",
            gettext_lazy("Close, it became a dispute"),
            "close",
            lambda alarm, **kwargs: services.close_alarm(alarm=alarm, code=Alarm.Code.DISPUTE, **kwargs),
            form=DisputeForm,
            offered=_open,
        ),
        Verb(
            "reopen",
            gettext_lazy("Reopen the alarm"),
            "close",
            lambda alarm, **kwargs: services.reopen_alarm(alarm=alarm, **kwargs),
            form=ReasonForm,
            offered=lambda alarm, user: alarm.status == Status.CLOSED,
            hint=gettext_lazy("People are told anew, as of a new alarm."),
        ),
    )

    def get_fieldsets(self, request, obj=None):
        return []

    @admin.display(description=gettext_lazy("received at"), ordering="received_at")
    def received(self, alarm):
        return timezone.localtime(alarm.received_at).strftime("%Y-%m-%d %H:%M:%S")

    @admin.display(description=gettext_lazy("state"))
    def state(self, alarm):
        return badge(alarm.get_status_display(), showing.STATE_TONES[alarm.status])

    @admin.display(description=gettext_lazy("place"))
    def place_words(self, alarm):
        return showing.where(alarm)

    @admin.display(description=pgettext_lazy("alarm", "raised from"))
    def from_whom(self, alarm):
        return showing.raised_from(alarm)

    @admin.display(description=gettext_lazy("acknowledged after"), empty_value="–")
    def answered(self, alarm):
        return showing.lasted(alarm.acknowledged_at - alarm.received_at) if alarm.acknowledged_at else None

    def change_view(self, request, object_id, form_url="", extra_context=None):
        found = self.get_object(request, object_id)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **self._sheet(request, found)})

    def _sheet(self, request, found):
        """The alarm as one reads it: facts, who was told, its steps, and the spot on the map."""
        if found is None:
            return {}
        alarm = selectors.with_responders(Alarm.objects.filter(pk=found.pk)).get()
        card = showing.card(alarm, request.user, to_the_desk=True)
        return {
            "facts": self._facts(request, alarm, card),
            "people": card["people"],
            "steps": showing.steps_of(alarm),
            "spot": self._spot(request, card),
        }

    def _facts(self, request, alarm, card):
        facts = [
            (_("State"), card["state"], "", card["tone"] or "note"),
            (_("Kind"), card["kind"], "", ""),
            (_("Where"), card["where"], "", ""),
            (_("Village"), card["village"], "", ""),
            (pgettext("alarm", "What happened"), card["text"], "", ""),
            (pgettext("alarm", "From"), f"{card['from']} {card['call_back']}", "", ""),
            (_("Raised from"), card["source"], "", ""),
            (_("Received at"), timezone.localtime(alarm.received_at).strftime("%Y-%m-%d %H:%M:%S"), "", ""),
            (_("Pressed at"), showing.clock_time(alarm.pressed_at) if card["pressed_at"] else "", "", ""),
            (_("Acknowledged after"), card["answered_in"], "", ""),
            (_("Arrived after"), card["arrived_in"], "", ""),
            (_("How it ended"), card["code"], "", ""),
        ]
        case = DisputeCase.objects.visible_to(request.user).filter(pk=alarm.case_id).first() if alarm.case_id else None
        if case is not None:
            facts.append((_("Case"), case.no, reverse("admin:cases_disputecase_change", args=[case.pk]), ""))
        return [
            {"label": label, "value": value, "url": url, "tone": tone, "mark": "none"}
            for label, value, url, tone in facts
            if value
        ]

    def _spot(self, request, card):
        if not card["at"]:
            return None
        moving = mapping.moving_layers([card], [])
        return {"centre": card["at"], **mapping.standing_layers(request.user), **moving}

    def note_look(self, request, thing):
        if thing.case_id:
            audit.note_look(what="alarm", about=thing, by=request.user, at=timezone.now())
