"""Campaigns at the desk: opening one, how far it is village by village, and what was found."""

from dataclasses import replace
from functools import partial

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Subquery
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from households import services
from households.admin.common import number, table
from households.checklists import proposed_for
from households.models import Campaign, Home, HomeCheck
from households.selectors import campaigns as selectors
from shengkang.hazards.models import Hazard, HazardGroup
from shengkang.organization.desk import ReadOnlyAdmin, Verb, VerbForm
from shengkang.organization.desk_lists import still
from shengkang.organization.desk_parts import OwnVillages, badge, day_field, moment, today
from shengkang.organization.models import Unit
from shengkang.organization.selectors import villages_of

LINES = 8
MOST_LEFT = 12
ICONS = {"epidemic": "visit", "winter_fire": "warning", "flood": "warning", "fraud": "phone", "other": "list"}


class LineWidget(forms.MultiWidget):
    def __init__(self, groups, levels):
        super().__init__(
            [
                forms.TextInput(attrs={"class": "line-text", "maxlength": 80, "aria-label": _("to be looked at")}),
                forms.Select(choices=groups, attrs={"class": "line-group", "aria-label": _("hazard group")}),
                forms.Select(choices=levels, attrs={"class": "line-level", "aria-label": _("level")}),
            ]
        )

    def decompress(self, value):
        return list(value) if value else ["", "", Hazard.Level.ORDINARY]


class LineField(forms.MultiValueField):
    """One line of a checklist: what is looked at, which hazard it becomes, how urgent."""

    def __init__(self, groups, **kwargs):
        levels = Hazard.Level.choices
        choices = [("", pgettext_lazy("choice", "no hazard")), *((group.pk, group.name) for group in groups)]
        self.groups = {group.pk: group for group in groups}
        fields = (
            forms.CharField(max_length=80, required=False),
            forms.ChoiceField(choices=choices, required=False),
            forms.ChoiceField(choices=levels, required=False),
        )
        super().__init__(fields, widget=LineWidget(choices, levels), require_all_fields=False, required=False, **kwargs)

    def compress(self, values):
        text, group, level = [*values, "", "", ""][:3]
        return services.Line(text, self.groups.get(group), level or Hazard.Level.ORDINARY) if text else None


class OpenForm(VerbForm):
    name = forms.CharField(label=pgettext_lazy("campaign", "name"), max_length=60)
    starts_on = day_field(gettext_lazy("starts on"))
    ends_on = day_field(gettext_lazy("to be done by"), initial=None)
    villages = forms.ModelMultipleChoiceField(
        Unit.objects.none(),
        label=gettext_lazy("villages and communities"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices-many"}),
    )

    def __init__(self, *args, kind, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind = Campaign.Kind(kind)
        villages = villages_of(self.user.station)
        self.fields["villages"].queryset = villages
        self.fields["villages"].initial = [village.pk for village in villages]
        self.fields["name"].initial = f"{today().year} {self.kind.label}" if self.kind != Campaign.Kind.OTHER else ""
        groups, proposed = list(HazardGroup.objects.all()), proposed_for(kind)
        for no in range(1, LINES + 1):
            self.fields[f"line_{no}"] = LineField(
                groups,
                label=_("Line %(no)s") % {"no": no},
                initial=proposed[no - 1] if no <= len(proposed) else None,
                help_text=_(
                    "What is not right is ticked by the head. A hazard of today or at once is told to the station by itself; "
                    "an ordinary one when the head says so."
                )
                if no == 1
                else "",
            )

    def clean(self):
        cleaned = super().clean()
        lines = [cleaned.pop(f"line_{no}", None) for no in range(1, LINES + 1)]
        return cleaned | {"kind": self.kind, "lines": [line for line in lines if line]}


class CloseForm(VerbForm):
    sure = forms.BooleanField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        left = selectors.whole(selectors.progress_by_village(self.thing))["left"]
        text = ngettext(
            "%(count)s home has not been looked at. Close the campaign all the same.",
            "%(count)s homes have not been looked at. Close the campaign all the same.",
            left,
        )
        self.fields["sure"].label = text % {"count": left} if left else _("Every home was looked at. Close the campaign.")

    def clean(self):
        super().clean()
        return {}


def _state(campaign: Campaign) -> tuple[str, str]:
    if campaign.closed_at:
        return pgettext("campaign", "closed"), ""
    if campaign.starts_on > today():
        return _("not begun"), "note"
    if campaign.ends_on < today():
        return _("over time"), "bad"
    return pgettext("campaign", "running"), "ok"


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    access_object, add_action = "campaign", "manage"
    list_display = ["name", "kind", "state", "starts_on", "ends_on", "progress"]
    list_filter = ["kind", ("closed_at", still(pgettext_lazy("campaign", "running"), pgettext_lazy("campaign", "closed")))]
    search_fields = ["name"]
    fields = ()
    opening = Verb(
        "open",
        gettext_lazy("Open a campaign"),
        "manage",
        lambda *, by, at, **fields: services.open_campaign(station=by.station, by=by, at=at, **fields),
        form=OpenForm,
        hint=gettext_lazy("The heads of these villages get a message and find their homes on the telephone."),
    )
    verbs = (
        Verb(
            "close",
            gettext_lazy("Close the campaign"),
            "manage",
            lambda campaign, **kwargs: services.close_campaign(campaign=campaign, **kwargs),
            form=CloseForm,
            offered=lambda campaign, user: campaign.closed_at is None,
            tone="danger",
        ),
    )

    def get_fieldsets(self, request, obj=None):
        return []

    def get_queryset(self, request):
        asked = Campaign.villages.through.objects.filter(campaign=OuterRef(OuterRef("pk"))).values("unit")
        homes = Home.objects.filter(station=OuterRef("station"), address__village__in=asked).order_by()
        done = HomeCheck.objects.filter(campaign=OuterRef("pk")).latest().done().order_by()
        return (
            super()
            .get_queryset(request)
            .annotate(
                homes=Subquery(homes.values("station").annotate(number=Count("pk")).values("number")),
                homes_done=Subquery(done.values("campaign").annotate(number=Count("pk")).values("number")),
            )
        )

    @admin.display(description=gettext_lazy("state"))
    def state(self, campaign):
        text, tone = _state(campaign)
        return badge(text, tone, "" if tone == "bad" else "none")

    @admin.display(description=gettext_lazy("homes looked at"))
    def progress(self, campaign):
        done, homes = campaign.homes_done or 0, campaign.homes or 0
        return f"{done} / {homes} · {selectors.percent(done, homes)}%"

    def add_view(self, request, form_url="", extra_context=None):
        """First what it is about: the lines of the checklist are proposed for it."""
        if not self.has_add_permission(request):
            if self.has_view_permission(request):
                raise PermissionDenied
            raise Http404
        kind = request.GET.get("kind")
        if kind in Campaign.Kind.values:
            return self.answer_verb(request, replace(self.opening, form=partial(OpenForm, kind=kind)), None)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": self.opening.label,
            "rows": [
                {
                    "title": label,
                    "text": pgettext("list", "; ").join(line.text for line in proposed_for(kind)),
                    "url": f"?kind={kind}",
                    "icon": ICONS[kind],
                }
                for kind, label in Campaign.Kind.choices
            ],
            "cancel_url": self.list_url(),
        }
        return TemplateResponse(request, "admin/households/campaign/kind.html", context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        campaign = self.get_object(request, object_id)
        shown = _sheet(campaign) if campaign else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})


def _sheet(campaign: Campaign) -> dict:
    """How far the campaign is: one sum, a row for each village, what was not right, and the heads with most left."""
    villages = selectors.progress_by_village(campaign)
    total = selectors.whole(villages)
    state, tone = _state(campaign)
    facts = [
        {"label": _("state"), "value": state, "tone": tone or "note", "mark": "none"},
        {"label": _("kind"), "value": campaign.get_kind_display()},
        {"label": _("from … until"), "value": f"{campaign.starts_on.isoformat()} — {campaign.ends_on.isoformat()}"},
        {"label": pgettext("campaign", "closed at"), "value": moment(campaign.closed_at)},
    ]
    lines = selectors.lines_not_right(campaign)
    late = selectors.left_by_head(campaign)[:MOST_LEFT]
    left_url = reverse("admin:households_home_changelist") + f"?campaign={campaign.pk}&village="
    sections = [
        {
            "title": _("What was not right"),
            **table(
                [_("to be looked at"), _("hazard group"), _("level"), {"label": pgettext("dwelling", "homes"), "number": True}],
                [
                    (
                        each["item"].text,
                        each["item"].hazard_group.name if each["item"].hazard_group else "",
                        each["item"].get_level_display() if each["item"].hazard_group else "",
                        number(each["homes"]),
                    )
                    for each in lines
                ],
            ),
        },
        {
            "title": _("Heads with most homes left"),
            **table(
                [_("hundred-household head"), _("telephone"), {"label": _("left"), "number": True}],
                [(user.name, {"text": user.phone, "url": f"tel:{user.phone}"}, number(left)) for user, left in late],
            ),
        },
    ]
    return {
        "facts": [fact for fact in facts if fact["value"]],
        "progress": [row | {"left_url": f"{left_url}{row['village'].pk}"} for row in villages],
        "whole": total,
        "sections": [each for each in sections if each["rows"]],
    }


class OwnCampaigns(admin.SimpleListFilter):
    """The campaigns one sees; Django's own filter would offer those of every station."""

    title = pgettext_lazy("campaign", "campaign")
    parameter_name = "campaign"

    def lookups(self, request, model_admin):
        return [(str(campaign.pk), campaign.name) for campaign in Campaign.objects.visible_to(request.user)]

    def queryset(self, request, queryset):
        value = self.value() or ""
        return queryset.filter(campaign=value) if value.isdecimal() and len(value) < 19 else queryset


class CheckVillages(OwnVillages):
    path = "home__address__village"


@admin.register(HomeCheck)
class HomeCheckAdmin(ReadOnlyAdmin):
    access_object = "home_check"
    list_display = ["at", "campaign", "home", "result", "not_right", "note", "by"]
    list_filter = [OwnCampaigns, "result", CheckVillages]
    search_fields = ["home__householder", "home__address__door", "by__name"]
    date_hierarchy = "at"
    list_select_related = ["campaign", "home__address__village", "home__address__group", "by"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("campaign__items")

    @admin.display(description=gettext_lazy("not right"))
    def not_right(self, check):
        texts = {item.no: item.text for item in check.campaign.items.all()}
        return pgettext("list", "; ").join(texts.get(no, str(no)) for no in check.problems)
