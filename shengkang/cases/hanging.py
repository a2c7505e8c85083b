"""What the dispute desk hangs in other rooms: who may see its files, its tiles on the phone, its panels on the desk's front page."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shengkang.attachments import nails as attachment_nails
from shengkang.audit import services as audit
from shengkang.cases import agreements, selectors
from shengkang.cases.models import DisputeCase, FiledPaper, MediationSession, Signature
from shengkang.organization import panels
from shengkang.portal import nails as portal_nails


def _note_protected_look(case_id, *, by, at):
    case = DisputeCase.objects.get(pk=case_id)
    if case.restricted:
        audit.note_look(what="attachment", about=case, by=by, at=at)


def _note_protected_look_of(model, case):
    """The same for what hangs on a part of a case; `case` leads from the part to it."""

    def note(pk, *, by, at):
        _note_protected_look(model.objects.values_list(case, flat=True).get(pk=pk), by=by, at=at)

    return note


def _visits_due(user) -> int:
    """How many visits on somebody's list are due today or were before."""
    return agreements.visits_of(user, timezone.now(), days=0).count()


def hang_everything() -> None:
    attachment_nails.hang("cases.disputecase", lambda user: DisputeCase.objects.visible_to(user), _note_protected_look)
    for model, case in ((Signature, "agreement__case"), (MediationSession, "case"), (FiledPaper, "case")):
        attachment_nails.hang(model._meta.label_lower, model.objects.visible_to, _note_protected_look_of(model, case))
    panels.hang("cases", selectors.needs_a_hand, order=10)
    panels.hang("cases waiting", selectors.waits_for_others, order=11)
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
            key="visits",
            title=_("Visits I owe"),
            hint=_("Look whether the peace holds"),
            icon="visit",
            url_name="cases:visits",
            access_line=("follow_up", "list"),
            order=45,
            shelf=portal_nails.Shelf.WAIT,
            count=_visits_due,
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
