"""Shifts at the desk: planned for weeks ahead, seen day by day, with who signed up."""

from datetime import date, datetime, time, timedelta
from itertools import groupby

from django import forms
from django.contrib import admin
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patrols import selectors, services
from patrols.admin.common import Sheet, VolunteerForm, desk_url, hours_of, table
from patrols.models import PatrolKind, Shift, SignUp
from shengkang.organization import access
from shengkang.organization.desk import Verb, VerbForm
from shengkang.organization.desk_parts import OwnVillages, badge, day_field, moment
from shengkang.organization.models import Unit, User
from shengkang.organization.selectors import day_of, start_of, villages_of

HOUR = forms.TimeInput(format="%H:%M", attrs={"type": "time"})


def leaders_for(user):
    everybody = "S" in access.scopes(user, "shift", "manage")
    return selectors.leaders_of(user.station) if everybody else User.objects.filter(pk=user.pk)


class PlanForm(VerbForm):
    village = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("village or community"))
    kind = forms.ChoiceField(label=gettext_lazy("kind"), choices=PatrolKind.choices)
    day = day_field(gettext_lazy("day"))
    begins = forms.TimeField(label=gettext_lazy("from"), initial=time(19, 30), widget=HOUR)
    ends = forms.TimeField(
        label=gettext_lazy("until"),
        initial=time(21, 30),
        widget=HOUR,
        help_text=gettext_lazy("A time before the beginning is on the next day."),
    )
    meeting_place = forms.CharField(label=gettext_lazy("meeting place"), max_length=80)
    leader = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("leader"))
    places = forms.IntegerField(label=gettext_lazy("places"), min_value=1, max_value=200, initial=6)
    weeks = forms.IntegerField(
        label=gettext_lazy("for how many weeks"),
        min_value=1,
        max_value=26,
        initial=1,
        help_text=gettext_lazy("The same hours on the same day of each week."),
    )
    note = forms.CharField(label=gettext_lazy("note"), max_length=200, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = villages_of(self.user.station)
        self.fields["leader"].queryset = leaders_for(self.user).order_by("name")
        self.fields["leader"].initial = self.user.pk


def plan(*, day, begins, ends, **given):
    """Hours of a day as moments; the first of the shifts planned."""
    starts_at = timezone.make_aware(datetime.combine(day, begins))
    ends_at = timezone.make_aware(datetime.combine(day + timedelta(days=ends <= begins), ends))
    return services.plan_shifts(starts_at=starts_at, ends_at=ends_at, **given)[0]


class LeaderForm(VerbForm):
    leader = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("leader"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        everybody = selectors.leaders_of(self.user.station)
        self.fields["leader"].queryset = everybody.exclude(pk=self.thing.leader_id).order_by("name")


class CancelForm(VerbForm):
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=200, help_text=gettext_lazy("Those who signed up read it."))


class SignUpField(forms.ModelChoiceField):
    def label_from_instance(self, sign_up):
        return str(sign_up.volunteer.person)


class RemoveForm(VerbForm):
    sign_up = SignUpField(SignUp.objects.none(), label=gettext_lazy("volunteer"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sign_up"].queryset = self.thing.sign_ups.in_force().select_related("volunteer__person")


class WhenFilter(admin.SimpleListFilter):
    title = gettext_lazy("when")
    parameter_name = "when"

    def lookups(self, request, model_admin):
        return [("coming", _("coming")), ("past", _("past")), ("cancelled", _("cancelled"))]

    def queryset(self, request, queryset):
        at = timezone.now()
        wanted = {
            "coming": lambda: queryset.coming(at).order_by("starts_at", "pk"),
            "past": lambda: queryset.filter(ends_at__lte=at, cancelled_at__isnull=True),
            "cancelled": lambda: queryset.filter(cancelled_at__isnull=False),
        }.get(self.value())
        return wanted() if wanted else queryset


def _to_come(shift, user):
    return shift.cancelled_at is None and shift.ends_at > timezone.now() and not hasattr(shift, "patrol")


def state_of(shift, at) -> tuple[str, str]:
    """The state of a shift in a word, and its tone."""
    if shift.cancelled_at:
        return _("cancelled"), ""
    if shift.ends_at <= at:
        return _("over"), ""
    if shift.starts_at <= at:
        return _("under way"), "ok"
    return (_("full"), "ok") if shift.taken >= shift.places else (_("places left"), "note")


@admin.register(Shift)
class ShiftAdmin(Sheet):
    access_object = "shift"
    add_action = "manage"
    change_list_template = "admin/patrols/shift/change_list.html"
    list_display = ["when", "kind", "village", "meeting_place", "leader", "places_taken", "state"]
    list_filter = [WhenFilter, "kind", OwnVillages]
    list_select_related = ["village", "leader"]
    search_fields = ["leader__name", "meeting_place"]
    date_hierarchy = "starts_at"
    sortable_by = ["when"]
    show_facets = admin.ShowFacets.NEVER
    opening = Verb("plan", gettext_lazy("Plan shifts"), "manage", plan, form=PlanForm)
    verbs = (
        Verb(
            "add_volunteer",
            gettext_lazy("Add a volunteer"),
            "manage",
            lambda shift, volunteer, **given: services.sign_up(shift=shift, volunteer=volunteer, **given),
            form=VolunteerForm,
            offered=_to_come,
            entrusted=selectors.manages,
            tone="main",
        ),
        Verb(
            "remove_volunteer",
            gettext_lazy("Take a volunteer off"),
            "manage",
            lambda shift, sign_up, **given: services.withdraw(sign_up=sign_up, **given),
            form=RemoveForm,
            offered=lambda shift, user: _to_come(shift, user) and shift.sign_ups.in_force().exists(),
            entrusted=selectors.manages,
        ),
        Verb(
            "change_leader",
            gettext_lazy("Change the leader"),
            "manage",
            lambda shift, **given: services.change_leader(shift=shift, **given),
            form=LeaderForm,
            offered=_to_come,
            entrusted=selectors.manages,
        ),
        Verb(
            "cancel",
            gettext_lazy("Cancel the shift"),
            "manage",
            lambda shift, **given: services.cancel_shift(shift=shift, **given),
            form=CancelForm,
            offered=_to_come,
            entrusted=selectors.manages,
            tone="danger",
            hint=gettext_lazy("Everybody who signed up is told."),
        ),
    )

    def get_queryset(self, request):
        return selectors.with_places(super().get_queryset(request))

    def get_urls(self):
        return [path("week/", self.admin_site.admin_view(self.week), name="patrols_shift_week"), *super().get_urls()]

    @admin.display(description=gettext_lazy("when"), ordering="starts_at")
    def when(self, shift):
        return hours_of(shift.starts_at, shift.ends_at)

    @admin.display(description=gettext_lazy("signed up"))
    def places_taken(self, shift):
        return f"{shift.taken} / {shift.places}"

    @admin.display(description=gettext_lazy("state"))
    def state(self, shift):
        return badge(*state_of(shift, timezone.now()))

    def week(self, request):
        """Seven days from a day on, the shifts of each under its date."""
        if not self.has_view_permission(request):
            raise Http404
        at = timezone.now()
        try:
            first = date.fromisoformat(request.GET.get("from", ""))
        except ValueError:
            first = day_of(at) - timedelta(days=day_of(at).weekday())
        first = max(date(2000, 1, 1), min(first, date(2100, 1, 1)))
        shifts = self.get_queryset(request).filter(
            starts_at__gte=start_of(first), starts_at__lt=start_of(first + timedelta(days=7))
        )
        shifts = shifts.select_related("village", "leader").order_by("starts_at", "pk")
        by_day = {day: list(rows) for day, rows in groupby(shifts, key=lambda shift: day_of(shift.starts_at))}
        days = [first + timedelta(days=step) for step in range(7)]
        here = reverse("admin:patrols_shift_week")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Shifts of the week"),
            "days": [
                {
                    "name": date_format(day, _("F j, l")),
                    "today": day == day_of(at),
                    "shifts": [self._card(shift, at) for shift in by_day.get(day, [])],
                }
                for day in days
            ],
            "before_url": f"{here}?from={(first - timedelta(days=7)).isoformat()}",
            "after_url": f"{here}?from={(first + timedelta(days=7)).isoformat()}",
            "list_url": self.list_url(),
        }
        return TemplateResponse(request, "admin/patrols/shift/week.html", context)

    @staticmethod
    def _card(shift, at):
        word, tone = state_of(shift, at)
        return {
            "title": f"{timezone.localtime(shift.starts_at):%H:%M}–{timezone.localtime(shift.ends_at):%H:%M} {shift.village}",
            "text": f"{shift.get_kind_display()} · {shift.leader}",
            "badge": f"{word} {shift.taken}/{shift.places}" if not shift.cancelled_at else word,
            "tone": tone,
            "mark": "none",
            "url": desk_url(shift),
        }

    def sheet(self, request, shift):
        word, tone = state_of(shift, timezone.now())
        facts = [
            {"label": _("state"), "value": word, "tone": tone or "note", "mark": "none"},
            {"label": _("when"), "value": hours_of(shift.starts_at, shift.ends_at)},
            {"label": _("village or community"), "value": shift.village},
            {"label": _("meeting place"), "value": shift.meeting_place},
            {"label": _("leader"), "value": f"{shift.leader} {shift.leader.phone}"},
            {"label": _("signed up"), "value": f"{shift.taken} / {shift.places}"},
            {"label": _("note"), "value": shift.note},
            {"label": _("cancelled because"), "value": shift.cancelled_because},
            {
                "label": _("patrol"),
                "value": str(shift.patrol) if hasattr(shift, "patrol") else "",
                "url": desk_url(shift.patrol) if hasattr(shift, "patrol") else "",
            },
        ]
        signed = shift.sign_ups.select_related("volunteer__person").order_by("at", "pk")
        there = set(shift.patrol.attendances.values_list("volunteer_id", flat=True)) if hasattr(shift, "patrol") else set()
        rows = [
            (
                {"text": each.volunteer.person.name, "url": desk_url(each.volunteer)},
                each.volunteer.person.phone,
                moment(each.at),
                {"text": _("given back %(when)s") % {"when": moment(each.withdrawn_at)}, "tone": "warn", "mark": "none"}
                if each.withdrawn_at
                else {"text": _("was there"), "tone": "ok"}
                if each.volunteer_id in there
                else "",
            )
            for each in signed
        ]
        columns = [_("volunteer"), _("telephone"), _("signed up at"), _("state")]
        return {
            "facts": [fact for fact in facts if fact["value"]],
            "sections": [table(_("Who signed up"), columns, rows)] if rows else [],
        }
