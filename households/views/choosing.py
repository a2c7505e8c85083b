"""The village cadre's phone: propose somebody as head, read what the station answered, take a proposal back."""

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from households import services
from households.forms import ProposeForm, WithdrawForm
from households.models import Nomination
from households.models.heads import villages_of_cadre
from households.selectors.heads import SHORTEST_NAME, people_to_propose, villages_spoken_for
from households.views.homes import day_text
from shengkang.organization.models import Person
from shengkang.organization.selectors import day_of
from shengkang.portal.pages import PhoneFormPage, PhonePage

ROWS = 50
TONES = {Nomination.Decision.WAITING: "warn", Nomination.Decision.APPOINTED: "ok"}


class Nominations(PhonePage, TemplateView):
    access_line = ("head_nomination", "list")
    template_name = "households/nominations.html"
    extra_context = {"title": gettext_lazy("Proposals for heads")}

    def get_context_data(self, **kwargs):
        mine = Nomination.objects.visible_to(self.request.user).select_related("person", "village")
        rows = [
            {
                "title": each.person.name,
                "text": each.answer or each.village.name,
                "badge": each.get_decision_display(),
                "tone": TONES.get(each.decision, ""),
                "meta": _("proposed on %(day)s") % {"day": day_text(each.at)},
                "url": reverse("households:nomination", args=[each.pk]),
            }
            for each in mine[:ROWS]
        ]
        return super().get_context_data(rows=rows, speaks=villages_spoken_for(self.request.user).exists(), **kwargs)


class WhomToPropose(PhonePage, TemplateView):
    """Search among the people of one's own village; of each only what tells two of the same name apart."""

    access_line = ("head_nomination", "create")
    template_name = "households/propose_whom.html"
    extra_context = {"title": gettext_lazy("Propose a head")}

    def get_context_data(self, **kwargs):
        wanted = self.request.GET.get("q", "").strip()[:40]
        rows = [
            {
                "title": person.name,
                "text": person.village.name,
                "meta": _("born in %(year)s") % {"year": person.birth_year} if person.birth_year else "",
                "url": reverse("households:propose", args=[person.pk]),
            }
            for person in people_to_propose(self.request.user, wanted, day_of(timezone.now()))
        ]
        return super().get_context_data(
            rows=rows,
            wanted=wanted,
            too_short=0 < len(wanted) < SHORTEST_NAME,
            villages=villages_spoken_for(self.request.user),
            **kwargs,
        )


class Propose(PhoneFormPage):
    access_line = ("head_nomination", "create")
    template_name = "households/propose.html"
    form_class = ProposeForm
    verb = "nominate_head"
    done = gettext_lazy("The station has your proposal. You read its answer here.")
    extra_context = {"title": gettext_lazy("Propose a head"), "submit_label": gettext_lazy("Send to the station")}

    @cached_property
    def person(self):
        user = self.request.user
        people = Person.objects.filter(station=user.station_id, village__in=villages_of_cadre(user))
        return get_object_or_404(people.select_related("village"), pk=self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.person  # noqa: B018 somebody of another village does not exist
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(person=self.person, **kwargs)

    def act(self, cleaned, at):
        nomination = services.nominate_head(
            village=self.person.village, person=self.person, by=self.request.user, at=at, **cleaned
        )
        return {"nomination": nomination.pk}

    def get_success_url(self):
        return reverse("households:nomination", args=[self.result["nomination"]])


class OneNomination(PhonePage):
    access_line = ("head_nomination", "list")

    @cached_property
    def nomination(self):
        seen = Nomination.objects.visible_to(self.request.user).select_related("person", "village", "by", "decided_by")
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    @property
    def may_withdraw(self):
        user, nomination = self.request.user, self.nomination
        mine = nomination.by_id == user.pk or villages_of_cadre(user).filter(unit=nomination.village_id).exists()
        return mine and nomination.decision == Nomination.Decision.WAITING


class NominationPage(OneNomination, TemplateView):
    template_name = "households/nomination.html"

    def get_context_data(self, **kwargs):
        nomination = self.nomination
        facts = [
            {"label": _("person proposed"), "value": nomination.person.name},
            {"label": _("village or community"), "value": nomination.village.name},
            {"label": _("why this person"), "value": nomination.reason},
            {"label": _("proposed by"), "value": nomination.by.name},
            {"label": _("proposed at"), "value": day_text(nomination.at)},
            {"label": _("decided at"), "value": day_text(nomination.decided_at) if nomination.decided_at else ""},
        ]
        return super().get_context_data(
            title=_("Proposal for a head"),
            nomination=nomination,
            tone=TONES.get(nomination.decision, "note"),
            answer=nomination.answer or self._what_next(),
            facts=[fact for fact in facts if fact["value"]],
            may_withdraw=self.may_withdraw,
            **kwargs,
        )

    def _what_next(self):
        return {
            Nomination.Decision.WAITING: _("The station's chief decides. You get a message."),
            Nomination.Decision.APPOINTED: _("Appointed. The station opens the account and assigns the homes."),
            Nomination.Decision.DECLINED: "",
            Nomination.Decision.WITHDRAWN: _("You took the proposal back."),
        }[self.nomination.decision]


class Withdraw(OneNomination, PhoneFormPage):
    access_line = ("head_nomination", "create")
    template_name = "households/withdraw.html"
    form_class = WithdrawForm
    verb = "withdraw_nomination"
    done = gettext_lazy("The proposal is taken back.")
    extra_context = {"title": gettext_lazy("Take the proposal back"), "submit_label": gettext_lazy("Take the proposal back")}

    def get(self, request, *args, **kwargs):
        """A proposal that was decided in the meantime leads to its answer."""
        return super().get(request, *args, **kwargs) if self.may_withdraw else redirect(self.get_success_url())

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.nomination  # noqa: B018 a stranger gets 404 before anything is shown
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(nomination=self.nomination, **kwargs)

    def act(self, cleaned, at):
        return {"nomination": services.withdraw_nomination(nomination=self.nomination, by=self.request.user, at=at).pk}

    def get_success_url(self):
        return reverse("households:nomination", args=[self.nomination.pk])
