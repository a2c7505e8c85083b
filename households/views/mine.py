"""What I wrote down, newest first."""

from django.db.models import Exists, OuterRef
from django.http import HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.generic import TemplateView

from households.models import Sighting, Triage, Visit
from households.views.homes import day_text
from households.views.telling import is_protected, tone_of
from shengkang.organization import access
from shengkang.portal.pages import PhonePage

ROWS_A_PAGE = 20


class Mine(PhonePage, TemplateView):
    """What I wrote down, newest first, paged by id: a long history costs what a short one does."""

    template_name = "households/mine.html"

    def get(self, request, *args, **kwargs):
        before = request.GET.get("before", "")
        if before and not (before.isdecimal() and len(before) < 19):
            return HttpResponseRedirect(request.path)
        self.before = int(before) if before else None
        return super().get(request, *args, **kwargs)

    def page(self, queryset):
        if self.before:
            queryset = queryset.filter(pk__lt=self.before)
        found = list(queryset.order_by("-pk")[: ROWS_A_PAGE + 1])
        self.older_url = f"{self.request.path}?before={found[ROWS_A_PAGE - 1].pk}" if len(found) > ROWS_A_PAGE else ""
        return found[:ROWS_A_PAGE]

    def get_context_data(self, **kwargs):
        rows = self.rows()
        here = self.request.resolver_match.view_name
        tabs = [
            {"url": reverse(name), "label": label, "current": name == here}
            for name, label, line in (
                ("households:sightings", pgettext("tab", "Told"), MySightings.access_line),
                ("households:visits", pgettext("tab", "Visits"), MyVisits.access_line),
            )
            if access.may(self.request.user, *line)
        ]
        newer = self.request.path if self.before else ""
        # One tab is no choice.
        tabs = tabs if len(tabs) > 1 else []
        return super().get_context_data(rows=rows, tabs=tabs, older_url=self.older_url, newer_url=newer, **kwargs)


class MySightings(Mine):
    access_line = ("sighting", "read")
    extra_context = {
        "title": gettext_lazy("What I told"),
        "empty_title": gettext_lazy("Nothing told yet"),
        "empty_text": gettext_lazy("What you tell the station, and what it answers, stands here."),
        "empty_label": gettext_lazy("Report something else"),
        "empty_url": reverse_lazy("households:report-sighting"),
    }

    def rows(self):
        answered = Exists(Triage.objects.filter(sighting=OuterRef("pk")))
        mine = Sighting.objects.visible_to(self.request.user).filter(by=self.request.user).annotate(answered=answered)
        mine = mine.select_related("case", "village", "home__address__village", "home__address__group")
        return [self.row(sighting) for sighting in self.page(mine)]

    def row(self, sighting):
        badge, tone = self.state_of(sighting)
        return {
            # Someone may look over the shoulder: of a protected report the list says no word.
            "title": sighting.get_kind_display() if is_protected(sighting) else Truncator(sighting.text).chars(40),
            "text": str(sighting.home.address if sighting.home else sighting.village),
            "badge": badge,
            "tone": tone,
            "meta": day_text(sighting.at),
            "url": reverse("households:sighting", args=[sighting.pk]),
        }

    def state_of(self, sighting):
        if is_protected(sighting):
            return "", ""
        if sighting.case:
            return sighting.case.get_status_display(), tone_of(sighting.case)
        return (_("answered"), "ok") if sighting.answered else (_("not answered yet"), "")


class MyVisits(Mine):
    access_line = ("visit", "list")
    extra_context = {
        "title": gettext_lazy("My visits"),
        "empty_title": gettext_lazy("No visit logged yet"),
        "empty_text": gettext_lazy("When you have called at a home, log it from the front page or from the home's page."),
    }

    def rows(self):
        mine = Visit.objects.visible_to(self.request.user).filter(by=self.request.user)
        return [
            {
                "title": f"{visit.home.address.door} {visit.home.householder}",
                "badge": visit.get_kind_display(),
                "text": visit.note,
                "meta": day_text(visit.at),
            }
            for visit in self.page(mine.select_related("home__address__village", "home__address__group"))
        ]
