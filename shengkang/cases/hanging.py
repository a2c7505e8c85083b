"""What the dispute desk hangs in other rooms: who may see its files, its tiles on the phone, its panels on the desk's front page."""

from django.utils.translation import gettext_lazy as _

from shengkang.attachments import nails as attachment_nails
from shengkang.audit import services as audit
from shengkang.cases import selectors
from shengkang.cases.models import DisputeCase
from shengkang.organization import panels
from shengkang.portal import nails as portal_nails


def _note_protected_look(case_id, *, by, at):
    case = DisputeCase.objects.get(pk=case_id)
    if case.restricted:
        audit.note_look(what="attachment", about=case, by=by, at=at)


def hang_everything() -> None:
    attachment_nails.hang("cases.disputecase", lambda user: DisputeCase.objects.visible_to(user), _note_protected_look)
    panels.hang("cases", selectors.needs_a_hand, order=10)
    portal_nails.hang(
        portal_nails.Tile(
            key="my-reports",
            title=_("My reports"),
            hint=_("What became of what you told us"),
            icon="report",
            url_name="cases:list",
            access_line=("case_outcome", "list"),
            order=60,
            shelf=portal_nails.Shelf.LOOK,
        )
    )
    portal_nails.hang(
        portal_nails.Tile(
            key="mediating",
            title=_("Disputes I mediate"),
            hint=_("The parties, and where it stands"),
            icon="people",
            url_name="cases:mediating",
            access_line=("dispute", "mediate"),
            order=50,
            shelf=portal_nails.Shelf.WAIT,
            count=selectors.mediating_now,
        )
    )
