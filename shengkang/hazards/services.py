"""What the station does about a hazard, from the first word until a second person has seen that it is gone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from shengkang.attachments import services as attachments
from shengkang.attachments.models import Attachment
from shengkang.errors import RuleViolation
from shengkang.hazards import telling
from shengkang.hazards.models import Hazard, HazardGroup, HazardStep
from shengkang.hazards.moves import MOVES, Status
from shengkang.organization import access
from shengkang.organization.life import Life, MoveRefused, WrongStation
from shengkang.organization.models import Address, Station, Unit, User
from shengkang.organization.selectors import add_working_days, day_of, end_of
from shengkang.organization.services import UnitNotServed, must_be_served

__all__ = ["MoveRefused", "UnitNotServed", "WrongStation"]

# How long a hazard may stand, by its level. 消防法 art. 54 and 安全生产法 art. 41 want what threatens life put right at once and the
# rest by a day that is named; the length of each limit is the station's own, as township check lists use them (立即、当日、限期).
AT_ONCE = timedelta(hours=2)
ORDINARY_WORKING_DAYS = 7

LIFE = Life(MOVES, Status, HazardStep, "hazard")


class HazardIncomplete(RuleViolation):
    """It is not said where it is, or what is dangerous there."""


class UnfitPerson(RuleViolation):
    """The account may not log in, or holds no role that puts hazards right."""


class AfterPhotoMissing(RuleViolation):
    """Put right without a photo that shows it, or with the photo from before."""


class SecondPersonNeeded(RuleViolation):
    """Whoever put it right does not look at it again himself."""


class ReasonMissing(RuleViolation):
    """A hazard is sent back, dismissed or reopened without saying why."""


def due_at(level: str, at: datetime) -> datetime:
    """The last moment at which a hazard of `level`, counted from `at`, is put right in time."""
    if level == Hazard.Level.AT_ONCE:
        return at + AT_ONCE
    if level == Hazard.Level.SAME_DAY:
        return end_of(day_of(at))
    return end_of(add_working_days(day_of(at), ORDINARY_WORKING_DAYS))


@transaction.atomic
def find_hazard(
    *,
    station: Station,
    village: Unit,
    group: HazardGroup,
    level: str,
    channel: str,
    place: str,
    text: str,
    by: User,
    at: datetime,
    address: Address | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    answers_for_it: str = "",
    photos: Sequence = (),
) -> Hazard:
    """Somebody saw what can hurt people: write it down with its limit and the photos from before.

    `level` and `channel` are values of Hazard.Level and Hazard.Channel; `latitude` and `longitude` are degrees, both or none. Without
    a `place` the `address` is the place. What is dangerous at once is told to the chief and the officers. Raises WrongStation,
    UnitNotServed, HazardIncomplete, attachments.services.FileRefused.
    """
    if by.station_id != station.pk:
        raise WrongStation(_("Your account belongs to another station. Report it to your own station, or call 110."))
    must_be_served(station, village)
    if address is not None and (address.station_id != station.pk or address.village_id != village.pk):
        raise WrongStation(
            _("This address lies in another village. Choose the village of the address, or leave the address out.")
        )
    place, text = place.strip() or str(address or ""), text.strip()
    if not place or not text:
        raise HazardIncomplete(_("Say where it is and what is dangerous there, a few words of each."))
    hazard = Hazard(
        station=station,
        village=village,
        group=group,
        level=level,
        channel=channel,
        place=place[:120],
        text=text,
        address=address,
        latitude=latitude,
        longitude=longitude,
        answers_for_it=answers_for_it.strip(),
        found_by=by,
        found_at=at,
        due_at=due_at(level, at),
    )
    step = LIFE.begin(hazard, "find", by=by, at=at)
    _attach(step, photos, by, at)
    telling.tell_officers(hazard, step, at)
    return hazard


@transaction.atomic
def assign_hazard(*, hazard: Hazard, to: User, by: User, at: datetime, note: str = "") -> Hazard:
    """Give a hazard to somebody who shall put it right, or to somebody else than before; the limit stays.

    `to` is an active account of the same station with a role that may put hazards right. Raises MoveRefused, WrongStation,
    UnfitPerson.
    """
    if to.station_id != hazard.station_id:
        raise WrongStation(_("%(name)s works for another station. Choose somebody of this station.") % {"name": to.name})
    if not to.is_active or not access.may(to, "hazard", "put_right"):
        raise UnfitPerson(
            _("%(name)s may not put hazards right. Choose an officer, an auxiliary, a head, a liaison or a volunteer.")
            % {"name": to.name}
        )
    LIFE.lock(hazard, "assign", by)
    before = hazard.assigned_to
    step = LIFE.move(hazard, "assign", by=by, at=at, note=note, changes={"assigned_to": to})
    telling.tell_of_task(hazard, step, at)
    if before is not None and before != to:
        telling.tell_relieved(before, hazard, step, at)
    return hazard


@transaction.atomic
def put_right(*, hazard: Hazard, note: str, photos: Sequence, by: User, at: datetime) -> Hazard:
    """The danger is gone, says `by`, and shows it with at least one photo from afterwards; now a second person looks.

    Raises MoveRefused, WrongStation, AfterPhotoMissing, attachments.services.FileRefused.
    """
    if not photos:
        raise AfterPhotoMissing(_("A photo from afterwards is needed. Take one from where the first photo was taken."))
    step = LIFE.move(hazard, "put_right", by=by, at=at, note=note, changes={"put_right_at": at, "put_right_by": by})
    shown = [file for file in _attach(step, photos, by, at) if file.kind == Attachment.Kind.PICTURE]
    if not shown:
        raise AfterPhotoMissing(_("A photo from afterwards is needed, a paper does not show it. Add a photo."))
    earlier = HazardStep.objects.filter(hazard=hazard, no__lt=step.no).values("pk")
    seen = Attachment.objects.filter(owner_label=HazardStep._meta.label_lower, owner_id__in=earlier)
    if seen.filter(sha256__in=[file.sha256 for file in shown]).exists():
        raise AfterPhotoMissing(_("This photo was shown before. Take a new one that shows the place as it is now."))
    telling.tell_to_look_again(hazard, step, at)
    return hazard


@transaction.atomic
def look_again(*, hazard: Hazard, fine: bool, by: User, at: datetime, note: str = "", photos: Sequence = ()) -> Hazard:
    """A second person has looked: `fine` closes the hazard and credits its finder; otherwise it goes back, with a new limit.

    What is sent back needs a note saying what is still wrong. Raises MoveRefused, WrongStation, SecondPersonNeeded, ReasonMissing,
    attachments.services.FileRefused.
    """
    move = "look_again" if fine else "send_back"
    LIFE.lock(hazard, move, by)
    if hazard.put_right_by_id == by.pk:
        raise SecondPersonNeeded(_("You put this right yourself. Somebody else looks at it: ask a colleague."))
    if fine:
        changes = {"closed_at": at, "closed_by": by}
        step = LIFE.move(hazard, move, by=by, at=at, note=note, changes=changes, credited=hazard.found_by.person)
    else:
        if not note.strip():
            raise ReasonMissing(_("Say what is still wrong, so that it can be put right."))
        changes = {
            "assigned_to": hazard.assigned_to or hazard.put_right_by,
            "put_right_at": None,
            "put_right_by": None,
            "due_at": due_at(hazard.level, at),
        }
        step = LIFE.move(hazard, move, by=by, at=at, note=note, changes=changes)
    _attach(step, photos, by, at)
    if fine:
        telling.tell_the_finder(hazard, step, at)
    else:
        telling.tell_of_task(hazard, step, at)
    return hazard


@transaction.atomic
def dismiss_hazard(*, hazard: Hazard, reason: str, by: User, at: datetime) -> Hazard:
    """It is no hazard, or one told twice; the finder is told. Raises MoveRefused, WrongStation, ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing(_("Say why this is no hazard: the one who found it reads it."))
    step = LIFE.move(hazard, "dismiss", by=by, at=at, note=reason)
    telling.tell_the_finder(hazard, step, at)
    return hazard


@transaction.atomic
def reopen_hazard(*, hazard: Hazard, reason: str, by: User, at: datetime) -> Hazard:
    """It came back, or should not have been dismissed: as newly found, nobody's task yet, with a new limit by its level.

    Raises MoveRefused, WrongStation, ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing(_("Say what came back, in a few words."))
    changes = dict.fromkeys(("assigned_to", "put_right_at", "put_right_by", "closed_at", "closed_by"))
    step = LIFE.move(hazard, "reopen", by=by, at=at, note=reason, changes=changes | {"due_at": due_at(hazard.level, at)})
    telling.tell_officers(hazard, step, at)
    return hazard


def _attach(step: HazardStep, photos: Sequence, by: User, at: datetime) -> list[Attachment]:
    return [attachments.attach(owner=step, station=step.hazard.station, upload=photo, by=by, at=at) for photo in photos]
