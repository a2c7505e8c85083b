"""What the pages of this room share: times as people say them, and rows of shifts."""

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

ROWS_A_PAGE = 20


def day_words(at) -> str:
    """A day with its weekday, e.g. 3月11日 星期三."""
    return date_format(timezone.localtime(at), _("F j, l"))


def hour(at) -> str:
    return timezone.localtime(at).strftime("%H:%M")


def when_words(shift) -> str:
    return f"{day_words(shift.starts_at)} {hour(shift.starts_at)}–{hour(shift.ends_at)}"


def places_left(shift) -> str:
    left = shift.places - shift.taken
    return ngettext("%(left)d place left", "%(left)d places left", left) % {"left": left} if left > 0 else _("full")


def shift_row(shift, *, url_name="patrols:shift"):
    """One shift in a list on the phone; `taken` and `mine` come from selectors.shifts_to_come."""
    mine = getattr(shift, "mine", False)
    return {
        "title": day_words(shift.starts_at),
        "text": f"{hour(shift.starts_at)}–{hour(shift.ends_at)} {shift.get_kind_display()} · {shift.meeting_place}",
        "badge": _("you are signed up") if mine else places_left(shift),
        "tone": "ok" if mine else "note" if shift.places > shift.taken else "",
        "mark": "" if mine else "none",
        "meta": f"{shift.village} · {_('leader %(name)s') % {'name': shift.leader}}",
        "url": reverse(url_name, args=[shift.pk]),
    }


def paged(request, rows):
    return Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
