"""My messages on the phone: the list, opening one, all read at once."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from shengkang.notices import services
from shengkang.notices.models import Notice
from shengkang.organization import access

PAGE = 20


class OwnNotices(LoginRequiredMixin):
    """Below the portal, so it asks the matrix itself."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            access.require(request.user, "notice", "read")
        return super().dispatch(request, *args, **kwargs)

    def notices(self):
        return Notice.objects.visible_to(self.request.user).order_by("-id")


class NoticeList(OwnNotices, TemplateView):
    template_name = "notices/list.html"

    def get_context_data(self, **kwargs):
        before = self.request.GET.get("before", "")
        notices = self.notices().filter(pk__lt=int(before)) if before.isdecimal() and len(before) < 19 else self.notices()
        shown = list(notices[: PAGE + 1])
        older = len(shown) > PAGE
        return super().get_context_data(
            title=_("Messages"),
            rows=[
                {
                    "title": notice.text,
                    "meta": timezone.localtime(notice.at).strftime("%Y-%m-%d %H:%M"),
                    "url": reverse("notices:open", args=[notice.pk]) if notice.link or not notice.read_at else "",
                    "icon": "bell",
                    "badge": "" if notice.read_at else _("new"),
                    "tone": "note",
                    "mark": "none",
                }
                for notice in shown[:PAGE]
            ],
            unread=any(notice.read_at is None for notice in shown[:PAGE]),
            older_url=f"?before={shown[PAGE - 1].pk}" if older else "",
            newer_url=reverse("notices:list") if before else "",
            **kwargs,
        )


class OpenNotice(OwnNotices, View):
    """Opening a message reads it and leads to what it is about."""

    def get(self, request, pk):
        notice = get_object_or_404(self.notices(), pk=pk)
        services.mark_read(notice=notice, by=request.user, at=timezone.now())
        return redirect(notice.link or "notices:list")


class ReadAll(OwnNotices, View):
    def post(self, request):
        services.mark_all_read(by=request.user, at=timezone.now())
        return redirect("notices:list")
