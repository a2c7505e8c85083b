"""What was asked, sat over, agreed, signed, done and visited, as one reads it on the case's page."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shengkang.attachments.models import Attachment
from shengkang.cases import agreements
from shengkang.cases.admin.sheet.tables import table
from shengkang.cases.models import Agreement, DisputeCase, MediationSession, Signature
from shengkang.organization.desk_parts import moment
from shengkang.organization.selectors import day_of


def agreement_facts(case: DisputeCase, at) -> list[dict]:
    """What the parties are to be told after a failed mediation; who has not signed; until when the court may be asked."""
    told = [{"label": _("mediation"), "value": agreements.OTHER_WAYS if agreements.broke_off(case) else "", "tone": "warn"}]
    agreement = agreements.agreement_in_force(case)
    if agreement is None:
        return told
    missing = agreements.missing_signatures(agreement)
    told.append({"label": _("not signed yet"), "value": pgettext("list", ", ").join(missing), "tone": "warn"})
    return [*told, {"label": _("judicial confirmation"), **_confirmation(agreement, at)}]


def _confirmation(agreement: Agreement, at) -> dict:
    if hasattr(agreement, "confirmation"):
        asked = agreement.confirmation
        words = [asked.court, _("asked for on %(day)s") % {"day": asked.asked_on}, asked.get_outcome_display(), asked.number]
        return {"value": " · ".join(filter(None, words))}
    left = agreements.days_left_for_confirmation(agreement, at)
    if left is not None:
        last_day = agreements.last_day_for_confirmation(agreement)
        return {
            "value": _("both parties may ask the court until %(day)s, %(left)s days left") % {"day": last_day, "left": left},
            "tone": "warn" if left <= 7 else "note",
        }
    why = agreements.why_not_confirmed(agreement) or _("the thirty days are over")
    return {"value": _("not possible: %(why)s") % {"why": why}}


def _files_by_owner(model, owners) -> dict[int, list[Attachment]]:
    found = {}
    hung = Attachment.objects.filter(owner_label=model._meta.label_lower, owner_id__in=[each.pk for each in owners])
    for file in hung.order_by("at"):
        found.setdefault(file.owner_id, []).append(file)
    return found


def _link(files, text) -> dict:
    return {"text": text, "url": reverse("attachments:file", args=[files[0].pk])} if files else {"text": ""}


def _names(people) -> str:
    return pgettext("list", ", ").join(each.name for each in people)


def agreement_sections(case: DisputeCase, at) -> list[dict]:
    sessions = list(case.sessions.prefetch_related("mediators", "parties"))
    recordings = _files_by_owner(MediationSession, sessions)
    made = list(case.agreements.select_related("by").prefetch_related("obligations__party"))
    signatures = list(Signature.objects.filter(agreement__in=made).select_related("party", "mediator", "by"))
    pictures = _files_by_owner(Signature, signatures)
    today = day_of(at)
    return [
        table(
            _("Inquiries"),
            [_("held at"), _("place"), _("who was asked"), _("record"), _("by")],
            [
                (moment(each.held_at), each.place, each.whom, each.record, each.by.name)
                for each in case.inquiries.select_related("by")
            ],
        ),
        table(
            _("Mediation sessions"),
            [
                _("held at"),
                _("place"),
                _("mediators"),
                _("present"),
                _("record"),
                pgettext("session", "outcome"),
                _("sound recording"),
            ],
            [
                (
                    moment(held.held_at),
                    held.place,
                    _names(held.mediators.all()),
                    pgettext("list", ", ").join(filter(None, [_names(held.parties.all()), held.present])),
                    held.record,
                    held.get_outcome_display(),
                    _link(recordings.get(held.pk), _("listen")),
                )
                for held in sessions
            ],
        ),
        table(
            _("Agreements"),
            [_("takes effect on"), _("what was agreed"), _("oral agreement"), _("recorded by")],
            [(each.effective_on.isoformat(), each.terms, _("yes") if each.oral else _("no"), each.by.name) for each in made],
        ),
        table(
            _("Signatures"),
            [_("who signed"), pgettext("signature", "how"), _("signed at"), _("witnessed by"), _("picture")],
            [
                (
                    str(each),
                    each.get_how_display(),
                    moment(each.at),
                    each.by.name,
                    _link(pictures.get(each.pk), _("open the picture")),
                )
                for each in signatures
            ],
        ),
        table(
            _("Obligations"),
            [_("what is to be done"), _("owed by"), _("amount in yuan"), _("due on"), _("performed on")],
            [
                (
                    owed.what,
                    owed.party.name if owed.party else "",
                    f"{owed.amount:,.2f}" if owed.amount is not None else "",
                    owed.due_on.isoformat(),
                    owed.performed_on.isoformat()
                    if owed.performed_on
                    else (_("overdue") if owed.due_on < today else _("not yet")),
                )
                for each in made
                for owed in each.obligations.all()
            ],
        ),
        table(
            _("Follow-up visits"),
            [_("due on"), _("to be visited by"), _("done at"), _("outcome"), _("note"), _("visited by")],
            [
                (
                    visit.due_on.isoformat(),
                    visit.assignee.name if visit.assignee else "",
                    moment(visit.done_at),
                    visit.get_outcome_display(),
                    visit.note,
                    visit.by.name if visit.by else "",
                )
                for visit in case.follow_ups.select_related("by", "assignee")
            ],
        ),
    ]
