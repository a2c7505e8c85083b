"""On the phone: the agreement that is read and signed with a finger, what was done of it, and the visits one owes."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from shengkang.audit import services as audit
from shengkang.cases import agreements, services
from shengkang.cases.forms_agreements import PerformForm, SignForm, VisitForm
from shengkang.cases.models import DisputeCase, FollowUp, Obligation, Party
from shengkang.cases.moves import MOVES
from shengkang.organization.selectors import day_of
from shengkang.portal.pages import PhoneFormPage, PhonePage


def _key(signer) -> str:
    """How a signer is named in an address: party-12, mediator."""
    return f"party-{signer.pk}" if isinstance(signer, Party) else "mediator"


class OfAgreement(PhonePage):
    """A page about the agreement in force of a case one is entrusted with."""

    access_line = ("dispute", "mediate")

    @cached_property
    def case(self):
        seen = DisputeCase.objects.visible_to(self.request.user).select_related("mediator", "category", "village")
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    @cached_property
    def agreement(self):
        agreement = agreements.agreement_in_force(self.case)
        if agreement is None:
            raise Http404
        return agreement

    def text(self) -> dict:
        """What one reads before one signs."""
        owed = [
            {
                "what": each.what,
                "who": each.party.name if each.party else "",
                "amount": each.amount,
                "due_on": each.due_on,
                "performed_on": each.performed_on,
                "late": each.performed_on is None and each.due_on < day_of(timezone.now()),
                "url": "" if each.performed_on else reverse("cases:perform", args=[each.pk]),
            }
            for each in self.agreement.obligations.select_related("party")
        ]
        return {"agreement": self.agreement, "owed": owed}


class AgreementPage(OfAgreement, TemplateView):
    template_name = "cases/agreement.html"

    def get_context_data(self, **kwargs):
        audit.note_look(what="case", about=self.case, by=self.request.user, at=timezone.now())
        signed = [
            {"name": str(each), "how": each.get_how_display(), "at": each.at}
            for each in self.agreement.signatures.select_related("party", "mediator")
        ]
        open_to_sign = self.case.status in MOVES["sign"].origins
        signers = [
            {"name": each.name, "url": reverse("cases:sign", args=[self.case.pk, _key(each)])}
            for each in (agreements.who_has_not_signed(self.agreement) if open_to_sign else [])
        ]
        last_day = agreements.last_day_for_confirmation(self.agreement)
        left = agreements.days_left_for_confirmation(self.agreement, timezone.now())
        return super().get_context_data(
            title=_("The agreement"),
            back_url=self.case.get_absolute_url(),
            signed=signed,
            signers=signers,
            confirmation="" if left is None else _("until %(day)s, %(left)s days left") % {"day": last_day, "left": left},
            **self.text(),
            **kwargs,
        )


class Sign(OfAgreement, PhoneFormPage):
    """One person signs; the phone is handed over for it."""

    template_name = "cases/sign.html"
    form_class = SignForm
    verb = "sign_agreement"
    done = gettext_lazy("Signed. Thank you.")

    @cached_property
    def signer(self):
        waiting = {_key(each): each for each in agreements.who_has_not_signed(self.agreement)}
        if self.kwargs["who"] in waiting:
            return waiting[self.kwargs["who"]]
        # Sent once more after a lost answer: the receipt, or the service, answers.
        known = {_key(each): each for each in [*self.case.parties.all(), self.case.mediator] if each is not None}
        if self.kwargs["who"] not in known:
            raise Http404
        return known[self.kwargs["who"]]

    def act(self, cleaned, at):
        who = {"parties": [self.signer]} if isinstance(self.signer, Party) else {"mediator": self.signer}
        signatures = services.sign_agreement(agreement=self.agreement, by=self.request.user, at=at, **who, **cleaned)
        return {"signature": signatures[0].pk}

    def get_success_url(self):
        return reverse("cases:agreement", args=[self.case.pk])

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=_("Sign"),
            signer=self.signer,
            guardian=getattr(self.signer, "guardian_name", "") if getattr(self.signer, "is_minor", False) else "",
            back_url=self.get_success_url(),
            **self.text(),
            **kwargs,
        )


class Perform(PhoneFormPage):
    """One thing that was agreed has been done."""

    access_line = ("dispute", "mediate")
    template_name = "cases/perform.html"
    form_class = PerformForm
    verb = "mark_performed"
    done = gettext_lazy("Written down as done.")

    @cached_property
    def obligation(self):
        seen = Obligation.objects.visible_to(self.request.user).select_related("agreement__case", "party")
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def act(self, cleaned, at):
        services.mark_performed(obligation=self.obligation, by=self.request.user, at=at, **cleaned)
        return {"obligation": self.obligation.pk}

    def get_success_url(self):
        return reverse("cases:agreement", args=[self.obligation.agreement.case_id])

    def get_context_data(self, **kwargs):
        owed = self.obligation
        facts = [
            {"label": _("what is to be done"), "value": owed.what},
            {"label": _("owed by"), "value": owed.party.name if owed.party else ""},
            {"label": _("amount in yuan"), "value": f"{owed.amount:,.2f}" if owed.amount is not None else ""},
            {"label": _("due on"), "value": owed.due_on.isoformat()},
        ]
        return super().get_context_data(
            title=_("It was done"), facts=[each for each in facts if each["value"]], back_url=self.get_success_url(), **kwargs
        )


class Visits(PhonePage, TemplateView):
    """The visits on one's own list: due ones first, then those of the coming week."""

    access_line = ("follow_up", "list")
    template_name = "cases/visits.html"

    def get_context_data(self, **kwargs):
        at = timezone.now()
        rows = [self._row(visit, day_of(at)) for visit in agreements.visits_of(self.request.user, at)[:100]]
        return super().get_context_data(title=_("Visits I owe"), rows=rows, **kwargs)

    def _row(self, visit, today):
        days = (visit.due_on - today).days
        badge, tone = _("in %(days)s days") % {"days": days}, ""
        if days <= 0:
            badge, tone = (_("%(days)s days late") % {"days": -days}, "bad") if days else (_("due today"), "warn")
        return {
            "title": f"{visit.case.category} · {visit.case.village}",
            "text": visit.get_kind_display(),
            "badge": badge,
            "tone": tone,
            "meta": visit.case.no,
            "url": reverse("cases:visit", args=[visit.pk]),
        }


class Visit(PhoneFormPage):
    """Whether the peace holds: one choice, a few words."""

    access_line = ("dispute", "mediate")
    template_name = "cases/visit.html"
    form_class = VisitForm
    verb = "record_follow_up"

    @cached_property
    def visit(self):
        seen = FollowUp.objects.visible_to(self.request.user).select_related("case__category", "case__village")
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def act(self, cleaned, at):
        visit = services.record_follow_up(follow_up=self.visit, by=self.request.user, at=at, **cleaned)
        return {"follow_up": visit.pk}

    @property
    def done(self):
        if FollowUp.objects.get(pk=self.visit.pk).outcome == FollowUp.Outcome.BROKEN:
            return _("Written down. The station takes the dispute up again.")
        return _("Written down. Thank you for going there.")

    def get_success_url(self):
        return reverse("cases:visits")

    def get_context_data(self, **kwargs):
        case = self.visit.case
        audit.note_look(what="case", about=case, by=self.request.user, at=timezone.now())
        agreement = agreements.agreement_in_force(case)
        facts = [
            {"label": _("Number"), "value": case.no},
            {"label": _("due on"), "value": self.visit.due_on.isoformat()},
            {"label": _("category"), "value": str(case.category)},
            {"label": _("place"), "value": case.place},
            {"label": _("what was agreed"), "value": agreement.terms if agreement else ""},
        ]
        return super().get_context_data(
            title=_("Follow-up visit"),
            facts=[each for each in facts if each["value"]],
            parties=case.parties.all(),
            made=self.visit.done_at,
            back_url=self.get_success_url(),
            **kwargs,
        )
