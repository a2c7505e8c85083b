"""Becoming a volunteer: one's own application, those that wait for a head's or cadre's word, and one application whole."""

from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from patrols import selectors, services
from patrols.forms import ApplyForm, LeaveForm, OpinionForm
from patrols.models import Volunteer
from patrols.moves import COMING, Status
from patrols.views.common import paged
from shengkang.attachments.models import Attachment
from shengkang.organization import access
from shengkang.organization.selectors import day_of
from shengkang.portal.pages import PhoneFormPage, PhonePage

NEXT = {
    Status.APPLIED: gettext_lazy("A head of the village gives an opinion next."),
    Status.RECOMMENDED: gettext_lazy("The village committee gives its opinion next."),
    Status.REVIEWED: gettext_lazy("The station decides next."),
    Status.ENROLLED: gettext_lazy("Enrolled: coming shifts can be taken."),
    Status.DECLINED: gettext_lazy("You can apply again."),
    Status.LEFT: gettext_lazy("You can apply again."),
}


class Mine(PhonePage, TemplateView):
    """Where one stands oneself: apply, wait, or take shifts. Leads on to the application that there is."""

    access_line = ("volunteer_application", "create")

    def get(self, request, *args, **kwargs):
        volunteer = selectors.volunteer_of(request.user)
        if volunteer is None:
            return HttpResponseRedirect(reverse("patrols:apply"))
        return HttpResponseRedirect(volunteer.get_absolute_url())


class Apply(PhoneFormPage):
    """自荐. Who was declined or left comes back by the same page."""

    access_line = ("volunteer_application", "create")
    template_name = "patrols/form.html"
    form_class = ApplyForm
    verb = "volunteer"
    extra_context = {
        "title": gettext_lazy("Become a volunteer"),
        "lead": gettext_lazy("Two or three evenings a month with an officer or auxiliary, in your own village."),
        "submit_label": gettext_lazy("Apply"),
    }

    @cached_property
    def speaks_for_others(self):
        return bool(access.scopes(self.request.user, "volunteer_application", "create") & {"A", "S"})

    def get_form_kwargs(self):
        user = self.request.user
        people = selectors.people_to_apply_for(user) if self.speaks_for_others else None
        return super().get_form_kwargs() | {"people": people, "villages": selectors.villages_to_apply_in(user)}

    def get_initial(self):
        user = self.request.user
        return super().get_initial() | ({"village": user.person.village_id} if user.person_id else {})

    def act(self, cleaned, at):
        user = self.request.user
        person = cleaned.get("who") or user.person
        if person is None:
            raise services.ApplicationRefused(
                _("The station does not know yet who you are. Ring it, and an officer applies for you.")
            )
        given = {"motive": cleaned["motive"], "village": cleaned["village"], "by": user, "at": at}
        known = Volunteer.objects.filter(person=person).first()
        if known is not None and known.status in (Status.DECLINED, Status.LEFT):
            services.apply_again(volunteer=known, **given)
            return {"volunteer": known.pk}
        return {"volunteer": services.apply(person=person, **given).pk}

    def get_success_url(self):
        return reverse("patrols:application", args=[self.result["volunteer"]])


class OneVolunteer(PhonePage):
    """A page about one application; one that is not one's business does not exist."""

    @cached_property
    def volunteer(self):
        seen = Volunteer.objects.visible_to(self.request.user).select_related("person", "village", "station")
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            access.require(request.user, "volunteer_application", "read")
            self.volunteer  # noqa: B018 a stranger gets 404 before anything is shown
            access.require(request.user, *self.access_line, sees=True)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        user = self.request.user
        himself = user.person_id is not None and user.person_id == self.volunteer.person_id
        return super().get_context_data(volunteer=self.volunteer, himself=himself, facts=self.facts(himself), **kwargs)

    def facts(self, himself):
        volunteer = self.volunteer
        person = volunteer.person
        phone = "" if himself else person.phone
        facts = [
            {
                "label": _("state"),
                "value": volunteer.get_status_display(),
                "tone": selectors.STATE_TONES[volunteer.status] or "note",
                "mark": "" if volunteer.status == Status.ENROLLED else "none",
            },
            {"label": _("village or community"), "value": volunteer.village},
            {"label": _("year of birth"), "value": "" if himself else person.birth_year},
            {"label": _("telephone"), "value": phone, "url": f"tel:{phone}"},
            {"label": _("applied on"), "value": day_of(volunteer.applied_at).isoformat()},
            {"label": _("enrolled on"), "value": volunteer.enrolled_on},
            {"label": _("why he wants to help"), "value": volunteer.motive},
        ]
        return [fact for fact in facts if fact["value"]]


class ApplicationPage(OneVolunteer, TemplateView):
    access_line = ("volunteer_application", "read")
    template_name = "patrols/application.html"

    def get_context_data(self, **kwargs):
        user, volunteer = self.request.user, self.volunteer
        steps = list(volunteer.steps.select_related("by").order_by("no"))
        photos = Attachment.objects.visible_to(user).filter(
            owner_label="patrols.vettingstep", owner_id__in=[step.pk for step in steps]
        )
        waits = selectors.waiting_for(user).filter(pk=volunteer.pk).exists()
        himself = user.person_id is not None and user.person_id == volunteer.person_id
        return super().get_context_data(
            title=_("My application") if himself else str(volunteer.person),
            next_words=NEXT[volunteer.status],
            steps=[
                {
                    "what": step.get_move_display(),
                    "who": _("%(name)s, signed on paper") % {"name": step.spoken_by} if step.spoken_by else step.by.name,
                    "when": step.at,
                    "note": step.note,
                    "tone": "bad" if step.move == "decline" else "ok" if step.move == "approve" else "",
                    "current": step.no == volunteer.steps_taken,
                }
                for step in steps
            ],
            photos=photos,
            opinion_url=self.opinion_url() if waits else "",
            may_leave=himself and volunteer.status in (*COMING, Status.ENROLLED),
            may_return=himself
            and volunteer.status in (Status.DECLINED, Status.LEFT)
            and access.may(user, "volunteer_application", "create"),
            enrolled=volunteer.status == Status.ENROLLED,
            quarter=selectors.quarter_of(volunteer, timezone.now()) if himself else None,
            **kwargs,
        )

    def opinion_url(self):
        name = "patrols:recommend" if self.volunteer.status == Status.APPLIED else "patrols:review"
        return reverse(name, args=[self.volunteer.pk])


class Waiting(PhonePage, TemplateView):
    """What waits for a head's or cadre's word, the oldest first; below it the village's others."""

    access_line = ("volunteer_application", "list")
    template_name = "patrols/waiting.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        waiting = selectors.waiting_for(user).select_related("person", "village").order_by("applied_at", "pk")
        seen = Volunteer.objects.visible_to(user).select_related("person", "village").order_by("-applied_at", "-pk")
        page = paged(self.request, seen)
        return super().get_context_data(
            title=_("Volunteers"),
            waiting=[self._row(each) for each in waiting[:50]],
            rows=[self._row(each) for each in page],
            page_obj=page,
            **kwargs,
        )

    def _row(self, volunteer):
        return {
            "title": str(volunteer.person),
            "badge": volunteer.get_status_display(),
            "tone": selectors.STATE_TONES[volunteer.status],
            "mark": "none",
            "meta": _("applied on %(day)s") % {"day": day_of(volunteer.applied_at).isoformat()},
            "url": volunteer.get_absolute_url(),
        }


class Opinion(OneVolunteer, PhoneFormPage):
    template_name = "patrols/opinion.html"
    form_class = OpinionForm
    yes = ""
    say_yes = None

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"yes": self.yes}

    def get_context_data(self, **kwargs):
        return super().get_context_data(title=self.volunteer.person.name, submit_label=_("Give the opinion"), **kwargs)

    def act(self, cleaned, at):
        given = {"volunteer": self.volunteer, "by": self.request.user, "at": at}
        if cleaned["answer"] == "yes":
            step = self.say_yes(opinion=cleaned["opinion"], **given)
        else:
            step = services.decline(reason=cleaned["opinion"], **given)
        return {"step": step.pk}

    def get_success_url(self):
        return reverse("patrols:waiting")


class Recommend(Opinion):
    access_line = ("volunteer_application", "recommend")
    verb = "recommend_volunteer"
    yes = gettext_lazy("Yes, I recommend this person")
    say_yes = staticmethod(services.recommend)
    done = gettext_lazy("Your opinion is written down. The village committee is next.")


class Review(Opinion):
    access_line = ("volunteer_application", "review")
    verb = "review_volunteer"
    yes = gettext_lazy("Yes, the village supports this person")
    say_yes = staticmethod(services.review)
    done = gettext_lazy("Your opinion is written down. The station is next.")


class Leave(OneVolunteer, PhoneFormPage):
    access_line = ("volunteer_application", "read")
    template_name = "patrols/form.html"
    form_class = LeaveForm
    verb = "leave_volunteers"
    done = gettext_lazy("You are no longer listed as a volunteer. Thank you for your help.")
    extra_context = {
        "title": gettext_lazy("Stop being a volunteer"),
        "lead": gettext_lazy("Places in coming shifts are given back. What you did so far stays written down."),
        "submit_label": gettext_lazy("Stop"),
        "tone": "danger",
    }

    def act(self, cleaned, at):
        return {"step": services.leave(volunteer=self.volunteer, by=self.request.user, at=at, **cleaned).pk}

    def get_success_url(self):
        return reverse("portal:home")
