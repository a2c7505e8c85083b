"""Shifts on a volunteer's phone: what comes in his village, taking a place, giving it back, and his own record."""

import uuid
from itertools import groupby

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from patrols import selectors, services
from patrols.forms import ConfirmForm
from patrols.models import Attendance, Finding, Shift, SignUp
from patrols.moves import Status
from patrols.views.common import day_words, hour, paged, shift_row, when_words
from shengkang.organization import access
from shengkang.organization.selectors import day_of
from shengkang.portal.pages import PhoneFormPage, PhonePage


class Shifts(PhonePage, TemplateView):
    """Coming shifts, those one has taken first."""

    access_line = ("shift", "list")
    template_name = "patrols/shifts.html"

    def get_context_data(self, **kwargs):
        user, at = self.request.user, timezone.now()
        coming = selectors.shifts_to_come(user, at)
        page = paged(self.request, coming.filter(mine=False))
        return super().get_context_data(
            title=_("Patrol shifts"),
            mine=[shift_row(shift) for shift in coming.filter(mine=True)[:20]],
            rows=[shift_row(shift) for shift in page],
            page_obj=page,
            running=[
                {
                    "title": f"{patrol.get_kind_display()} · {patrol.village}",
                    "badge": _("under way"),
                    "tone": "ok",
                    "meta": _("leader %(name)s") % {"name": patrol.leader},
                    "url": patrol.get_absolute_url(),
                }
                for patrol in selectors.on_now(user)
            ],
            **kwargs,
        )


class OneShift(PhonePage):
    """A page about one shift; one that is not of one's village does not exist."""

    @cached_property
    def shift(self):
        seen = selectors.with_places(Shift.objects.visible_to(self.request.user)).select_related("village", "leader", "station")
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            access.require(request.user, "shift", "read")
            self.shift  # noqa: B018 a stranger gets 404 before anything is shown
            access.require(request.user, *self.access_line, sees=True)
            if not self.is_entrusted():
                raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def is_entrusted(self):
        """Whether the shift is within the scope of the user's cell (A), not only seen."""
        return True

    @cached_property
    def volunteer(self):
        return selectors.volunteer_of(self.request.user)

    def get_context_data(self, **kwargs):
        shift = self.shift
        facts = [
            {"label": _("When"), "value": when_words(shift)},
            {"label": _("Where you meet"), "value": f"{shift.village} · {shift.meeting_place}"},
            {"label": _("leader"), "value": shift.leader},
            {"label": _("places"), "value": _("%(taken)d of %(places)d taken") % {"taken": shift.taken, "places": shift.places}},
            {"label": _("note"), "value": shift.note},
        ]
        return super().get_context_data(shift=shift, facts=[fact for fact in facts if fact["value"]], **kwargs)


class ShiftPage(OneShift, TemplateView):
    access_line = ("shift", "read")
    template_name = "patrols/shift.html"

    def get_context_data(self, **kwargs):
        user, shift, at = self.request.user, self.shift, timezone.now()
        sign_up = selectors.sign_up_of(user, shift)
        open_still = shift.cancelled_at is None and shift.starts_at > at
        enrolled = self.volunteer is not None and self.volunteer.status == Status.ENROLLED
        may = enrolled and open_still and access.may(user, "shift", "sign_up")
        return super().get_context_data(
            title=shift.get_kind_display(),
            sign_up=sign_up,
            may_take=may and sign_up is None and shift.taken < shift.places and self.volunteer.village_id == shift.village_id,
            may_give_back=may and sign_up is not None,
            over=shift.ends_at <= at,
            full=open_still and sign_up is None and shift.taken >= shift.places,
            companions=self._companions() if sign_up or user.is_staff else [],
            key=str(uuid.uuid4()),
            **kwargs,
        )

    def _companions(self):
        """Who goes along: told to those who go along themselves, by name alone."""
        taken = SignUp.objects.in_force().filter(shift=self.shift).select_related("volunteer__person").order_by("at")
        return [each.volunteer.person.name for each in taken]


class SignUpPage(OneShift, PhoneFormPage):
    access_line = ("shift", "sign_up")
    template_name = "patrols/form.html"
    form_class = ConfirmForm
    verb = "sign_up"
    done = gettext_lazy("You are signed up. You are reminded the evening before.")
    extra_context = {"title": gettext_lazy("Sign up"), "submit_label": gettext_lazy("I am coming")}

    def act(self, cleaned, at):
        return {"sign_up": services.take_place(shift=self.shift, by=self.request.user, at=at).pk}

    def get_success_url(self):
        return self.shift.get_absolute_url()


class GiveBack(OneShift, PhoneFormPage):
    access_line = ("shift", "sign_up")
    template_name = "patrols/form.html"
    form_class = ConfirmForm
    verb = "give_back_shift"
    done = gettext_lazy("You gave the place back. Thank you for saying so in time.")
    extra_context = {"title": gettext_lazy("Give the place back"), "submit_label": gettext_lazy("I cannot come")}

    def act(self, cleaned, at):
        return {"sign_up": services.give_place_back(shift=self.shift, by=self.request.user, at=at).pk}

    def get_success_url(self):
        return reverse("patrols:shifts")


class Record(PhonePage, TemplateView):
    """What one did oneself: times and hours of this quarter, each attendance, each finding. Compared with nobody."""

    access_line = ("patrol", "list")
    template_name = "patrols/record.html"

    def get(self, request, *args, **kwargs):
        self.volunteer = selectors.volunteer_of(request.user)
        # Who is no volunteer has nothing here; officers and auxiliaries lead.
        if self.volunteer is None and request.user.is_staff:
            return HttpResponseRedirect(reverse("patrols:lead"))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        user = self.request.user
        mine = Attendance.objects.filter(volunteer=self.volunteer) if self.volunteer else Attendance.objects.none()
        page = paged(self.request, mine.select_related("patrol__village", "patrol__leader").order_by("-patrol__started_at"))
        months = groupby(page, key=lambda each: day_of(each.patrol.started_at).strftime("%Y-%m"))
        findings = Finding.objects.filter(by=user).select_related("patrol__village", "hazard", "case")[:10]
        return super().get_context_data(
            title=_("My patrols"),
            volunteer=self.volunteer,
            quarter=selectors.quarter_of(self.volunteer, timezone.now()) if self.volunteer else None,
            months=[(month, [self._row(each) for each in rows]) for month, rows in months],
            page_obj=page,
            findings=[finding_row(each, user) for each in findings],
            **kwargs,
        )

    @staticmethod
    def _row(attendance):
        patrol = attendance.patrol
        return {
            "title": day_words(patrol.started_at),
            "text": f"{hour(patrol.started_at)}–{hour(patrol.ended_at)} {patrol.get_kind_display()} · {patrol.village}",
            "badge": minutes_words(attendance.minutes),
            "tone": "ok",
            "meta": _("leader %(name)s") % {"name": patrol.leader},
            "url": patrol.get_absolute_url(),
        }


def minutes_words(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    words = [ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}] if hours else []
    if rest or not hours:
        words.append(ngettext("%(n)d minute", "%(n)d minutes", rest) % {"n": rest})
    return " ".join(words)


def finding_row(finding, user) -> dict:
    """A finding in a list: what became of it is said where the reader may know it; of a protected one only that it is dealt with."""
    state, tone = "", ""
    if finding.hazard_id:
        state, tone = finding.hazard.get_status_display(), "ok" if finding.hazard.status == "closed" else "note"
    elif finding.case_id:
        state, tone = (_("with the station"), "note") if finding.case.restricted else (finding.case.get_status_display(), "note")
    return {
        "title": finding.text[:60],
        "text": finding.place,
        "badge": state or finding.get_kind_display(),
        "tone": tone,
        "mark": "" if tone == "ok" else "none",
        "meta": f"{finding.get_kind_display()} · {day_words(finding.at)} {hour(finding.at)}",
    }
