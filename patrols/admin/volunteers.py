"""Volunteers at the desk: whose word is next, the papers that came in, and the chief's decision."""

from django import forms
from django.contrib import admin
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patrols import selectors, services
from patrols.admin.common import Sheet, desk_url, hours_of, table
from patrols.models import Volunteer
from patrols.moves import COMING, MOVES, Status
from shengkang.attachments.selectors import files_of
from shengkang.organization.desk import Verb, VerbForm
from shengkang.organization.desk_parts import NoteForm, OwnVillages, ReasonForm, badge, lines, moment
from shengkang.organization.models import Unit
from shengkang.organization.selectors import people_matching, villages_of
from shengkang.portal.pages import Photos


def _words(label, **kwargs):
    return forms.CharField(label=label, max_length=500, widget=lines(), **kwargs)


class DeclineForm(ReasonForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("The applicant reads it.")


class LeaveForm(VerbForm):
    reason = _words(gettext_lazy("reason"), required=False)


class PaperForm(VerbForm):
    """Who signed, and a photo of what was signed."""

    spoken_by = forms.CharField(label=gettext_lazy("signed on paper by"), max_length=40)
    photos = Photos(label=gettext_lazy("photo of the signed paper"))

    def clean_photos(self):
        if not self.cleaned_data["photos"]:
            raise forms.ValidationError(_("Add a photo of the signed paper."))
        return self.cleaned_data["photos"]


class OpinionOnPaper(PaperForm):
    opinion = _words(gettext_lazy("opinion"), required=False)
    field_order = ["spoken_by", "opinion", "photos"]


class RefusalOnPaper(PaperForm):
    reason = _words(gettext_lazy("reason"), help_text=gettext_lazy("The applicant reads it."))
    field_order = ["spoken_by", "reason", "photos"]


class ApplyForm(VerbForm):
    person = forms.CharField(
        label=gettext_lazy("person"), max_length=40, help_text=gettext_lazy("Name or telephone of a registered person.")
    )
    village = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("village or community"))
    motive = forms.CharField(label=gettext_lazy("why he wants to help"), max_length=300, required=False, widget=lines())
    photos = Photos(
        label=gettext_lazy("photo of the signed paper"),
        help_text=gettext_lazy("If the person signed a paper. The person stands as the one who signed."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = villages_of(self.user.station)

    def clean_person(self):
        found = people_matching(self.user, self.cleaned_data["person"])[:2]
        if len(found) != 1:
            raise forms.ValidationError(_("Exactly one registered person must fit. Type in the whole telephone number."))
        return found[0]


def put_forward(*, person, photos, **given):
    """An officer's application for somebody: with a paper it is the person's own word."""
    paper = {"spoken_by": person.name, "photos": photos} if photos else {}
    return services.apply(person=person, **paper, **given)


class HandFilter(admin.SimpleListFilter):
    title = gettext_lazy("needs a hand")
    parameter_name = "hand"

    def lookups(self, request, model_admin):
        return [
            ("coming", _("not decided yet")),
            ("approve", _("to be approved by the station")),
        ]

    def queryset(self, request, queryset):
        wanted = {"coming": COMING, "approve": (Status.REVIEWED,)}.get(self.value())
        return queryset.filter(status__in=wanted).order_by("applied_at", "pk") if wanted else queryset


def _from(move):
    return lambda volunteer, user: volunteer.status in MOVES[move].origins


@admin.register(Volunteer)
class VolunteerAdmin(Sheet):
    access_object = "volunteer_application"
    add_action = "create"
    list_display = ["person", "village", "state", "applied", "enrolled_on"]
    list_filter = [HandFilter, "status", OwnVillages]
    list_select_related = ["person", "village"]
    search_fields = ["person__name", "person__name_key", "person__phone"]
    search_help_text = gettext_lazy("name, pinyin or telephone")
    sortable_by = ["applied", "enrolled_on"]
    show_facets = admin.ShowFacets.NEVER
    opening = Verb("apply", gettext_lazy("Put somebody forward"), "create", put_forward, form=ApplyForm)
    verbs = (
        Verb(
            "approve",
            gettext_lazy("Approve"),
            "decide",
            lambda volunteer, **given: services.approve(volunteer=volunteer, **given),
            form=NoteForm,
            offered=_from("approve"),
            tone="main",
            hint=gettext_lazy("Enrols the volunteer; an account gets the role."),
        ),
        Verb(
            "recommend",
            gettext_lazy("Enter a head's recommendation"),
            "enter_from_paper",
            lambda volunteer, **given: services.recommend(volunteer=volunteer, **given),
            form=OpinionOnPaper,
            offered=_from("recommend"),
            hint=gettext_lazy("Signed on paper by a hundred-household head of the village."),
        ),
        Verb(
            "review",
            gettext_lazy("Enter the village's opinion"),
            "enter_from_paper",
            lambda volunteer, **given: services.review(volunteer=volunteer, **given),
            form=OpinionOnPaper,
            offered=_from("review"),
            hint=gettext_lazy("Signed on paper by a cadre of the village."),
        ),
        Verb(
            "decline",
            gettext_lazy("Decline"),
            "decide",
            lambda volunteer, **given: services.decline(volunteer=volunteer, **given),
            form=DeclineForm,
            offered=_from("decline"),
            tone="danger",
        ),
        Verb(
            "decline_on_paper",
            gettext_lazy("Enter a refusal"),
            "enter_from_paper",
            lambda volunteer, **given: services.decline(volunteer=volunteer, **given),
            form=RefusalOnPaper,
            offered=lambda volunteer, user: volunteer.status in (Status.APPLIED, Status.RECOMMENDED),
            hint=gettext_lazy("Signed on paper by whoever has the word: a head, or then a cadre."),
        ),
        Verb(
            "leave",
            gettext_lazy("Write down that he leaves"),
            "enter_from_paper",
            lambda volunteer, **given: services.leave(volunteer=volunteer, **given),
            form=LeaveForm,
            offered=_from("leave"),
            hint=gettext_lazy("Coming shifts are given back; what was done stays."),
        ),
        Verb(
            "apply_again",
            gettext_lazy("Put forward again"),
            "create",
            lambda volunteer, note, **given: services.apply_again(volunteer=volunteer, motive=note, **given),
            form=NoteForm,
            offered=_from("return"),
        ),
    )

    @admin.display(description=gettext_lazy("state"), ordering="status")
    def state(self, volunteer):
        return badge(volunteer.get_status_display(), selectors.STATE_TONES[volunteer.status])

    @admin.display(description=gettext_lazy("applied on"), ordering="applied_at")
    def applied(self, volunteer):
        return timezone.localtime(volunteer.applied_at).date()

    def sheet(self, request, volunteer):
        person = volunteer.person
        done = volunteer.attendances.aggregate(times=Count("pk"), minutes=Sum("minutes"))
        facts = [
            {
                "label": _("state"),
                "value": volunteer.get_status_display(),
                "tone": selectors.STATE_TONES[volunteer.status] or "note",
                "mark": "none",
            },
            {"label": _("village or community"), "value": volunteer.village},
            {"label": _("telephone"), "value": person.phone, "url": f"tel:{person.phone}"},
            {"label": _("year of birth"), "value": person.birth_year},
            {"label": _("why he wants to help"), "value": volunteer.motive},
            {"label": _("enrolled on"), "value": volunteer.enrolled_on},
            {"label": _("left on"), "value": volunteer.left_on},
            {
                "label": _("patrols so far"),
                "value": _("%(times)d, %(hours)d hours") % {"times": done["times"], "hours": done["minutes"] // 60}
                if done["times"]
                else "",
            },
        ]
        steps = list(volunteer.steps.select_related("by").order_by("no"))
        last = volunteer.attendances.select_related("patrol__village", "patrol__leader").order_by("-patrol__started_at")[:10]
        coming = volunteer.sign_ups.in_force().filter(shift__ends_at__gt=timezone.now()).select_related("shift__village")
        sections = [
            table(
                _("Coming shifts"),
                [_("when"), _("kind"), _("meeting place"), _("signed up at")],
                [
                    (
                        {"text": hours_of(each.shift.starts_at, each.shift.ends_at), "url": desk_url(each.shift)},
                        each.shift.get_kind_display(),
                        f"{each.shift.village} · {each.shift.meeting_place}",
                        moment(each.at),
                    )
                    for each in coming.order_by("shift__starts_at")
                ],
            ),
            table(
                _("Last patrols"),
                [_("when"), _("kind"), _("village or community"), _("leader"), _("minutes")],
                [
                    (
                        {"text": hours_of(each.patrol.started_at, each.patrol.ended_at), "url": desk_url(each.patrol)},
                        each.patrol.get_kind_display(),
                        each.patrol.village,
                        each.patrol.leader,
                        each.minutes,
                    )
                    for each in last
                ],
                numbers={4},
            ),
        ]
        return {
            "facts": [fact for fact in facts if fact["value"]],
            "steps": [
                {
                    "what": step.get_move_display(),
                    "who": _("%(name)s on paper, entered by %(by)s") % {"name": step.spoken_by, "by": step.by.name}
                    if step.spoken_by
                    else step.by.name,
                    "when": step.at,
                    "note": step.note,
                    "tone": {"decline": "bad", "approve": "ok"}.get(step.move, ""),
                    "current": step.no == volunteer.steps_taken,
                }
                for step in steps
            ],
            "sections": [section for section in sections if section["rows"]],
            "files": files_of(*steps),
        }
