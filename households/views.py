"""The head's phone: my homes, what I saw there, what became of it. Every page works without JavaScript."""

from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.generic import TemplateView

from households import services
from households.forms import QuarrelForm, SightingForm, VisitForm
from households.models import Sighting, Visit
from households.selectors import homes_at_a_glance, needs_at, serving_head
from shengkang.cases.models import DisputeCase
from shengkang.cases.moves import ENDED_WELL, OPEN
from shengkang.organization import access
from shengkang.organization.selectors import day_of, villages_of
from shengkang.portal.pages import PhoneFormPage, PhonePage

HOMES_A_PAGE = 20
ROWS_A_PAGE = 20


def _day(at) -> str:
    return day_of(at).isoformat()


class HomePicker(PhonePage, TemplateView):
    """A list of one's homes that leads somewhere: to the home's page, or straight to the form of a tile."""

    access_line = ("household", "list")
    template_name = "households/homes.html"
    title = gettext_lazy("My homes")
    lead = ""
    leads_to = "households:home"

    def get_context_data(self, **kwargs):
        wanted = self.request.GET.get("q", "").strip()[:40]
        homes = homes_at_a_glance(self.request.user)
        if wanted:
            homes = homes.matching(wanted)
        page = Paginator(homes, HOMES_A_PAGE).get_page(self.request.GET.get("page"))
        # A head knows her village; who serves several wants to read it.
        head = serving_head(self.request.user)
        rows = []
        for home in page:
            needs = needs_at(home)
            rows.append(
                {
                    "title": f"{home.address.group or ''}{home.address.door} {home.householder}",
                    "text": "" if head else home.address.village.name,
                    "badge": _("; ").join(str(need) for need in needs),
                    "tone": "note",
                    "meta": _("last visit %(day)s") % {"day": _day(home.last_visit_at)}
                    if home.last_visit_at
                    else _("no visit yet"),
                    "url": reverse(self.leads_to, args=[home.pk]),
                }
            )
        return super().get_context_data(title=self.title, lead=self.lead, rows=rows, page_obj=page, wanted=wanted, **kwargs)


class QuarrelWhere(HomePicker):
    access_line = ("dispute", "create")
    title = gettext_lazy("Report a quarrel")
    lead = gettext_lazy("At which home is it?")
    leads_to = "households:quarrel"


class VisitWhere(HomePicker):
    access_line = ("visit", "create")
    title = gettext_lazy("Log a visit")
    lead = gettext_lazy("Which home did you visit?")
    leads_to = "households:visit"


class AtHome:
    """A page about one home; a home one may not see does not exist."""

    @cached_property
    def home(self):
        return get_object_or_404(homes_at_a_glance(self.request.user), pk=self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.home  # noqa: B018 a stranger gets 404 before anything is shown
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(home=self.home, **kwargs)


class HomePage(AtHome, PhonePage, TemplateView):
    access_line = ("household", "read")
    template_name = "households/home.html"

    def get_context_data(self, **kwargs):
        user, home = self.request.user, self.home
        visits = Visit.objects.visible_to(user).filter(home=home).select_related("by")[:5]
        residents = [
            {
                "title": resident.person.name,
                "badge": resident.get_need_display() if resident.need else "",
                "tone": "note",
                "text": _("works away") if resident.works_away else "",
                "meta": resident.person.phone,
                "url": f"tel:{resident.person.phone}" if resident.person.phone else "",
                "icon": "phone" if resident.person.phone else "user",
            }
            for resident in home.living_there
        ]
        return super().get_context_data(
            title=f"{home.address.door} {home.householder}",
            residents=residents,
            visits=[
                {"what": visit.get_kind_display(), "who": visit.by, "when": visit.at, "note": visit.note} for visit in visits
            ],
            head=serving_head(user),
            may_visit=access.may(user, "visit", "create"),
            **kwargs,
        )


class ReportQuarrel(AtHome, PhoneFormPage):
    access_line = ("dispute", "create")
    template_name = "households/form.html"
    form_class = QuarrelForm
    verb = "report_quarrel"
    extra_context = {"submit_label": gettext_lazy("Report to the station"), "title": gettext_lazy("Report a quarrel")}

    def act(self, cleaned, at):
        other = cleaned.pop("other")
        sighting = services.report_quarrel(
            home=self.home, parties=services.parties_at(self.home, other), by=self.request.user, at=at, **cleaned
        )
        return {"sighting": sighting.pk, "case": sighting.case_id}

    def get_success_url(self):
        return reverse("households:told", args=[self.result["sighting"]])


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
            title=_("What I told"), facts=facts, sighting=sighting, case=case, tone=tone_of(case) if case else "", **kwargs
        )


def tone_of(case) -> str:
    """The colour that repeats the word of a case's state."""
    return "ok" if case.status in ENDED_WELL else "note" if case.status in OPEN else ""


def is_protected(sighting) -> bool:
    return sighting.case is not None and sighting.case.restricted


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
            for name, label in (
                ("households:sightings", pgettext("tab", "Told")),
                ("households:visits", pgettext("tab", "Visits")),
            )
        ]
        newer = self.request.path if self.before else ""
        return super().get_context_data(rows=rows, tabs=tabs, older_url=self.older_url, newer_url=newer, **kwargs)


class MySightings(Mine):
    access_line = ("sighting", "read")
    extra_context = {"title": gettext_lazy("What I told"), "empty_title": gettext_lazy("Nothing told yet")}

    def rows(self):
        mine = Sighting.objects.visible_to(self.request.user).filter(by=self.request.user)
        return [
            {
                # Someone may look over the shoulder: of a protected report the list says no word.
                "title": sighting.get_kind_display() if is_protected(sighting) else sighting.text[:40],
                "text": str(sighting.home.address if sighting.home else sighting.village),
                "badge": ""
                if is_protected(sighting)
                else sighting.case.get_status_display()
                if sighting.case
                else sighting.get_kind_display(),
                "tone": tone_of(sighting.case) if sighting.case else "",
                "meta": _day(sighting.at),
                "url": reverse("households:sighting", args=[sighting.pk]),
            }
            for sighting in self.page(mine.select_related("case", "village", "home__address__village", "home__address__group"))
        ]


class MyVisits(Mine):
    access_line = ("visit", "list")
    extra_context = {"title": gettext_lazy("My visits"), "empty_title": gettext_lazy("No visit logged yet")}

    def rows(self):
        mine = Visit.objects.visible_to(self.request.user).filter(by=self.request.user)
        return [
            {
                "title": f"{visit.home.address.door} {visit.home.householder}",
                "badge": visit.get_kind_display(),
                "text": visit.note,
                "meta": _day(visit.at),
            }
            for visit in self.page(mine.select_related("home__address__village", "home__address__group"))
        ]
