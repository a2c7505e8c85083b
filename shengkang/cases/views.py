"""On the phone: what became of my reports, what I mediate, and one dispute."""

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.generic import TemplateView

from shengkang.attachments.models import Attachment
from shengkang.audit import services as audit
from shengkang.cases import agreements, relapse, selectors
from shengkang.cases.models import DisputeCase, Report
from shengkang.cases.moves import OPEN
from shengkang.organization.selectors import day_of
from shengkang.portal.pages import PhonePage

PAGE = 20


def _day(at) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d")


def _page_before(request, rows):
    """One page of `rows` (newest id first) by keyset, and the key of the next one: a long history costs no more than a short one."""
    before = request.GET.get("before", "")
    rows = rows.order_by("-pk")
    shown = list((rows.filter(pk__lt=int(before)) if before.isdecimal() and len(before) < 19 else rows)[: PAGE + 1])
    older = f"?before={shown[PAGE - 1].pk}" if len(shown) > PAGE else ""
    return shown[:PAGE], {"older_url": older, "newer_url": request.path if before else ""}


class MyReports(PhonePage, TemplateView):
    access_line = ("case_outcome", "list")
    template_name = "cases/my_reports.html"

    def get_context_data(self, **kwargs):
        mine = Report.objects.filter(by=self.request.user).select_related("case__category", "case__village")
        reports, pages = _page_before(self.request, mine)
        return super().get_context_data(title=_("My reports"), rows=[self._row(each) for each in reports], **pages, **kwargs)

    def _row(self, report):
        outcome = selectors.outcome_for(report)
        return {
            "title": f"{report.case.category} · {report.case.village}",
            "text": outcome.sentence,
            "badge": outcome.word,
            "tone": outcome.tone,
            "meta": _("told on %(day)s") % {"day": _day(report.at)},
            "url": report.case.get_absolute_url(),
        }


class Mediating(PhonePage, TemplateView):
    """Open ones first by their limit; those that ended are found under the reports and messages."""

    access_line = ("dispute", "mediate")
    template_name = "cases/mediating.html"

    def get_context_data(self, **kwargs):
        user, at = self.request.user, timezone.now()
        cases = DisputeCase.objects.visible_to(user).filter(mediator=user, status__in=OPEN).select_related("category", "village")
        cases, pages = _page_before(self.request, cases)
        rows = []
        for case in cases:
            late, tone = selectors.lateness(case, at)
            rows.append(
                {
                    "title": f"{case.category} · {case.village}",
                    "text": case.get_status_display(),
                    "badge": late,
                    "tone": tone,
                    "meta": case.no,
                    "url": case.get_absolute_url(),
                }
            )
        return super().get_context_data(title=_("Disputes I mediate"), rows=rows, **pages, **kwargs)


class CasePage(PhonePage, TemplateView):
    """Who sees the case (officer in charge, mediator, station) reads it and its parties; a reporter reads his words and how it stands."""

    access_line = ("case_outcome", "read")
    template_name = "cases/case.html"

    def get_context_data(self, pk, **kwargs):
        user, at = self.request.user, timezone.now()
        report = Report.objects.filter(case_id=pk, by=user).select_related("case__category", "case__village").first()
        case = (
            DisputeCase.objects.visible_to(user)
            .filter(pk=pk)
            .select_related("category", "village", "mediator", "officer")
            .first()
        )
        if case is None and report is None:
            raise Http404
        entrusted = case is not None and (user.pk in (case.officer_id, case.mediator_id) or user.is_staff)
        context = self._entrusted(case, at) if entrusted else self._told(report)
        return super().get_context_data(
            back_url=reverse("cases:mediating" if entrusted and not user.is_staff else "cases:list"), **context, **kwargs
        )

    def _told(self, report):
        if report is None:
            raise Http404
        case, outcome = report.case, selectors.outcome_for(report)
        steps = [{"what": step.get_move_display(), "when": step.at, "current": False} for step in selectors.outward_steps(case)]
        steps[-1]["current"] = True
        return {
            "title": _("My report"),
            "outcome": outcome,
            "facts": [
                {"label": _("Number"), "value": case.no},
                {"label": _("category"), "value": case.category},
                {"label": _("village or community"), "value": case.village},
                {"label": _("What you told us"), "value": report.text},
            ],
            "steps": steps,
        }

    def _ways(self, case):
        """Where one goes on from here: the agreement to be read, signed and performed; the visits that are owed."""
        visits = case.follow_ups.filter(done_at=None, due_on__lte=day_of(timezone.now()))
        ways = [
            {"title": _("Follow-up visit"), "badge": visit.due_on.isoformat(), "tone": "warn", "icon": "visit",
             "url": reverse("cases:visit", args=[visit.pk])}
            for visit in visits[:1]
        ]  # fmt: skip
        if agreements.agreement_in_force(case) is not None:
            ways.append({"title": _("The agreement"), "icon": "document", "url": reverse("cases:agreement", args=[case.pk])})
        return ways

    def _learned(self, case, at):
        """What the mediator may lean on, without names: the quarrels of the same people or place, and what settled others like it."""
        user = self.request.user
        return {
            "before": [
                {
                    "what": f"{each.case.category} · {each.case.get_status_display()}",
                    "when": _day(each.case.opened_at),
                    "who": pgettext("list", ", ").join(str(tie) for tie in each.ties),
                    "note": relapse.without_names(each.terms, each.case),
                    "tone": selectors.STATE_TONES.get(each.case.status, ""),
                }
                for each in relapse.history_of(user, case, at)
            ],
            "similar": [relapse.without_names(each.terms, each.case) for each in relapse.settled_like(user, case, at)],
        }

    def _entrusted(self, case, at):
        audit.note_look(what="case", about=case, by=self.request.user, at=at)
        late, tone = selectors.lateness(case, at)
        agreement = case.agreements.last()
        facts = [
            {
                "label": _("state"),
                "value": case.get_status_display(),
                "tone": selectors.STATE_TONES.get(case.status, "note"),
                "mark": "none",
            },
            {"label": _("category"), "value": case.category},
            {"label": _("village or community"), "value": case.village},
            {"label": _("place"), "value": case.place},
            {"label": _("what happened"), "value": case.story},
            {"label": _("due at"), "value": late, "tone": tone or "note", "mark": "" if tone else "none"},
            {"label": _("officer in charge"), "value": case.officer},
            {"label": _("what was agreed"), "value": agreement.terms if agreement else ""},
        ]
        return {
            "title": case.no,
            "facts": [fact for fact in facts if fact["value"]],
            "parties": case.parties.all(),
            "ways": self._ways(case),
            **(self._learned(case, at) if case.status in OPEN else {}),
            "other_ways": agreements.OTHER_WAYS if agreements.broke_off(case) else "",
            "pictures": Attachment.objects.of(case).filter(kind=Attachment.Kind.PICTURE),
            "steps": [
                {
                    "what": step.get_move_display(),
                    "who": step.by.name,
                    "when": step.at,
                    "note": step.note,
                    "current": step.no == case.steps_taken,
                }
                for step in case.steps.select_related("by").order_by("no")
            ],
        }
