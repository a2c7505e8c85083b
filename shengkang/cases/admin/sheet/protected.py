"""The letters of admonition of a case, as one reads them on its page."""

from django.utils import timezone
from django.utils.translation import gettext as _

from shengkang.cases.models import DisputeCase


def admonitions(case: DisputeCase) -> tuple[str, list[str], list[tuple]]:
    """Title, columns and rows of the table."""
    letters = case.admonitions.select_related("served_on", "by").order_by("served_at") if case.restricted else ()
    return (
        _("Letters of admonition"),
        [_("served on"), _("served at"), _("facts established"), _("by")],
        [
            (each.served_on.name, timezone.localtime(each.served_at).strftime("%Y-%m-%d %H:%M"), each.facts, each.by.name)
            for each in letters
        ],
    )
