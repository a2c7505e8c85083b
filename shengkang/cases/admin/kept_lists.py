"""The lists an officer keeps for himself, above the list of cases: one click brings the same filters and the same search again."""

from django.contrib import messages
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _

from shengkang.cases import services
from shengkang.cases.admin import listing
from shengkang.cases.models import SavedFilter
from shengkang.cases.services.lists import tidy
from shengkang.errors import RuleViolation
from shengkang.organization import access


class KeptLists:
    """Saved filters, for the admin of cases."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        own = [
            path("keep-list/", wrap(self.keep_list_view), name="cases_disputecase_keep_list"),
            path("lists/<int:pk>/forget/", wrap(self.forget_list_view), name="cases_disputecase_forget_list"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        shown = {"kept_lists": self._kept(request), "query": tidy(request.GET.urlencode()), "years": self._years(request)}
        return super().changelist_view(request, {**(extra_context or {}), **shown})

    def _years(self, request) -> dict | None:
        """How far back the search looks, and the address that looks further; nothing without a search."""
        if not request.GET.get(SEARCH_VAR, "").strip():
            return None
        searched, wider = listing.years_of(request), request.GET.copy()
        wider[listing.YearsFilter.parameter_name] = "all"
        return {"since": str(searched[0]) if searched else None, "wider": wider.urlencode()}

    def _kept(self, request) -> list[dict]:
        if not access.may(request.user, "saved_filter", "list"):
            return []
        here = tidy(request.GET.urlencode())
        return [
            {"pk": each.pk, "name": each.name, "query": each.query, "current": each.query == here}
            for each in SavedFilter.objects.visible_to(request.user)
        ]

    def keep_list_view(self, request):
        self._must_keep_lists(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        query = tidy(request.POST.get("query", ""))
        try:
            saved = services.save_filter(name=request.POST.get("name", ""), query=query, by=request.user)
        except RuleViolation as refusal:
            messages.error(request, str(refusal))
        else:
            query = saved.query
            messages.success(request, _("The list “%(name)s” is kept.") % {"name": saved.name})
        return redirect(f"{self.list_url()}?{query}" if query else self.list_url())

    def forget_list_view(self, request, pk):
        self._must_keep_lists(request)
        saved = get_object_or_404(SavedFilter.objects.visible_to(request.user), pk=pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        services.forget_filter(saved=saved)
        messages.success(request, _("The list “%(name)s” is forgotten.") % {"name": saved.name})
        return redirect(self.list_url())

    def _must_keep_lists(self, request):
        if not access.may(request.user, "saved_filter", "create"):
            raise PermissionDenied if self.has_view_permission(request) else Http404
