"""My homes and one home, on the head's phone."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from households.models import Visit
from households.selectors import homes_at_a_glance, needs_at, serving_head
from shengkang.organization import access
from shengkang.organization.selectors import day_of
from shengkang.portal.pages import PhonePage

HOMES_A_PAGE = 20


def day_text(at) -> str:
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
                    "meta": _("last visit %(day)s") % {"day": day_text(home.last_visit_at)}
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
