"""What heads are taught: who held which lesson, and who came."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from households.models import HouseholdHead, Training, TrainingRecord
from households.services.refusals import TrainingRefused, must_not_lie_ahead
from shengkang.attachments import services as attachments
from shengkang.audit import services as audit
from shengkang.organization.models import Station, User


@transaction.atomic
def hold_training(
    *,
    station: Station,
    title: str,
    held_on: date,
    hours: Decimal,
    heads: Iterable[HouseholdHead],
    by: User,
    at: datetime,
    place: str = "",
    teacher: str = "",
    photos: Sequence = (),
) -> Training:
    """Write down a lesson that was held, `hours` long, and the heads who came; `photos` show the sheet they signed.

    Raises DayRefused, TrainingRefused, attachments.services.FileRefused.
    """
    must_not_lie_ahead(held_on, at)
    heads = list(heads)
    if not heads:
        raise TrainingRefused(_("Choose who came. A training without anybody is none."))
    training = Training.objects.create(
        station=station, title=title.strip(), held_on=held_on, hours=hours, place=place.strip(), teacher=teacher.strip()
    )
    for photo in photos:
        attachments.attach(owner=training, station=station, upload=photo, by=by, at=at)
    audit.note_deed(verb="hold_training", about=training, by=by, at=at)
    add_to_training(training=training, heads=heads, by=by, at=at)
    return training


@transaction.atomic
def add_to_training(*, training: Training, heads: Iterable[HouseholdHead], by: User, at: datetime) -> int:
    """Write down further heads who came; who stands there already stays as he is. Gives how many were added. Raises TrainingRefused."""
    heads = list(heads)
    for head in heads:
        if head.station_id != training.station_id:
            raise TrainingRefused(_("Heads of other stations are written down by their own station."))
        if head.active_from > training.held_on or (head.active_to is not None and head.active_to < training.held_on):
            raise TrainingRefused(
                _("%(name)s was no head on %(day)s. Take the name out, or mend the day.")
                % {"name": head.user.name, "day": training.held_on.isoformat()}
            )
    known = set(training.records.values_list("head", flat=True))
    new = [head for head in heads if head.pk not in known]
    TrainingRecord.objects.bulk_create(TrainingRecord(training=training, head=head, by=by, at=at) for head in new)
    if known:
        audit.note_deed(verb="add_to_training", about=training, by=by, at=at, detail={"heads": [head.pk for head in new]})
    return len(new)
