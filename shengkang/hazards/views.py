"""On the phone: report a hazard, put it right, look at it again, and read what became of it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.generic import TemplateView

from shengkang.hazards import selectors, services, sheet
from shengkang.hazards.forms import LookAgainForm, PutRightForm, ReportForm
from shengkang.hazards.models import Hazard
from shengkang.hazards.moves import MOVES, Status
from shengkang.organization import access
from shengkang.organization.desk_parts import moment
from shengkang.portal.pages import PhoneFormPage, PhonePage

ROWS_A_PAGE = 20


class ReportHazard(PhoneFormPage):
    access_line = ("hazard", "create")
    template_name = "hazards/form.html"
    form_class = ReportForm
    verb = "find_hazard"
    extra_context = {"title": gettext_lazy("Report a hazard"), "submit_label": gettext_lazy("Report to the station")}

    @cached_property
    def villages(self):
        return selectors.villages_to_report_from(self.request.user)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"villages": self.villages}

    def act(self, cleaned, at):
        user = self.request.user
        village = cleaned.pop("village", None) or self.villages[0]
        hazard = services.find_hazard(
            station=user.station,
            village=village,
            channel=selectors.channel_of(user),
            place=village.name,
            by=user,
            at=at,
            **cleaned,
        )
        return {"hazard": hazard.pk}

    def get_success_url(self):
        return reverse("hazards:told", args=[self.result["hazard"]])


class OneHazard(PhonePage):
    """A page about one hazard; one that somebody may not see does not exist."""

    access_line = ("hazard", "read")

    @cached_property
    def hazard(self):
        seen = Hazard.objects.visible_to(self.request.user)
        seen = seen.select_related("group", "village", "found_by", "assigned_to").prefetch_related("steps__by")
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(hazard=self.hazard, **kwargs)


class Told(OneHazard, TemplateView):
    """It has arrived, and this is what happens next."""

    template_name = "hazards/told.html"

    def get_context_data(self, **kwargs):
        at_once = self.hazard.level == Hazard.Level.AT_ONCE
        steps = [
            _("The station's officers were told at once.")
            if at_once
            else _("An officer gives it to somebody who puts it right."),
            _("Keep people away until somebody comes. If anybody is hurt, call 120; if it burns, 119.")
            if at_once
            else _("Somebody else looks whether the danger is gone."),
            _("You get a notice here when it is done."),
        ]
        return super().get_context_data(title=_("Reported"), next_steps=steps, **kwargs)


class HazardPage(OneHazard, TemplateView):
    template_name = "hazards/hazard.html"

    def get_context_data(self, **kwargs):
        user, hazard, at = self.request.user, self.hazard, timezone.now()
        before, after = sheet.photos(hazard)
        return super().get_context_data(
            title=hazard.group.name,
            outcome=selectors.outcome_of(hazard),
            tone=selectors.STATE_TONES.get(hazard.status, ""),
            facts=sheet.facts(hazard, at),
            steps=sheet.steps(hazard),
            before=before,
            after=after,
            may_put_right=selectors.may_move(user, hazard, "put_right"),
            may_look_again=selectors.may_move(user, hazard, "look_again"),
            back_url=reverse("hazards:tasks" if hazard.assigned_to_id == user.pk else "hazards:found"),
            **kwargs,
        )


class Step(OneHazard, PhoneFormPage):
    """A step of a hazard one sees: 403 for whom the matrix does not give it; a step that is no longer possible leads back."""

    template_name = "hazards/form.html"
    move: str

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and request.user.roles:
            if not selectors.may(request.user, self.hazard, selectors.ACTIONS[self.move]):
                raise PermissionDenied
            if request.method == "GET" and self.hazard.status not in MOVES[self.move].origins:
                return redirect(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        before, _after = sheet.photos(self.hazard)
        return super().get_context_data(before=before, **kwargs)

    def get_success_url(self):
        return reverse("hazards:detail", args=[self.hazard.pk])


class PutRight(Step):
    form_class = PutRightForm
    verb, move = "put_right", "put_right"
    done = gettext_lazy("Written down. Now a second person looks whether the danger is gone.")
    extra_context = {"title": gettext_lazy("Put right"), "submit_label": gettext_lazy("It is put right")}

    def act(self, cleaned, at):
        return {"hazard": services.put_right(hazard=self.hazard, by=self.request.user, at=at, **cleaned).pk}


class LookAgain(Step):
    form_class = LookAgainForm
    verb, move = "look_again", "look_again"
    done = gettext_lazy("Written down. Thank you for looking.")
    extra_context = {"title": gettext_lazy("Look again"), "submit_label": gettext_lazy("Write it down")}

    def act(self, cleaned, at):
        return {"hazard": services.look_again(hazard=self.hazard, by=self.request.user, at=at, **cleaned).pk}

    def get_context_data(self, **kwargs):
        _before, after = sheet.photos(self.hazard)
        return super().get_context_data(after=after, **kwargs)


class Mine(PhonePage, TemplateView):
    """Newest first, paged by id: a long history costs what a short one does."""

    access_line = ("hazard", "list")
    template_name = "hazards/mine.html"
    extra_context = {"title": gettext_lazy("Hazards")}

    def get(self, request, *args, **kwargs):
        before = request.GET.get("before", "")
        if before and not (before.isdecimal() and len(before) < 19):
            return HttpResponseRedirect(request.path)
        self.before = int(before) if before else None
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        at = timezone.now()
        hazards = self.rows().select_related("group", "village").order_by("-pk")
        found = list((hazards.filter(pk__lt=self.before) if self.before else hazards)[: ROWS_A_PAGE + 1])
        first = [] if self.before else self.first()
        older = f"{self.request.path}?before={found[ROWS_A_PAGE - 1].pk}" if len(found) > ROWS_A_PAGE else ""
        here = self.request.resolver_match.view_name
        tabs = [
            {"url": reverse(name), "label": label, "current": name == here}
            for name, label in (
                ("hazards:tasks", pgettext("tab", "I put right")),
                ("hazards:found", pgettext("tab", "I reported")),
            )
        ]
        return super().get_context_data(
            rows=[self.row(hazard, at) for hazard in [*first, *found[:ROWS_A_PAGE]]],
            tabs=tabs,
            older_url=older,
            newer_url=self.request.path if self.before else "",
            empty_title=self.empty_title,
            empty_text=self.empty_text,
            may_report=access.may(self.request.user, *ReportHazard.access_line),
            **kwargs,
        )

    def first(self) -> list:
        """What stands above everything else on the first page."""
        return []

    def row(self, hazard, at):
        late, tone = selectors.lateness(hazard, at)
        return {
            "title": Truncator(hazard.text).chars(40),
            "text": f"{hazard.group} · {hazard.village}",
            "badge": late if tone else hazard.get_status_display(),
            "tone": tone or selectors.STATE_TONES.get(hazard.status, ""),
            "meta": _("found %(when)s") % {"when": moment(hazard.found_at)},
            "url": hazard.get_absolute_url(),
        }


class MyTasks(Mine):
    empty_title = gettext_lazy("Nothing to put right")
    empty_text = gettext_lazy("When the station gives you a hazard to put right, you get a notice and it stands here.")

    def rows(self):
        return self._mine().exclude(status=Status.ASSIGNED)

    def first(self):
        """What still waits for me, the most urgent first."""
        waiting = self._mine().filter(status=Status.ASSIGNED).select_related("group", "village")
        return list(waiting.order_by("due_at", "pk"))

    def _mine(self):
        return Hazard.objects.visible_to(self.request.user).filter(assigned_to=self.request.user)


class MyFinds(Mine):
    empty_title = gettext_lazy("No hazard reported yet")
    empty_text = gettext_lazy("Loose wires, a broken fence, a blocked exit: report it, and what becomes of it stands here.")

    def rows(self):
        return Hazard.objects.visible_to(self.request.user).filter(found_by=self.request.user)
