"""What a patrol comes upon goes at once where it belongs: a hazard is opened, a dispute becomes a case, anything else is a note."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from patrols.models import Finding, Patrol
from patrols.selectors import is_on
from shengkang.attachments import services as attachments
from shengkang.cases import services as cases
from shengkang.cases.models import Category, DisputeCase
from shengkang.errors import RuleViolation
from shengkang.hazards import services as hazards
from shengkang.hazards.models import Hazard, HazardGroup
from shengkang.organization.models import User


class FindingRefused(RuleViolation):
    """Who was not on the patrol, or what is not said clearly enough, is no finding of it."""


@transaction.atomic
def report_finding(
    *,
    patrol: Patrol,
    kind: str,
    text: str,
    by: User,
    at: datetime,
    place: str = "",
    photos: Sequence = (),
    group: HazardGroup | None = None,
    level: str = Hazard.Level.ORDINARY,
    category: Category | None = None,
    protected: bool = False,
    latitude: float | None = None,
    longitude: float | None = None,
) -> Finding:
    """The leader, or a volunteer signed up for the patrol's shift, tells what they came upon while the patrol is under way.

    A hazard needs `group`, a dispute `category`; photos hang where the matter goes on. `protected`: suspected domestic violence or
    harm to a child; the case is restricted from the first moment (反家庭暴力法 art. 14) and the finding keeps none of the story.
    Raises FindingRefused, attachments.services.FileRefused, and what the hazards' and disputes' rooms refuse.
    """
    patrol = Patrol.objects.select_for_update(of=("self",)).select_related("station", "village", "shift").get(pk=patrol.pk)
    if not is_on(patrol, by):
        raise FindingRefused(_("Only those on the patrol report what it finds. Report it from the front page instead."))
    if patrol.ended_at is not None:
        raise FindingRefused(_("This patrol is over. Report it from the front page instead."))
    if not text.strip():
        raise FindingRefused(_("Tell in a few words what you found."))
    where = {"station": patrol.station, "village": patrol.village, "by": by, "at": at}
    hazard = case = None
    if kind == Finding.Kind.HAZARD:
        if group is None:
            raise FindingRefused(_("Choose what kind of hazard it is."))
        hazard = hazards.find_hazard(
            **where,
            group=group,
            level=level,
            channel=Hazard.Channel.PATROL,
            place=place.strip() or str(patrol.village),
            text=text,
            latitude=latitude,
            longitude=longitude,
            photos=photos,
        )
    elif kind == Finding.Kind.DISPUTE:
        if category is None:
            raise FindingRefused(_("Choose what the quarrel is about."))
        case = cases.open_case(
            **where, category=category, channel=DisputeCase.Channel.PATROL, story=text, place=place, restricted=protected
        )
        for photo in photos:
            attachments.attach(owner=case, station=patrol.station, upload=photo, by=by, at=at)
    finding = Finding.objects.create(
        patrol=patrol,
        kind=kind,
        place="" if protected else place.strip(),
        text=_("a protected case") if protected else text.strip(),
        hazard=hazard,
        case=case,
        by=by,
        at=at,
    )
    if kind == Finding.Kind.OTHER:
        for photo in photos:
            attachments.attach(owner=finding, station=patrol.station, upload=photo, by=by, at=at)
    return finding
