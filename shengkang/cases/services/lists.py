"""Lists of cases an officer keeps for himself: a name for what he filters and searches again and again."""

from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.utils.translation import gettext as _

from shengkang.cases.models import SavedFilter
from shengkang.cases.services.refusals import ListRefused
from shengkang.organization.models import User

# More than that nobody keeps in mind.
MOST = 20
# Where one stood in the list, and how it was sent, is no part of it.
PASSING = ("p", "e", "_changelist_filters", "csrfmiddlewaretoken")


def tidy(query: str) -> str:
    """The filters of an address in one form: sorted, without the page one stood on."""
    asked = [(name, value) for name, value in parse_qsl(query.lstrip("?")) if name not in PASSING]
    return urlencode(sorted(asked, key=lambda pair: pair[0]))


@transaction.atomic
def save_filter(*, name: str, query: str, by: User) -> SavedFilter:
    """Keep the filters of a list under a name; the same name again keeps the new ones. Raises ListRefused."""
    name, query = name.strip(), tidy(query)
    if not name:
        raise ListRefused(_("Give the list a name, so that you find it again."))
    if not query:
        raise ListRefused(_("This is the whole list. Choose a filter or search first, then keep it."))
    limits = {field: SavedFilter._meta.get_field(field).max_length for field in ("name", "query")}
    if len(name) > limits["name"] or len(query) > limits["query"]:
        raise ListRefused(_("That is too long to be kept. Shorten the name, or use fewer filters."))
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two windows at once count the same lists
    if SavedFilter.objects.filter(user=by).exclude(name=name).count() >= MOST:
        raise ListRefused(_("You keep %(most)s lists already. Forget one you no longer use.") % {"most": MOST})
    return SavedFilter.objects.update_or_create(user=by, name=name, defaults={"query": query})[0]


@transaction.atomic
def forget_filter(*, saved: SavedFilter) -> None:
    """The list is no longer kept; the cases in it are untouched."""
    saved.delete()
