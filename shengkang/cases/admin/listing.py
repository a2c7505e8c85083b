"""How officers find a case: what needs a hand, whose it is, where, what; and a list whose cost does not grow with history."""

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.paginator import Paginator
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from shengkang.cases import search
from shengkang.cases.waiting import WAITING

DEEPEST = 5000


class BoundedPaginator(Paginator):
    """Counts no further than 5,000 rows; who looks for older ones than that filters or searches."""

    @cached_property
    def count(self):
        return self.object_list.order_by()[:DEEPEST].count()


class HandFilter(SimpleListFilter):
    """The same lists as the panels of the front page."""

    title = _("needs a hand")
    parameter_name = "hand"

    def lookups(self, request, model_admin):
        return [(key, waiting.title) for key, waiting in WAITING.items()]

    def queryset(self, request, queryset):
        waiting = WAITING.get(self.value())
        return waiting.among(queryset, request.user, timezone.now()) if waiting else queryset


class WhoseFilter(SimpleListFilter):
    title = _("whose")
    parameter_name = "whose"

    def lookups(self, request, model_admin):
        return [("mine", _("in my charge or mediated by me")), ("told", _("registered by me"))]

    def queryset(self, request, queryset):
        if self.value() == "mine":
            return queryset.filter(Q(officer=request.user) | Q(mediator=request.user))
        return queryset.filter(reports__by=request.user) if self.value() == "told" else queryset


class YearsFilter(SimpleListFilter):
    """How far back a search looks: the last years, or all of them. Without a search there is nothing to widen."""

    title = _("searched years")
    parameter_name = "years"

    def lookups(self, request, model_admin):
        return [("all", _("all years"))] if request.GET.get(SEARCH_VAR, "").strip() else []

    def choices(self, changelist):
        recent, everything = super().choices(changelist)
        first = search.recent_years(timezone.now())[0]
        yield recent | {"display": _("since %(year)s") % {"year": first}}
        yield everything

    def queryset(self, request, queryset):
        """The search itself asks for it (CaseAdmin.get_search_results)."""
        return queryset


def years_of(request) -> list[int]:
    """The years the search of this request looks into; empty: all."""
    return [] if request.GET.get(YearsFilter.parameter_name) == "all" else search.recent_years(timezone.now())
