"""Registration at the desk: one form, the question whether it was told before, one call; and the history of the same people."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Avg
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from shengkang.attachments import services as attachments
from shengkang.audit import services as audit
from shengkang.cases import duplicates, relapse, selectors, services
from shengkang.cases.admin.forms.register import CorrectPartyForm, RegisterForm
from shengkang.cases.admin.sheet.register import words
from shengkang.cases.models import DisputeCase
from shengkang.errors import RuleViolation
from shengkang.organization import sealed
from shengkang.organization.models import Address

VERB = "desk.open_case"
ID_NUMBERS = ("first_id_number", "second_id_number")


class Registering:
    """The registration of the desk, for the admin of cases."""

    def get_urls(self):
        own = path(
            "<int:pk>/relapses/", self.admin_site.admin_view(self.relapses_view), name="cases_disputecase_relapses"
        )  # fmt: skip
        return [own, *super().get_urls()]

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied if self.has_view_permission(request) else Http404
        return sensitive_post_parameters(*ID_NUMBERS)(self._register_view)(request)

    def _register_view(self, request):
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = RegisterForm(*sent, user=request.user)
        at = timezone.now()
        if request.method == "POST" and form.is_valid():
            if found := self._told_before(request.user, form, at):
                return self._ask_which(request, form, found, at)
            try:
                registered = self._register(request.user, form, at)
            except RuleViolation as refusal:
                form.add_error(None, str(refusal))
            else:
                said = _("Joined to %(no)s.") if registered.get("joined") else _("Registered as %(no)s.")
                messages.success(request, said % {"no": registered["no"]})
                return redirect(self.page_or_list(request.user, registered["id"]))
        context = {
            **self._around(request),
            "title": _("Register a dispute"),
            "submit_label": _("Register"),
            "form": form,
            "groups": form.groups(),
            "places": {"villages": villages_on_the_map(request.user)},
            "cancel_url": reverse("admin:cases_disputecase_changelist"),
        }
        return TemplateResponse(
            request,
            "admin/cases/disputecase/register.html",
            context,
            status=409 if form.is_bound and form.non_field_errors() else 200,
        )

    def _told_before(self, user, form, at) -> list[duplicates.Candidate]:
        """What is to be asked before anything is written; nothing once it was answered, or when the same form comes again."""
        if form.cleaned_data["answer"] or audit.was_answered(by=user, verb=VERB, key=form.cleaned_data["key"]):
            return []
        return duplicates.candidates(user, duplicates.told_of(at=at, **form.told()))

    def _ask_which(self, request, form, found, at):
        """The candidates beside what was typed; everything typed travels on in hidden fields, photos are chosen once more."""
        told = form.cleaned_data
        mine = set(DisputeCase.objects.filter(reports__by=request.user).filter(pk__in=[each.case.pk for each in found]).values_list("pk", flat=True))  # fmt: skip
        cards = []
        for each in found:
            audit.note_look(what="case", about=each.case, by=request.user, at=at)
            cards.append(
                {
                    "case": each.case,
                    "url": reverse("admin:cases_disputecase_change", args=[each.case.pk]),
                    "mine": each.case.pk in mine,
                    "facts": [
                        {"label": _("what speaks for it"), "value": words(each.reasons)},
                        {
                            "label": _("state"),
                            "value": each.case.get_status_display(),
                            "tone": selectors.STATE_TONES.get(each.case.status, "note"),
                            "mark": "lock" if each.case.restricted else "none",
                        },
                        *told_facts(
                            each.case.category, each.case.village, each.case.place, each.case.story, each.case.parties.all(),
                            timezone.localtime(each.case.opened_at).strftime("%Y-%m-%d %H:%M"),
                        ),
                    ],
                }
            )  # fmt: skip
        context = {
            **self._around(request),
            "title": _("Was this told before?"),
            "form": form,
            "typed": told_facts(told["category"], told["village"], told["place"], told["story"], form.parties()),
            "candidates": cards,
            "photos_again": bool(told["photos"]),
            "cancel_url": reverse("admin:cases_disputecase_changelist"),
        }
        return TemplateResponse(request, "admin/cases/disputecase/duplicates.html", context)

    def _register(self, user, form, at) -> dict:
        told, answer = form.cleaned_data, form.cleaned_data["answer"]

        def do():
            case = self._joined(user, form, at) if answer not in ("", "new") else self._opened(user, form, at)
            for photo in told["photos"]:
                attachments.attach(owner=case, station=case.station, upload=photo, by=user, at=at)
            return {"id": case.pk, "no": case.no, "joined": answer not in ("", "new")}

        body = {name: [str(each) for each in value] if isinstance(value, list) else str(value) for name, value in told.items()}
        # An ID number is guessed from its hash in no time: its keyed one stands for it.
        body |= {name: sealed.blind_index(told[name]) for name in ID_NUMBERS if told[name]}
        key = body.pop("key")
        return audit.once(by=user, verb=VERB, key=key, body=body, at=at, do=do)

    def _opened(self, user, form, at) -> DisputeCase:
        given = {"station": user.station, "by": user, "at": at, **form.told()}
        terms, answers = form.cleaned_data["terms"], form.cleaned_data["answers"]
        return services.settle_on_the_spot(**given, terms=terms, answers=answers) if terms else services.open_case(**given)

    def _joined(self, user, form, at) -> DisputeCase:
        told = form.cleaned_data
        case = DisputeCase.objects.visible_to(user).filter(pk=told["answer"]).first()
        if case is None:
            raise services.NotAllowedHere(_("This case is no longer there. Register it as a new one."))
        services.join_case(case=case, text=told["story"], restricted=told["restricted"], by=user, at=at)
        return case

    def relapses_view(self, request, pk):
        """The same people or place in 12 months as one history, with the case itself in its place."""
        case = self.get_object(request, str(pk))
        if case is None:
            raise Http404
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        at = timezone.now()
        audit.note_look(what="relapses", about=case, by=request.user, at=at)
        found = relapse.history_of(request.user, case, at)
        whole = sorted([*found, relapse.Earlier(case, (), "")], key=lambda each: (each.case.opened_at, each.case.pk))
        context = {
            **self._around(request),
            "original": case,
            "title": _("One history: %(count)s disputes in 12 months") % {"count": len(whole)},
            "case": case,
            "steps": [self._in_history(each, case) for each in whole],
            "counts": [
                {"label": _("disputes in 12 months"), "value": str(len(whole))},
                {"label": _("of them settled"), "value": str(sum(each.case.settled_at is not None for each in whole))},
                {"label": _("still worked on"), "value": str(sum(not each.ended for each in whole))},
            ],
            "similar": [
                {"case": each.case, "terms": relapse.without_names(each.terms, each.case), "alike": round(100 * each.alike)}
                for each in relapse.settled_like(request.user, case, at)
            ],
        }
        return TemplateResponse(request, "admin/cases/disputecase/relapses.html", context)

    @staticmethod
    def _in_history(each, case):
        ended = _("settled at") + f" {timezone.localtime(each.case.settled_at):%Y-%m-%d}" if each.case.settled_at else ""
        return {
            "what": f"{each.case.no} · {each.case.category} · {each.case.get_status_display()}",
            "url": "" if each.case.pk == case.pk else reverse("admin:cases_disputecase_change", args=[each.case.pk]),
            "when": each.case.opened_at,
            "who": words(each.ties),
            "note": "\n".join(filter(None, [each.terms, ended])),
            "current": each.case.pk == case.pk,
            "tone": selectors.STATE_TONES.get(each.case.status, ""),
        }

    def answer_verb(self, request, verb, thing):
        """The table of parties leads to the form of one of them: `?party=`."""
        answer = sensitive_post_parameters("id_number")(
            lambda request: super(Registering, self).answer_verb(request, verb, thing)
        )(request)
        form = (getattr(answer, "context_data", None) or {}).get("form")
        if isinstance(form, CorrectPartyForm) and not form.is_bound:
            form.prefill(request.GET.get("party", ""))
        return answer

    def page_or_list(self, user, pk):
        """The page of a case, or the list for whoever does not see it: who registers a protected case may not be among those who do."""
        if DisputeCase.objects.visible_to(user).filter(pk=pk).exists():
            return reverse("admin:cases_disputecase_change", args=[pk])
        return reverse("admin:cases_disputecase_changelist")

    def _around(self, request) -> dict:
        return {**self.admin_site.each_context(request), "opts": self.opts}


def told_facts(category, village, place, story, parties, when="") -> list[dict]:
    """A dispute as it was told, in the same lines for both sides of the comparison."""
    facts = [
        (_("registered at"), when),
        (_("category"), category.name),
        (_("village or community"), village.name),
        (_("place"), place),
        (_("what happened"), story),
        (_("Parties"), words(" ".join(filter(None, [each.name, each.phone])) for each in parties)),
    ]
    return [{"label": label, "value": value} for label, value in facts if value]


def villages_on_the_map(user) -> list[dict]:
    """The villages by the middle of their doors, for whoever looks for a point."""
    middles = (
        Address.objects.visible_to(user)
        .filter(latitude__isnull=False)
        .values("village__name")
        .annotate(north=Avg("latitude"), east=Avg("longitude"))
        .order_by("village__name")
    )
    return [{"at": [round(each["north"], 5), round(each["east"], 5)], "title": each["village__name"]} for each in middles]
