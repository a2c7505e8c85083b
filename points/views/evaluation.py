"""The phone's pages about deeds and points earned, and the publication on phone and paper."""

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView

from points import scoring
from points.deed_forms import PhoneDeedForm
from points.models import Deed, EvaluationPeriod, Rule, ScoreLine
from points.selectors.evaluation import publication_of, statement_of, village_sums
from points.services import deeds
from shengkang.errors import RuleViolation
from shengkang.organization import access
from shengkang.organization.selectors import villages_of
from shengkang.portal.pages import PhoneFormPage, PhonePage

ROWS_A_PAGE = 20
# Older months stay in the ledger's statement.
PERIODS_SHOWN = 6


class RecordDeed(PhoneFormPage):
    access_line = ("deed", "create")
    verb = "record_deed"
    form_class = PhoneDeedForm
    template_name = "points/evaluation/record_deed.html"
    success_url = reverse_lazy("points:deeds")
    done = gettext_lazy("Recorded. It counts when a second person has confirmed it.")
    extra_context = {"title": gettext_lazy("Record a good deed")}

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "user": self.request.user}

    def act(self, cleaned, at):
        return {"deed": deeds.record_deed(by=self.request.user, at=at, **cleaned).pk}


class DeedList(PhonePage, TemplateView):
    """What I recorded, and whether somebody confirmed it."""

    access_line = ("deed", "create")
    template_name = "points/evaluation/deeds.html"

    def get_context_data(self, **kwargs):
        mine = Deed.objects.visible_to(self.request.user).filter(by=self.request.user).select_related("person", "rule")
        page = Paginator(mine, ROWS_A_PAGE).get_page(self.request.GET.get("page"))
        rows = [
            {
                "title": f"{deed.person.name} · {deed.rule}",
                "text": deed.text,
                "meta": deed.done_on.isoformat(),
                "badge": _("confirmed") if deed.confirmed_at else _("waits for a second person"),
                "tone": "ok" if deed.confirmed_at else "warn",
            }
            for deed in page
        ]
        return super().get_context_data(title=_("Deeds I recorded"), rows=rows, page_obj=page, **kwargs)


class DeedsToConfirm(PhonePage, TemplateView):
    access_line = ("deed", "confirm")
    template_name = "points/evaluation/deeds_to_confirm.html"

    def get_context_data(self, **kwargs):
        waiting = Deed.objects.waiting_for(self.request.user).select_related("person__village", "rule", "by").order_by("id")
        page = Paginator(waiting, ROWS_A_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(title=_("Deeds to confirm"), deeds=page.object_list, page_obj=page, **kwargs)


class ConfirmDeed(PhonePage, View):
    """Confirms by one press; pressed twice it is confirmed once."""

    access_line = ("deed", "confirm")
    http_method_names = ["post"]

    def post(self, request, pk):
        reachable = Deed.objects.waiting_for(request.user) | Deed.objects.filter(confirmed_by=request.user)
        deed = get_object_or_404(reachable, pk=pk)
        try:
            deeds.confirm_deed(deed=deed, by=request.user, at=timezone.now())
        except RuleViolation as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Confirmed. The next scoring pays it."))
        return redirect("points:deeds-to-confirm")


class Why(PhonePage, TemplateView):
    """My points, month by month: each line names its rule and its fact."""

    access_line = ("points_account", "read")
    template_name = "points/evaluation/why.html"

    def get_context_data(self, **kwargs):
        person, months = self.request.user.person, []
        if person is not None:
            periods = list(EvaluationPeriod.objects.filter(station=person.station_id)[:PERIODS_SHOWN])
            lines = statement_of(person, periods)
            months = [self._month(period, lines[period.pk]) for period in periods if period.pk in lines]
        return super().get_context_data(title=_("Why I have these points"), months=months, **kwargs)

    def _month(self, period, lines):
        bonus = [line for line in lines if line.rule.part == Rule.Part.BONUS]
        rows = []
        for line in bonus:
            why = scoring.explain(line)
            rows.append(
                {
                    "title": why.rule,
                    "text": why.fact,
                    "meta": line.done_on.isoformat(),
                    "badge": _("+%(points)s points") % {"points": line.points},
                    "tone": "ok",
                    "mark": "none",
                }
            )
        return {
            "period": period,
            "provisional": period.status != EvaluationPeriod.Status.CLOSED,
            "base": sum(line.points for line in lines if line.rule.part == Rule.Part.BASE),
            "bonus": sum(line.points for line in bonus),
            "rows": rows,
        }


class PublicationPage(PhonePage, TemplateView):
    """The newest publication, one village at a time; leaders see villages only."""

    access_line = ("publication", "read")
    template_name = "points/evaluation/publication.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        periods = EvaluationPeriod.objects.visible_to(user).published()
        period = periods.first()
        if "pk" in self.kwargs:
            period = get_object_or_404(periods, pk=self.kwargs["pk"])
        context = {"title": _("Publication of points"), "period": period, "older": None}
        if period is not None:
            context["older"] = periods.filter(starts_on__lt=period.starts_on).first()
            context |= self._villages(period) if access.scopes(user, *self.access_line) == {"G"} else self._people(period, user)
        return super().get_context_data(**context, **kwargs)

    def _villages(self, period):
        return {
            "rows": [
                {
                    "title": each.village,
                    "text": _("%(people)s people, %(points)s points") % {"people": each.people, "points": each.points},
                }
                for each in village_sums(period)
            ]
        }

    def _people(self, period, user):
        villages = list(villages_of(period.station))
        asked = self.request.GET.get("village", "")
        own = user.person.village_id if user.person else None
        village = next((each for each in villages if str(each.pk) == asked), None)
        village = village or next((each for each in villages if each.pk == own), villages[0] if villages else None)
        page = Paginator(publication_of(period, village=village), ROWS_A_PAGE).get_page(self.request.GET.get("page"))
        rows = [
            {
                "title": one.name,
                "text": _("; ").join(
                    _("%(rule)s × %(times)s: %(points)s points") % {"rule": item.rule, "times": item.times, "points": item.points}
                    for item in one.items
                ),
                "badge": _("%(points)s points") % {"points": one.total},
                "mark": "none",
            }
            for one in page
        ]
        return {"rows": rows, "page_obj": page, "villages": villages, "village": village}


class PublicationSheet(LoginRequiredMixin, TemplateView):
    """The publication of a whole station to be printed and hung up, by village."""

    template_name = "points/evaluation/publication_sheet.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            access.require(request.user, "publication", "read")
            if access.scopes(request.user, "publication", "read") == {"G"}:
                raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        period = get_object_or_404(EvaluationPeriod.objects.visible_to(self.request.user).published(), pk=self.kwargs["pk"])
        villages: dict[str, list] = {}
        for one in publication_of(period):
            villages.setdefault(one.village, []).append(one)
        total = ScoreLine.objects.filter(period=period, rule__part=Rule.Part.BONUS).aggregate(sum=Sum("points"))["sum"] or 0
        return super().get_context_data(
            title=_("Publication of points"),
            period=period,
            villages=villages,
            total=total,
            back=reverse("points:publication"),
            **kwargs,
        )
