"""Leading a patrol on the phone: start from a shift or at once, tell what is found, end it and tick who was there."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from patrols import selectors, services
from patrols.forms import ConfirmForm, DisputeFindingForm, EndForm, FindingForm, HazardFindingForm, StartForm
from patrols.models import Finding, Patrol, SignUp
from patrols.views.common import day_words, hour, shift_row
from patrols.views.shifts import OneShift, finding_row, minutes_words
from shengkang.organization import access
from shengkang.portal.pages import PhoneFormPage, PhonePage


class Lead(PhonePage, TemplateView):
    """The leader's page: the patrol under way, the shifts to start, and starting at once."""

    access_line = ("patrol", "start_end")
    template_name = "patrols/lead.html"

    def get_context_data(self, **kwargs):
        user, at = self.request.user, timezone.now()
        return super().get_context_data(
            title=_("Lead a patrol"),
            leads=bool(user.roles & set(services.LEADERS)),
            patrol=selectors.under_way_of(user),
            rows=[shift_row(shift) for shift in selectors.shifts_to_start(user, at)[:10]],
            **kwargs,
        )


class Start(PhoneFormPage):
    access_line = ("patrol", "start_end")
    template_name = "patrols/form.html"
    form_class = StartForm
    verb = "start_patrol"
    done = gettext_lazy("The patrol is under way, and you are on duty.")
    extra_context = {"title": gettext_lazy("Start a patrol at once"), "submit_label": gettext_lazy("Start now")}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"villages": selectors.villages_led_by(self.request.user)}

    def act(self, cleaned, at):
        return {"patrol": services.start_patrol(by=self.request.user, at=at, **cleaned).pk}

    def get_success_url(self):
        return reverse("patrols:patrol", args=[self.result["patrol"]])


class StartShift(OneShift, PhoneFormPage):
    """The patrol of a shift one leads; the service says who may and when."""

    access_line = ("patrol", "start_end")
    template_name = "patrols/start_shift.html"
    form_class = ConfirmForm
    verb = "start_patrol"
    done = gettext_lazy("The patrol is under way, and you are on duty.")
    extra_context = {"title": gettext_lazy("Start the patrol"), "submit_label": gettext_lazy("Start now")}

    def is_entrusted(self):
        return self.shift.leader_id == self.request.user.pk or selectors.sign_up_of(self.request.user, self.shift) is not None

    def act(self, cleaned, at):
        return {"patrol": services.start_patrol(shift=self.shift, by=self.request.user, at=at).pk}

    def get_success_url(self):
        return reverse("patrols:patrol", args=[self.result["patrol"]])


class OnePatrol(PhonePage):
    """A page about one patrol; one on which one does not go along does not exist."""

    @cached_property
    def patrol(self):
        seen = Patrol.objects.visible_to(self.request.user).select_related("village", "leader", "shift", "station")
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            access.require(request.user, "patrol", "read")
            self.patrol  # noqa: B018 a stranger gets 404 before anything is shown
            access.require(request.user, *self.access_line, sees=True)
            if not self.is_entrusted():
                raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def is_entrusted(self):
        """Whether the patrol is within the scope of the user's cell (A), not only seen."""
        return True

    def get_context_data(self, **kwargs):
        return super().get_context_data(patrol=self.patrol, **kwargs)


class GoingAlong(OnePatrol):
    """What only those do who go along; which of them leads is for the service to ask."""

    def is_entrusted(self):
        return selectors.is_on(self.patrol, self.request.user)


class PatrolPage(OnePatrol, TemplateView):
    access_line = ("patrol", "read")
    template_name = "patrols/patrol.html"

    def get_context_data(self, **kwargs):
        user, patrol = self.request.user, self.patrol
        findings = Finding.objects.visible_to(user).filter(patrol=patrol).select_related("hazard", "case", "patrol")
        attendances = patrol.attendances.select_related("volunteer__person").order_by("volunteer__person__name_key")
        mine = next((each for each in attendances if each.volunteer.person_id == user.person_id), None)
        signed = SignUp.objects.in_force().filter(shift=patrol.shift_id or 0).select_related("volunteer__person")
        end = f"–{hour(patrol.ended_at)}" if patrol.ended_at else ""
        facts = [
            {"label": _("When"), "value": f"{day_words(patrol.started_at)} {hour(patrol.started_at)}{end}"},
            {"label": _("village or community"), "value": patrol.village},
            {"label": _("leader"), "value": patrol.leader},
            {"label": _("kilometres"), "value": patrol.kilometres},
            {"label": _("note"), "value": patrol.note},
            {"label": _("my attendance"), "value": minutes_words(mine.minutes) if mine else ""},
        ]
        running = patrol.ended_at is None
        return super().get_context_data(
            title=patrol.get_kind_display(),
            facts=[fact for fact in facts if fact["value"]],
            running=running,
            leading=patrol.leader_id == user.pk,
            may_find=running and selectors.is_on(patrol, user) and access.may(user, "finding", "create"),
            people=[each.volunteer.person.name for each in (attendances if not running else signed)],
            findings=[finding_row(each, user) for each in findings],
            **kwargs,
        )


class End(GoingAlong, PhoneFormPage):
    access_line = ("patrol", "start_end")
    template_name = "patrols/end.html"
    form_class = EndForm
    verb = "end_patrol"
    done = gettext_lazy("The patrol is over, and who was there is written down. Thank you.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"patrol": self.patrol}

    def get_context_data(self, **kwargs):
        return super().get_context_data(title=_("End the patrol"), submit_label=_("End now"), **kwargs)

    def act(self, cleaned, at):
        patrol = services.end_patrol(
            patrol=self.patrol,
            present=[*cleaned.get("signed", ()), *cleaned.get("others", ())],
            kilometres=cleaned["kilometres"],
            note=cleaned["note"],
            by=self.request.user,
            at=at,
        )
        return {"patrol": patrol.pk}

    def get_success_url(self):
        return self.patrol.get_absolute_url()


class Find(GoingAlong, PhoneFormPage):
    """One kind of finding; the three pages differ in what they ask."""

    access_line = ("finding", "create")
    template_name = "patrols/find.html"
    verb = "report_finding"
    kind = ""

    def get_context_data(self, **kwargs):
        return super().get_context_data(title=self.title, submit_label=_("Report to the station"), **kwargs)

    def act(self, cleaned, at):
        given = {"patrol": self.patrol, "kind": self.kind, "by": self.request.user, "at": at}
        return {"finding": services.report_finding(**given, **cleaned).pk}

    def get_success_url(self):
        return self.patrol.get_absolute_url()


class FindHazard(Find):
    kind, form_class, title = Finding.Kind.HAZARD, HazardFindingForm, gettext_lazy("We found a hazard")
    done = gettext_lazy("The station has the hazard. You see here what becomes of it.")


class FindDispute(Find):
    kind, form_class, title = Finding.Kind.DISPUTE, DisputeFindingForm, gettext_lazy("We came upon a quarrel")
    done = gettext_lazy("The station has it. You are told when it is settled.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"may_protect": access.may(self.request.user, "dispute_restricted", "create")}

    def get_context_data(self, **kwargs):
        return super().get_context_data(ask_leader=not access.may(self.request.user, "dispute_restricted", "create"), **kwargs)


class FindOther(Find):
    kind, form_class, title = Finding.Kind.OTHER, FindingForm, gettext_lazy("We noticed something else")
    done = gettext_lazy("It is written down. Thank you.")
