"""The information desk: what heads saw and where they called; what waits for an answer stands first."""

from django import forms
from django.contrib import admin
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Subquery, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from households import services
from households.models import Sighting, Triage, Visit
from households.selectors.telling import answers_seen_by, waits
from shengkang.attachments.models import Attachment
from shengkang.attachments.selectors import files_of
from shengkang.audit import services as audit
from shengkang.cases.models import Category
from shengkang.hazards.models import Hazard, HazardGroup
from shengkang.organization import access
from shengkang.organization.desk import ReadOnlyAdmin, Verb, VerbForm
from shengkang.organization.desk_parts import OwnVillages, badge, moment


class DeskFilter(admin.SimpleListFilter):
    title = _("information desk")
    parameter_name = "desk"

    def lookups(self, request, model_admin):
        return [
            ("waiting", _("waits for an answer")),
            ("answered", _("answered")),
            ("quarrels", _("quarrels (answered by their case)")),
        ]

    def queryset(self, request, queryset):
        quarrel = Sighting.Kind.QUARREL
        wanted = {
            "waiting": lambda: queryset.unanswered(),
            "answered": lambda: queryset.exclude(kind=quarrel).filter(Exists(Triage.objects.filter(sighting=OuterRef("pk")))),
            "quarrels": lambda: queryset.filter(kind=quarrel),
        }.get(self.value())
        return wanted() if wanted else queryset


class AnswerForm(VerbForm):
    outcome = forms.ChoiceField(
        label=pgettext_lazy("sighting", "outcome"), choices=Triage.Outcome.choices, widget=forms.RadioSelect
    )
    answer = forms.CharField(
        label=_("answer to the one who told"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("She reads it on her telephone. Name nobody."),
    )
    group = forms.ModelChoiceField(
        HazardGroup.objects.all(),
        label=_("if a hazard: what kind"),
        required=False,
        empty_label=pgettext_lazy("choice", "no hazard"),
    )
    level = forms.ChoiceField(
        label=_("if a hazard: how urgent"), choices=Hazard.Level.choices, initial=Hazard.Level.ORDINARY, required=False
    )
    place = forms.CharField(label=_("if a hazard: where exactly"), max_length=120, required=False)
    category = forms.ModelChoiceField(
        Category.objects.all(), label=_("if a dispute: what about"), required=False, empty_label=_("no dispute")
    )
    protected = forms.BooleanField(
        label=_("I suspect violence at home, or harm to a child"),
        help_text=_("Then only the chief and the officer in charge can read it, and the answer says nothing of it."),
        required=False,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not access.may(self.user, "hazard", "create"):
            del self.fields["group"], self.fields["level"], self.fields["place"]
        if not access.may(self.user, "dispute", "create"):
            del self.fields["category"]
        if not access.may(self.user, "dispute_restricted", "create"):
            del self.fields["protected"]

    def clean(self):
        cleaned = super().clean()
        outcome = cleaned.get("outcome")
        group, category = cleaned.pop("group", None), cleaned.pop("category", None)
        level, place, protected = cleaned.pop("level", ""), cleaned.pop("place", ""), cleaned.pop("protected", False)
        cleaned["hazard"] = cleaned["dispute"] = None
        if outcome == Triage.Outcome.HAZARD:
            if group is None:
                self._say("group", _("Say what kind of hazard it is."))
            else:
                cleaned["hazard"] = services.AsHazard(group, level or Hazard.Level.ORDINARY, place)
        elif outcome == Triage.Outcome.DISPUTE:
            if category is None:
                self._say("category", _("Say what the dispute is about."))
            else:
                cleaned["dispute"] = services.AsDispute(category, protected)
        elif protected:
            self._say("protected", _("Choose “became a dispute case” above; the case is then protected."))
        return cleaned

    def _say(self, field, message):
        self.add_error(field if field in self.fields else None, message)


@admin.register(Sighting)
class SightingAdmin(ReadOnlyAdmin):
    access_object, view_action = "sighting", "read"
    list_display = ["at", "kind", "photo", "told", "village", "by", "state"]
    list_filter = [DeskFilter, "kind", OwnVillages]
    search_fields = ["by__name", "case__no", "text"]
    date_hierarchy = "at"
    list_select_related = ["village", "by", "case"]
    fields = ()
    verbs = (
        Verb(
            "answer",
            _("Answer"),
            "triage",
            lambda sighting, **kwargs: services.answer_sighting(sighting=sighting, **kwargs),
            form=AnswerForm,
            offered=lambda sighting, user: sighting.kind != Sighting.Kind.QUARREL,
            tone="main",
            done=_("Answered. The one who told gets a message."),
        ),
    )

    def get_fieldsets(self, request, obj=None):
        return []

    def get_queryset(self, request):
        answers = Triage.objects.filter(sighting=OuterRef("pk")).order_by("-pk")
        photos = Attachment.objects.filter(owner_label="households.sighting", owner_id=OuterRef("pk"), kind="picture")
        waiting = Sighting.objects.unanswered().values("pk")
        return (
            super()
            .get_queryset(request)
            .annotate(
                outcome=Subquery(answers.values("outcome")[:1]),
                photo_id=Subquery(photos.order_by("at", "pk").values("pk")[:1]),
                turn=Case(When(pk__in=waiting, then=Value(0)), default=Value(1), output_field=IntegerField()),
            )
            .annotate(waiting_since=Case(When(turn=0, then=F("at"))))
        )

    @admin.display(description=_("what was seen"))
    def told(self, sighting):
        """Of what became a case, the case tells."""
        return str(sighting.case or "") if sighting.case_id else sighting.text[:40]

    @admin.display(description=_("photo"), empty_value="")
    def photo(self, sighting):
        if not sighting.photo_id:
            return None
        url = reverse("attachments:file", args=[sighting.photo_id])
        return format_html('<a href="{}"><img class="thumb" src="{}" alt="{}" loading="lazy"></a>', url, url, _("photo"))

    def get_ordering(self, request):
        """What waits first, the oldest of it on top. Not as `ordering`: the checks know no column that is only reckoned."""
        return [F("turn").asc(), F("waiting_since").asc(nulls_last=True), F("at").desc(), F("pk").desc()]

    @admin.display(description=_("state"), ordering="turn")
    def state(self, sighting):
        if sighting.turn == 0:
            time, tone = waits(sighting, timezone.now())
            return badge(_("waits %(time)s") % {"time": time}, tone or "note", icon="")
        if sighting.outcome:
            return badge(Triage.Outcome(sighting.outcome).label, "ok", icon="")
        return badge(sighting.case.get_status_display()) if sighting.case_id else ""

    def note_look(self, request, thing):
        if thing.case_id:
            audit.note_look(what="sighting", about=thing, by=request.user, at=timezone.now())

    def change_view(self, request, object_id, form_url="", extra_context=None):
        sighting = self.get_object(request, object_id)
        shown = {}
        if sighting is not None:
            shown = {
                "facts": _facts(sighting),
                "files": files_of(sighting),
                "steps": [
                    {
                        "what": each["outcome"],
                        "who": each["by"].name,
                        "when": each["at"],
                        "note": each["answer"],
                        "current": False,
                    }
                    for each in answers_seen_by(request.user, sighting)
                ],
                "leads": _leads(request.user, sighting),
            }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})


def _facts(sighting: Sighting) -> list[dict]:
    time, tone = waits(sighting, timezone.now()) if sighting.turn == 0 else ("", "")
    told = [
        {"label": _("waits for an answer"), "value": time, "tone": tone or "note"},
        {"label": _("kind"), "value": sighting.get_kind_display()},
        {"label": _("what was seen"), "value": sighting.text},
        {"label": _("village or community"), "value": sighting.village.name},
        {"label": _("at which home"), "value": str(sighting.home) if sighting.home_id else ""},
        {"label": _("seen by"), "value": sighting.by.name},
        {"label": _("telephone"), "value": sighting.by.phone, "url": f"tel:{sighting.by.phone}"},
        {"label": _("at"), "value": moment(sighting.at)},
    ]
    if sighting.case_id:
        url = reverse("admin:cases_disputecase_change", args=[sighting.case_id])
        told.append({"label": _("dispute case"), "value": sighting.case.no, "url": url})
    return [fact for fact in told if fact["value"]]


def _leads(user, sighting: Sighting) -> list[dict]:
    """The hazards and cases that came out of a sighting, as links; only those the user may open."""
    found = []
    for each in answers_seen_by(user, sighting):
        if each["case"]:
            found.append({"label": each["case"].no, "url": reverse("admin:cases_disputecase_change", args=[each["case"].pk])})
        if each["hazard"]:
            found.append({"label": str(each["hazard"]), "url": reverse("admin:hazards_hazard_change", args=[each["hazard"].pk])})
    return found


@admin.register(Visit)
class VisitAdmin(ReadOnlyAdmin):
    access_object = "visit"
    list_display = ["at", "home", "kind", "by", "note"]
    list_filter = ["kind"]
    search_fields = ["by__name", "home__householder", "home__address__door"]
    date_hierarchy = "at"
    list_select_related = ["home__address__village", "home__address__group", "by"]
