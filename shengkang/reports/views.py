"""The leaders' pages: the figures of a month, the rows behind each of them, and the monthly reports."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization import access
from shengkang.organization.selectors import day_of
from shengkang.reports import charts, nails, selectors, services, wording
from shengkang.reports.forms import ChoiceOfFigures, ChoiceOfRows
from shengkang.reports.models import Briefing

ROWS_A_PAGE = 50
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class LeadersPage(LoginRequiredMixin):
    """A page of someone the matrix lets see figures; to everyone else it does not exist."""

    access_line = ("figures", "read")
    section = ""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            access.require(request.user, *self.access_line)
            if request.user.station_id is None:
                raise Http404
            self.station, self.at = request.user.station, timezone.now()
            self.today = day_of(self.at)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        nav = [
            ("dashboard", _("Figures"), "chart", reverse("reports:dashboard"), ("figures", "read")),
            ("briefings", _("Monthly reports"), "document", reverse("reports:briefings"), ("briefing", "list")),
        ]
        return super().get_context_data(
            area=_("Figures and reports"),
            desk_nav=[
                {"label": label, "icon": icon, "url": url, "current": key == self.section}
                for key, label, icon, url, line in nav
                if access.may(self.request.user, *line)
            ],
            **kwargs,
        )

    def chosen(self, form_class):
        """The form and what it says; a choice that is none of this station's does not exist."""
        data = self.request.GET.copy()
        data.setdefault("month", f"{self.today:%Y-%m}")
        form = form_class(data, station=self.station, today=self.today)
        if not form.is_valid():
            raise Http404
        return form, form.cleaned_data


def rows_url(part, month, village=None, kind=None) -> str:
    """Where the rows behind a figure are; "" for parts that never show theirs."""
    if part.hidden:
        return ""
    query = {"part": part.key, "month": f"{month:%Y-%m}"}
    if village is not None:
        query["village"] = village
    if kind is not None:
        query["kind"] = kind
    return f"{reverse('reports:rows')}?{urlencode(query)}"


class Dashboard(LeadersPage, TemplateView):
    template_name = "reports/dashboard.html"
    section = "dashboard"

    def get_context_data(self, **kwargs):
        form, chosen = self.chosen(ChoiceOfFigures)
        month, village = chosen["month"], chosen["village"]
        running = selectors.is_running(month, self.at)
        groups: dict[str, list[dict]] = {}
        for line in selectors.lines(self.station, month, today=self.today, village=village):
            groups.setdefault(str(line.indicator.group), []).append(self.figure(line, village, running))
        protected = [] if village else selectors.protected_figures(self.station, month)
        return super().get_context_data(
            form=form,
            title=_("How are we doing"),
            month=wording.say_month(month),
            village=village,
            running=running,
            until=date_format(self.today, "MONTH_DAY_FORMAT"),
            groups=groups.items(),
            charts=charts.drawn(self.station, month, today=self.today, village=village, url=rows_url),
            protected=[(part.name, wording.say_quarter(quarter), shown) for part, quarter, shown in protected],
            **kwargs,
        )

    def figure(self, line, village, running):
        """One key figure as the template wants it."""
        top = line.indicator.top
        village = village.pk if village else None
        words = (
            (_("than the same days of last month"), _("than the same days last year"))
            if running
            else (_("than last month"), _("than last year"))
        )
        return {
            "name": line.indicator.name,
            "value": wording.say_value(line),
            "unit": "" if line.indicator.bottom else line.indicator.unit,
            "url": "" if line.indicator.bottom else rows_url(top, line.month, village),
            "formula": line.indicator.formula,
            "terms": [
                {"name": part.name, "value": wording.say_number(value, 1), "url": rows_url(part, line.month, village)}
                for part, value in line.terms
            ]
            if line.indicator.bottom
            else [],
            "comparisons": [
                {
                    "word": word,
                    "change": wording.say_change(line, comparison),
                    "base": "" if comparison.base is None else wording.say_base(line, comparison),
                    "tone": wording.tone_of(line, comparison),
                    "small": comparison.small,
                }
                for word, comparison in zip(words, (line.last_month, line.last_year), strict=True)
            ],
        }


class Rows(LeadersPage, TemplateView):
    """The rows one figure counts. Staff go on from here to the thing itself; leaders see no name, place or text."""

    template_name = "reports/rows.html"
    section = "dashboard"

    def get_context_data(self, **kwargs):
        _form, chosen = self.chosen(ChoiceOfRows)
        part, month, village = nails.parts().get(chosen["part"]), chosen["month"], chosen["village"]
        kind = chosen["kind"] if "kind" in self.request.GET else None
        kinds = part.kinds() if part else {}
        if part is None or part.hidden or (kind is not None and kind not in kinds):
            raise Http404
        behind = selectors.rows_behind(self.station, part, month, at=self.at, village=village, kind=kind)
        page = Paginator(behind.rows, ROWS_A_PAGE).get_page(self.request.GET.get("page")) if behind else None
        opens = "S" in access.scopes(self.request.user, "figures", "read")
        narrowed = [wording.say_month(month), village or _("All villages"), *([kinds[kind]] if kind is not None else [])]
        return super().get_context_data(
            title=self.name_of(part),
            lead=" · ".join(str(word) for word in narrowed),
            crumbs=[
                {"label": _("Figures"), "url": f"{reverse('reports:dashboard')}?{self.back(month, village)}"},
                {"label": self.name_of(part)},
            ],
            behind=behind,
            value=wording.say_number(behind.value, 1) if behind else "",
            counts_rows=part.gather is nails.Gather.COUNT,
            amounts=part.gather is not nails.Gather.COUNT,
            page_obj=page,
            rows=[self.row(part, row, opens) for row in page] if page else [],
            **kwargs,
        )

    @staticmethod
    def name_of(part):
        """The name of the figure that is nothing but this part, else the part's own."""
        plain = [each.name for each in nails.indicators() if each.top is part and not each.bottom]
        return plain[0] if plain else part.name

    @staticmethod
    def back(month, village):
        return urlencode({"month": f"{month:%Y-%m}", **({"village": village.pk} if village else {})})

    @staticmethod
    def row(part, row, opens):
        said = part.describe(row)
        amount = getattr(row, part.amount, None) if part.amount else None
        return {
            **said,
            "amount": "" if amount is None else wording.say_number(float(amount) / part.scale, 1),
            "url": nails.desk_page(said["page"]) if opens else "",
        }


class Briefings(LeadersPage, TemplateView):
    template_name = "reports/briefings.html"
    access_line = ("briefing", "list")
    section = "briefings"

    def get_context_data(self, **kwargs):
        found = Briefing.objects.visible_to(self.request.user).select_related("issued_by")
        page = Paginator(found, 24).get_page(self.request.GET.get("page"))
        issues = access.may(self.request.user, "briefing", "issue")
        rows = [
            {
                "briefing": briefing,
                "month": wording.say_month(briefing.month),
                "url": reverse("reports:briefing", args=[briefing.pk]),
                "issue_url": reverse("reports:issue", args=[briefing.pk]) if issues and not briefing.issued_at else "",
            }
            for briefing in page
        ]
        return super().get_context_data(title=_("Monthly reports"), rows=rows, page_obj=page, **kwargs)


class BriefingFile(LeadersPage, View):
    """The Word file; who took it is written down."""

    access_line = ("briefing", "read")

    def get(self, request, pk):
        briefing = get_object_or_404(Briefing.objects.visible_to(request.user), pk=pk)
        audit.note_look(what="briefing", about=briefing, by=request.user, at=self.at)
        return FileResponse(briefing.file.open("rb"), as_attachment=True, filename=f"{briefing.title}.docx", content_type=DOCX)


class IssueBriefing(LeadersPage, View):
    access_line = ("briefing", "read")

    def post(self, request, pk):
        briefing = get_object_or_404(Briefing.objects.visible_to(request.user), pk=pk)
        access.require(request.user, "briefing", "issue", sees=True)
        try:
            services.issue_briefing(briefing=briefing, by=request.user, at=self.at)
        except RuleViolation as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The report is issued. The township's leaders can read it now."))
        return redirect("reports:briefings")
