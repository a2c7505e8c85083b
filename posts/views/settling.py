"""A small dispute settled at the post: half a minute on the phone, one call."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from posts import selectors, services
from posts.forms import SmallDisputeForm
from shengkang.cases.models import DisputeCase
from shengkang.portal.pages import PhoneFormPage, PhonePage


class SettleDispute(PhoneFormPage):
    access_line = ("security_post", "list")
    template_name = "posts/dispute.html"
    form_class = SmallDisputeForm
    verb = "settle_small_dispute"
    extra_context = {"title": gettext_lazy("Settle a small dispute"), "submit_label": gettext_lazy("It is settled")}

    def get_form_kwargs(self):
        posts = selectors.posts_served_by(self.request.user).order_by("village__code", "name")
        return super().get_form_kwargs() | {"posts": posts}

    def act(self, cleaned, at):
        return {"case": services.settle_small_dispute(by=self.request.user, at=at, **cleaned).pk}

    def get_success_url(self):
        return reverse("posts:settled", args=[self.result["case"]])


class Settled(PhonePage, TemplateView):
    """It is written down, and this is what happens next."""

    access_line = ("dispute", "read")
    template_name = "posts/settled.html"

    def get_context_data(self, **kwargs):
        case = get_object_or_404(DisputeCase.objects.visible_to(self.request.user), pk=self.kwargs["pk"])
        return super().get_context_data(
            title=_("Settled"),
            heading=_("Written down as settled. Thank you."),
            number=case.no,
            next_steps=[
                _("In seven days somebody asks both sides whether it holds."),
                _("If it breaks out again the station takes over."),
                _("The dispute counts for your post and for your points."),
            ],
            **kwargs,
        )
