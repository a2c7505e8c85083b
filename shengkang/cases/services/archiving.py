"""The file is closed when nothing is missing in it; what is missing is said by name."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shengkang.cases.agreements import agreement_in_force, missing_signatures
from shengkang.cases.models import DisputeCase, FollowUp, PaperTemplate
from shengkang.cases.services.moving import _move, lock
from shengkang.cases.services.refusals import ArchiveIncomplete
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of

Kind = PaperTemplate.Kind
MEDIATED = (DisputeCase.Procedure.PEOPLE, DisputeCase.Procedure.POLICE)


def missing_visits(case: DisputeCase, at: datetime) -> list[str]:
    """What the archive misses of the visits: one that found the settlement holding, and none overdue. Later ones are made afterwards."""
    done = case.follow_ups.filter(kind=FollowUp.Kind.SETTLEMENT, done_at__gte=case.settled_at).order_by("done_at", "id").last()
    overdue = case.follow_ups.due(day_of(at)).exists()
    held = done is not None and done.outcome == FollowUp.Outcome.HOLDS
    return [] if held and not overdue else [_("a follow-up visit that found the settlement holding")]


def missing_papers(case: DisputeCase) -> list[str]:
    """The papers a file of this procedure lacks; one written by hand and photographed counts (services.file_paper).

    The registration is the case itself. People's mediation: application or offer, inquiry, mediation record (人民调解法 art. 17, 20–22,
    27). Public-security mediation: inquiry and mediation record (公安机关办理行政案件程序规定 art. 180, 184). Settled on the spot: none.
    """
    if case.procedure not in MEDIATED:
        return []
    wanted = {Kind.INQUIRY: case.inquiries, Kind.SESSION: case.sessions}
    if case.procedure == DisputeCase.Procedure.PEOPLE:
        wanted = {Kind.APPLICATION: case.applications} | wanted
    filed = set(case.filed_papers.values_list("kind", flat=True))
    return [str(kind.label) for kind, rows in wanted.items() if kind not in filed and not rows.exists()]


def missing_agreement(case: DisputeCase) -> list[str]:
    """An agreement signed by everybody, or one by word of mouth (人民调解法 art. 28, 29), and all of it performed (art. 31)."""
    agreement = agreement_in_force(case)
    if agreement is None:
        return [str(Kind.AGREEMENT.label)]
    missing = []
    unsigned = missing_signatures(agreement)
    if unsigned and not case.filed_papers.filter(kind=Kind.AGREEMENT).exists():
        missing.append(_("signatures of %(who)s") % {"who": pgettext("list", ", ").join(unsigned)})
    return missing + [_("performance of “%(what)s”") % {"what": each.what} for each in agreement.obligations.open()]


def missing_for_archive(case: DisputeCase, at: datetime) -> list[str]:
    """What a settled case still lacks before its file may be closed, in words and in the order of the file; empty: nothing."""
    return [*missing_papers(case), *missing_agreement(case), *missing_visits(case, at)]


@transaction.atomic
def archive_case(*, case: DisputeCase, by: User, at: datetime) -> DisputeCase:
    """Close the file: every paper is there, everything agreed was done, the first visit found peace and none is overdue.

    The visits after 30 and 90 days are made out of the archive; one that finds the quarrel broken out reopens the case.
    Raises ArchiveIncomplete with the list of what is missing, MoveRefused.
    """
    lock(case, "archive", by)
    if missing := missing_for_archive(case, at):
        raise ArchiveIncomplete(
            _("The file is not complete. Still missing: %(missing)s. Record it, then archive the case.")
            % {"missing": _("; ").join(missing)}
        )
    _move(case, "archive", by=by, at=at, archived_at=at)
    return case
