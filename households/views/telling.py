"""What I saw and where I called: telling it, and reading what became of it."""

from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.generic import TemplateView

from households import services
from households.forms import QuarrelForm, SightingForm, VisitForm
from households.models import Sighting
from households.selectors import serving_head
from households.selectors.telling import answers_seen_by
from households.views.homes import AtHome
from shengkang.audit import services as audit
from shengkang.cases import duplicates
from shengkang.cases.models import DisputeCase, Report
from shengkang.cases.moves import ENDED_WELL, OPEN
from shengkang.organization.selectors import villages_of
from shengkang.portal.pages import PhoneFormPage, PhonePage


class ReportQuarrel(AtHome, PhoneFormPage):
    """Three questions, the rest folded away; what looks like a quarrel that was told before is asked about first."""

    access_line = ("dispute", "create")
    template_name = "households/quarrel.html"
    form_class = QuarrelForm
    verb = "report_quarrel"
    extra_context = {"submit_label": gettext_lazy("Report to the station"), "title": gettext_lazy("Report a quarrel")}

    def form_valid(self, form):
        told = form.cleaned_data
        if not told["answer"] and not audit.was_answered(by=self.request.user, verb=self.verb, key=told["key"]):
            found = duplicates.candidates(self.request.user, self._told(told))
            if found:
                return self._ask_which(form, found)
        return super().form_valid(form)

    def act(self, cleaned, at):
        given = self._given(cleaned)
        answer = cleaned["answer"]
        if answer not in ("", "new"):
            given["same_as"] = get_object_or_404(DisputeCase.objects.visible_to(self.request.user), pk=answer)
        sighting = services.report_quarrel(
            home=self.home, photos=cleaned["photos"], protected=cleaned["protected"], by=self.request.user, at=at, **given
        )
        return {"sighting": sighting.pk, "case": sighting.case_id}

    def get_success_url(self):
        return reverse("households:told", args=[self.result["sighting"]])

    def _given(self, told):
        beside = {"phone": told["other_phone"], "is_minor": told["other_is_minor"], "guardian_name": told["other_guardian"]}
        given = {name: told[name] for name in ("category", "story", "place", "scale", "latitude", "longitude")}
        return given | {"parties": services.parties_at(self.home, told["other"], **beside)}

    def _told(self, told):
        address = self.home.address
        return duplicates.told_of(
            at=timezone.now(), village=address.village, address=address, restricted=told["protected"], **self._given(told)
        )

    def _ask_which(self, form, found):
        """Everything typed travels on in hidden fields; photos are chosen once more."""
        mine = {each.case_id: each for each in Report.objects.filter(by=self.request.user, case__in=[one.case for one in found])}
        for each in found:
            audit.note_look(what="case", about=each.case, by=self.request.user, at=timezone.now())
        context = self.get_context_data(form=form) | {
            "title": _("Was this told before?"),
            "photos_again": bool(form.cleaned_data["photos"]),
            "candidates": [
                {
                    "case": each.case,
                    "day": timezone.localtime(each.case.opened_at).strftime("%Y-%m-%d"),
                    "tone": tone_of(each.case),
                    "story": mine[each.case.pk].text if each.case.pk in mine else each.case.story,
                    "reasons": pgettext("list", ", ").join(each.reasons),
                    "mine": each.case.pk in mine,
                }
                for each in found
            ],
        }
        return TemplateResponse(self.request, "households/duplicates.html", context)


class LogVisit(AtHome, PhoneFormPage):
    access_line = ("visit", "create")
    template_name = "households/form.html"
    form_class = VisitForm
    verb = "log_visit"
    done = gettext_lazy("The visit is written down. Thank you.")
    extra_context = {"submit_label": gettext_lazy("Write it down"), "title": gettext_lazy("Log a visit")}

    def act(self, cleaned, at):
        return {"visit": services.log_visit(home=self.home, by=self.request.user, at=at, **cleaned).pk}

    def get_success_url(self):
        return reverse("households:home", args=[self.home.pk])


class ReportSighting(PhoneFormPage):
    access_line = ("sighting", "create")
    template_name = "households/form.html"
    form_class = SightingForm
    verb = "report_sighting"
    extra_context = {"submit_label": gettext_lazy("Report to the station"), "title": gettext_lazy("Report something else")}

    def get_form_kwargs(self):
        user = self.request.user
        villages = villages_of(user.station)
        own = villages.filter(pk__in=user.memberships.values("unit"))
        self.villages = own if own.exists() else villages
        return super().get_form_kwargs() | {"villages": self.villages}

    def get_initial(self):
        head = serving_head(self.request.user)
        return super().get_initial() | ({"village": head.village_id} if head else {})

    def act(self, cleaned, at):
        return {"sighting": services.report_sighting(by=self.request.user, at=at, **cleaned).pk}

    def get_success_url(self):
        return reverse("households:told", args=[self.result["sighting"]])


class OneSighting(PhonePage):
    access_line = ("sighting", "read")

    @cached_property
    def sighting(self):
        mine = Sighting.objects.visible_to(self.request.user).select_related("case", "village", "home__address__village")
        return get_object_or_404(mine, pk=self.kwargs["pk"])

    def case_seen(self):
        """The case behind a sighting, if the one who told may read it; protected ones are read by few."""
        return DisputeCase.objects.visible_to(self.request.user).filter(pk=self.sighting.case_id).first()


class Told(OneSighting, TemplateView):
    """It has arrived, and this is what happens next: the answer matters more than the form."""

    template_name = "households/told.html"

    def get_context_data(self, **kwargs):
        case = self.sighting.case
        if case is None:
            steps = [_("The station reads it today."), _("If it needs a hand, an officer rings you.")]
        elif case.restricted:
            steps = [
                _("The chief reads it at once. Only the chief and the officer in charge can read it."),
                _("If somebody is in danger now, call 110."),
                _("Please speak with nobody else about it."),
            ]
        elif self._joined(case):
            steps = [
                _("It was told before; your words are with it now."),
                _("It has ended; the message under “My messages” says how.")
                if case.status not in OPEN
                else _("When it is settled you get a notice here."),
            ]
        else:
            steps = [
                _("An officer reads it and decides how urgent it is."),
                _("The officer rings you, and may ask you to help settle it."),
                _("When it is settled you get a notice here."),
            ]
        return super().get_context_data(
            title=_("Reported"),
            heading=_("The station has it. Thank you."),
            number=case.no if case else "",
            next_steps=steps,
            **kwargs,
        )

    def _joined(self, case) -> bool:
        """Somebody told of it before."""
        return case.opened_at < self.sighting.at


class SightingPage(OneSighting, TemplateView):
    template_name = "households/sighting.html"

    def get_context_data(self, **kwargs):
        sighting, case = self.sighting, self.case_seen()
        facts = [
            {"label": _("Kind"), "value": sighting.get_kind_display()},
            {"label": _("When"), "value": timezone.localtime(sighting.at).strftime("%Y-%m-%d %H:%M")},
            {"label": _("Where"), "value": str(sighting.home or sighting.village)},
            {"label": _("What was seen"), "value": sighting.text},
        ]
        if sighting.case:
            facts.append({"label": _("Case number"), "value": sighting.case.no})
        return super().get_context_data(
            title=_("What I told"),
            facts=facts,
            sighting=sighting,
            case=case,
            tone=tone_of(case) if case else "",
            answers=[
                {"what": each["outcome"], "when": each["at"], "note": each["answer"], "links": each}
                for each in answers_seen_by(self.request.user, sighting)
            ],
            **kwargs,
        )


def tone_of(case) -> str:
    """The colour that repeats the word of a case's state."""
    return "ok" if case.status in ENDED_WELL else "note" if case.status in OPEN else ""


def is_protected(sighting) -> bool:
    return sighting.case is not None and sighting.case.restricted
