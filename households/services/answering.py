"""The information desk: an officer says what became of a sighting, and the one who told reads it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from households.models import Sighting, Triage
from households.services import notes
from households.services.refusals import AnswerRefused, SightingRefused
from shengkang.attachments import services as attachments
from shengkang.attachments.models import Attachment
from shengkang.audit import services as audit
from shengkang.cases import services as cases
from shengkang.cases.models import Category, DisputeCase
from shengkang.hazards.models import Hazard, HazardGroup
from shengkang.hazards.services import find_hazard
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of


@dataclass(frozen=True)
class AsHazard:
    """How a sighting goes on as a hazard. `level`: a value of Hazard.Level. `place`: empty where the sighting names a home."""

    group: HazardGroup
    level: str
    place: str = ""


@dataclass(frozen=True)
class AsDispute:
    """How a sighting goes on as a case. `protected`: suspected violence at home or harm to a child."""

    category: Category
    protected: bool = False


@transaction.atomic
def answer_sighting(
    *,
    sighting: Sighting,
    outcome: str,
    answer: str,
    by: User,
    at: datetime,
    hazard: AsHazard | None = None,
    dispute: AsDispute | None = None,
) -> Triage:
    """Say what became of a sighting (a value of Triage.Outcome) and answer the one who told; a later answer is a further row.

    A hazard or a dispute that comes out of it is found, or reported, by the one who told, so that the credit is hers, and gets the
    photos. A protected case is opened in the officer's name, and the answer says nothing of it. Raises SightingRefused (a quarrel is
    answered by its case), AnswerRefused, and what hazards.find_hazard and cases.open_case raise.
    """
    sighting = Sighting.objects.select_related("by", "home__address", "village", "station").get(pk=sighting.pk)
    if sighting.kind == Sighting.Kind.QUARREL:
        raise SightingRefused(_("A quarrel is answered by its case. Open the case."))
    if not answer.strip():
        raise AnswerRefused(_("Write a sentence for the one who told; it is why she tells again."))
    if (outcome == Triage.Outcome.HAZARD) != (hazard is not None) or (outcome == Triage.Outcome.DISPUTE) != (dispute is not None):
        raise AnswerRefused(_("Say what kind of hazard or dispute it is."))
    triage = Triage(sighting=sighting, outcome=outcome, answer=answer.strip(), by=by, at=at)
    if hazard is not None:
        triage.hazard = _become_hazard(sighting, hazard, at)
    if dispute is not None:
        triage.case = _become_case(sighting, dispute, by, at)
    triage.save()
    audit.note_deed(verb="answer_sighting", about=sighting, by=by, at=at)
    if by.pk != sighting.by_id:
        notes.tell(
            [sighting.by],
            kind="sighting.answered",
            text=_("The station has answered what you told us on %(day)s. Open the message to read it.")
            % {"day": day_of(sighting.at).isoformat()},
            key=f"sighting:{sighting.pk}:{triage.pk}",
            about=sighting,
            at=at,
        )
    return triage


def _photos_of(sighting: Sighting) -> list:
    return [each.file for each in Attachment.objects.of(sighting)]


def _become_hazard(sighting: Sighting, given: AsHazard, at: datetime) -> Hazard:
    address = sighting.home.address if sighting.home else None
    return find_hazard(
        station=sighting.station,
        village=sighting.village,
        group=given.group,
        level=given.level,
        channel=Hazard.Channel.HEAD,
        place=given.place or str(address or sighting.village),
        text=sighting.text[:1000],
        by=sighting.by,
        at=at,
        address=address,
        photos=_photos_of(sighting),
    )


def _become_case(sighting: Sighting, given: AsDispute, by: User, at: datetime) -> DisputeCase:
    case = cases.open_case(
        station=sighting.station,
        village=sighting.village,
        category=given.category,
        channel=DisputeCase.Channel.HEAD,
        story=sighting.text,
        by=by if given.protected else sighting.by,
        at=at,
        address=sighting.home.address if sighting.home else None,
        restricted=given.protected,
    )
    for photo in _photos_of(sighting):
        attachments.attach(owner=case, station=sighting.station, upload=photo, by=sighting.by, at=at)
    return case
