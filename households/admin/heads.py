"""Heads, their terms and their homes, at the desk."""

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from households import services
from households.admin.common import number, table
from households.models import Assignment, Home, HouseholdHead, TrainingRecord
from households.models.homes import DAYS_BEFORE_A_TERM_ENDS
from households.selectors.heads import who_could_take_over
from shengkang.organization.desk import ReadOnlyAdmin, Verb, VerbForm
from shengkang.organization.desk_lists import still
from shengkang.organization.desk_parts import OwnVillages, badge, day_field, today
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
    widget = forms.CheckboxSelectMultiple(attrs={"class": "choices-many"})

    def label_from_instance(self, home):
        return f"{home.address.group or ''}{home.address.door} {home.householder}"


class AssignForm(VerbForm):
    homes = HomesField(Home.objects.none(), label=_("homes of the village without a head"))
    from_day = day_field(_("from"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        free = Home.objects.visible_to(self.user).without_head().filter(address__village=self.thing.village_id)
        self.fields["homes"].queryset = free.select_related("address__group").door_after_door()
        if not free.exists():
            self.fields["homes"].help_text = _(
                "Every home of the village has a head; homes of another head come by handing over."
            )


class TakingOver(forms.ModelChoiceField):
    """Heads who could take the homes over, each with the number of homes now and after taking all of them."""

    def __init__(self, *args, leaving=0, **kwargs):
        self.leaving = leaving
        super().__init__(*args, **kwargs)

    def label_from_instance(self, head):
        return _("%(name)s (%(village)s): now %(now)s homes, with all of these %(after)s") % {
            "name": head.user.name,
            "village": head.village.name,
            "now": head.homes,
            "after": head.homes + self.leaving,
        }


class HandOverForm(VerbForm):
    to_head = TakingOver(HouseholdHead.objects.none(), label=_("to"))
    on = day_field(_("from"))
    homes = HomesField(
        Home.objects.none(),
        label=pgettext_lazy("dwelling", "homes"),
        help_text=_("All of them, unless you take some out; those stay with the head."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        mine = Home.objects.filter(pk__in=self.thing.assignments.in_force().values("home"))
        self.fields["homes"].queryset = mine.select_related("address__group").door_after_door()
        self.fields["homes"].initial = list(mine.values_list("pk", flat=True))
        self.fields["to_head"].leaving = len(self.fields["homes"].initial)
        self.fields["to_head"].queryset = who_could_take_over(self.thing)


class PartForm(VerbForm):
    on = day_field(_("served until"))
    parting = forms.ChoiceField(label=_("parted because"), choices=HouseholdHead.Parting.choices, widget=forms.RadioSelect)


class RenewForm(VerbForm):
    term_years = forms.IntegerField(label=_("term in years"), min_value=1, max_value=5, initial=services.TERM_YEARS)


class NeedsAttention(admin.SimpleListFilter):
    title = _("needs a hand")
    parameter_name = "hand"

    def lookups(self, request, model_admin):
        return [("ending", _("term ends within 60 days")), ("untrained", _("without training this year"))]

    def queryset(self, request, queryset):
        if self.value() == "ending":
            return queryset.ending_soon(today())
        return queryset.untrained_in(today().year) if self.value() == "untrained" else queryset


def _serves(head, user):
    return head.active_to is None


@admin.register(HouseholdHead)
class HeadAdmin(ReadOnlyAdmin):
    access_object = "household"
    add_action = "reassign_head"
    list_display = ["user", "village", "homes_now", "active_from", "term_end", "taught", "active_to"]
    list_filter = [NeedsAttention, OwnVillages, ("active_to", still(_("serving"), _("no longer serving")))]
    search_fields = ["user__name", "user__phone"]
    list_select_related = ["user", "village"]
    fields = ()
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
            offered=lambda head, user: _serves(head, user) and head.assignments.in_force().exists(),
        ),
        Verb(
            "renew",
            _("Renew the term"),
            "reassign_head",
            lambda head, **kwargs: services.renew_term(head=head, **kwargs),
            form=RenewForm,
            offered=_serves,
        ),
        Verb(
            "end_term",
            _("End the term"),
            "reassign_head",
            lambda head, **kwargs: services.end_term(head=head, **kwargs),
            form=PartForm,
            offered=_serves,
            tone="danger",
            hint=_("First hand all homes over to another head."),
        ),
    )

    def get_fieldsets(self, request, obj=None):
        return []

    def get_queryset(self, request):
        lessons = TrainingRecord.objects.filter(head=OuterRef("pk"), training__held_on__year=today().year)
        return (
            super()
            .get_queryset(request)
            .select_related("user", "village")
            .annotate(
                homes=Count("assignments", filter=Q(assignments__active_to__isnull=True)),
                hours_this_year=Subquery(
                    lessons.order_by().values("head").annotate(sum=Sum("training__hours")).values("sum")[:1]
                ),
            )
        )

    @admin.display(description=_("term ends on"), ordering="term_ends_on")
    def term_end(self, head):
        return badge(*_term(head)) if head.active_to is None and head.term_ends_on else ""

    @admin.display(description=_("training this year"), ordering="hours_this_year")
    def taught(self, head):
        return badge(*_taught(head)) if head.active_to is None else ""

    @admin.display(description=pgettext_lazy("dwelling", "homes"), ordering="homes")
    def homes_now(self, head):
        return head.homes

    def change_view(self, request, object_id, form_url="", extra_context=None):
        head = self.get_object(request, object_id)
        shown = {"facts": _facts(head), "sections": [each for each in _sections(head) if each["rows"]]} if head else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})


def _term(head) -> tuple[str, str, str]:
    """The end of the term, its tone and mark."""
    days = (head.term_ends_on - today()).days
    tone = "bad" if days < 0 else "warn" if days <= DAYS_BEFORE_A_TERM_ENDS else ""
    return head.term_ends_on.isoformat(), tone, "" if tone else "none"


def _taught(head) -> tuple[str, str, str]:
    hours = head.hours_this_year
    return (_("%(hours)s hours") % {"hours": f"{float(hours):g}"}, "", "none") if hours else (_("none this year"), "warn", "")


def _facts(head) -> list[dict]:
    serving = head.active_to is None
    ends, tone, _mark = _term(head) if head.term_ends_on else ("", "", "")
    told = [
        {"label": _("telephone"), "value": head.user.phone, "url": f"tel:{head.user.phone}"},
        {"label": _("village or community"), "value": head.village.name},
        {"label": _("homes entrusted now"), "value": str(head.homes)},
        {"label": _("appointed on"), "value": head.active_from.isoformat()},
        {"label": _("term ends on"), "value": ends, "tone": tone if serving else ""},
        {"label": _("training this year"), "value": _taught(head)[0], "tone": _taught(head)[1]} if serving else {"value": ""},
        {"label": _("served until"), "value": head.active_to and head.active_to.isoformat()},
        {"label": _("parted because"), "value": head.get_parting_display()},
    ]
    return [fact for fact in told if fact["value"]]


def _sections(head) -> list[dict]:
    """What would have to be handed over and who could take it, where the homes went, and what was learnt."""
    leaving = head.homes if head.active_to is None else 0
    neighbours = who_could_take_over(head).filter(village=head.village_id) if leaving else ()
    count = {"label": _("homes entrusted now"), "number": True}
    after = {"label": _("with all of these"), "number": True}
    moves = (
        Assignment.objects.filter(head=head)
        .order_by()
        .values("active_from", "active_to")
        .annotate(number=Count("pk"))
        .order_by("-active_from", "-active_to")
    )
    lessons = head.trainings.select_related("training").order_by("-training__held_on")
    return [
        {
            "title": _("Neighbours who could take the homes over"),
            **table(
                [_("hundred-household head"), _("telephone"), count, after],
                [
                    (
                        {"text": each.user.name, "url": reverse("admin:households_householdhead_change", args=[each.pk])},
                        {"text": each.user.phone, "url": f"tel:{each.user.phone}"},
                        number(each.homes),
                        number(each.homes + leaving),
                    )
                    for each in neighbours
                ],
            ),
        },
        {
            "title": _("Homes entrusted, by day"),
            **table(
                [_("from"), _("until"), {"label": pgettext("dwelling", "homes"), "number": True}],
                [
                    (
                        each["active_from"].isoformat(),
                        each["active_to"].isoformat() if each["active_to"] else _("today"),
                        number(each["number"]),
                    )
                    for each in moves
                ],
            ),
        },
        {
            "title": _("Trainings"),
            **table(
                [_("held on"), _("subject"), {"label": _("hours"), "number": True}],
                [(each.training.held_on.isoformat(), each.training.title, number(each.training.hours)) for each in lessons],
            ),
        },
    ]


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    access_object = "household"
    list_display = ["head", "home", "active_from", "active_to"]
    list_filter = [("active_to", still(_("looked after"), _("ended")))]
    search_fields = ["head__user__name", "home__householder", "home__address__door"]
    list_select_related = ["head__user", "home__address__village", "home__address__group"]
    ordering = ["-pk"]
