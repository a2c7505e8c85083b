"""Campaigns on the phone: a head goes home by home, a cadre sees how far the village is."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.generic import TemplateView

from households import services
from households.forms import CheckForm
from households.models import Campaign, HomeCheck
from households.models.heads import villages_of_cadre
from households.selectors import campaigns as selectors
from households.views.homes import day_text
from shengkang.organization import access
from shengkang.organization.selectors import day_of
from shengkang.portal.pages import PhoneFormPage, PhonePage

HOMES_A_PAGE = 20
CLOSED_SHOWN = 5
TONES = {HomeCheck.Result.RIGHT: "ok", HomeCheck.Result.PROBLEM: "bad", HomeCheck.Result.NOBODY: "warn"}


class Campaigns(PhonePage, TemplateView):
    access_line = ("campaign", "list")
    template_name = "households/campaigns.html"
    extra_context = {"title": gettext_lazy("Campaigns")}

    def get_context_data(self, **kwargs):
        user, today = self.request.user, day_of(timezone.now())
        seen = Campaign.objects.visible_to(user)
        checks = access.may(user, "home_check", "create")
        rows = []
        for campaign in seen.running(today).order_by("ends_on", "pk"):
            if checks:
                left = selectors.looked_at(user, campaign)["left"]
                badge = _("%(count)s left") % {"count": left} if left else _("done")
                tone = "warn" if left else "ok"
            else:
                whole = selectors.whole(selectors.progress_by_village(campaign, villages_of_cadre(user)))
                badge, tone = f"{whole['percent']}%", "note"
            rows.append(self._row(campaign, badge, tone))
        closed = seen.filter(closed_at__isnull=False).order_by("-closed_at")[:CLOSED_SHOWN]
        rows += [self._row(campaign, pgettext("campaign", "closed"), "") for campaign in closed]
        return super().get_context_data(rows=rows, **kwargs)

    def _row(self, campaign, badge, tone):
        return {
            "title": campaign.name,
            "text": campaign.get_kind_display(),
            "badge": badge,
            "tone": tone,
            "mark": "none",
            "meta": _("to be done by %(day)s") % {"day": campaign.ends_on.isoformat()},
            "url": campaign.get_absolute_url(),
        }


class OneCampaign(PhonePage):
    access_line = ("campaign", "read")

    @cached_property
    def campaign(self):
        return get_object_or_404(Campaign.objects.visible_to(self.request.user), pk=self.kwargs["pk"])

    @property
    def runs(self):
        return self.campaign.closed_at is None and self.campaign.starts_on <= day_of(timezone.now())


class CampaignPage(OneCampaign, TemplateView):
    """For whom homes are entrusted to: those left first. For a cadre, and whoever has none: village by village."""

    def get_template_names(self):
        return ["households/campaign.html" if self.checks else "households/campaign_progress.html"]

    @cached_property
    def checks(self):
        return access.may(self.request.user, "home_check", "create")

    def get_context_data(self, **kwargs):
        shown = self._homes() if self.checks else self._villages()
        return super().get_context_data(title=self.campaign.name, campaign=self.campaign, runs=self.runs, **shown, **kwargs)

    def _homes(self):
        user, wanted = self.request.user, self.request.GET.get("q", "").strip()[:40]
        homes = selectors.homes_to_check(user, self.campaign)
        if wanted:
            homes = homes.matching(wanted)
        page = Paginator(homes, HOMES_A_PAGE).get_page(self.request.GET.get("page"))
        rows = [
            {
                "title": f"{home.address.group or ''}{home.address.door} {home.householder}",
                "badge": HomeCheck.Result(home.result).label if home.result else "",
                "tone": TONES.get(home.result, ""),
                "meta": _("looked at on %(day)s") % {"day": day_text(home.checked_at)} if home.checked_at else "",
                "url": reverse("households:check", args=[self.campaign.pk, home.pk]) if self.runs else "",
            }
            for home in page
        ]
        return {"rows": rows, "page_obj": page, "wanted": wanted, "mine": selectors.looked_at(user, self.campaign)}

    def _villages(self):
        user = self.request.user
        everywhere = "S" in access.scopes(user, "campaign", "read")
        villages = selectors.progress_by_village(self.campaign, None if everywhere else villages_of_cadre(user))
        return {"villages": villages, "total": selectors.whole(villages)}


class CheckHome(OneCampaign, PhoneFormPage):
    """One home, ten seconds: one big button when everything is right; ticks and a second button when it is not."""

    access_line = ("home_check", "create")
    template_name = "households/check.html"
    form_class = CheckForm
    verb = "check_home"

    @cached_property
    def home(self):
        return get_object_or_404(selectors.homes_to_check(self.request.user, self.campaign), pk=self.kwargs["home"])

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.home  # noqa: B018 a home of somebody else does not exist
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"items": list(self.campaign.items.select_related("hazard_group"))}

    def get_context_data(self, **kwargs):
        home, last = self.home, None
        if home.result:
            check = HomeCheck.objects.filter(campaign=self.campaign, home=home).order_by("-pk").first()
            texts = {item.no: item.text for item in self.campaign.items.all()}
            last = {
                "result": check.get_result_display(),
                "tone": TONES[check.result],
                "day": day_text(check.at),
                "problems": pgettext("list", "; ").join(texts.get(no, str(no)) for no in check.problems),
                "note": check.note,
            }
        return super().get_context_data(
            title=f"{home.address.door} {home.householder}",
            campaign=self.campaign,
            home=home,
            last=last,
            runs=self.runs,
            **kwargs,
        )

    def act(self, cleaned, at):
        check = services.check_home(campaign=self.campaign, home=self.home, by=self.request.user, at=at, **cleaned)
        return {"check": check.pk}

    @property
    def done(self):
        left = selectors.looked_at(self.request.user, self.campaign)["left"]
        if not left:
            return _("Written down. That was the last one: thank you.")
        text = ngettext("Written down. One home is left.", "Written down. %(count)s homes are left.", left)
        return text % {"count": left}

    def get_success_url(self):
        return self.campaign.get_absolute_url()
