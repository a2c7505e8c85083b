"""What a head sees and tells, and where she called."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from households.models import Home, Sighting, Visit
from households.services import notes
from households.services.refusals import NotYourHome, SightingRefused, must_be_entrusted
from shengkang.attachments import services as attachments
from shengkang.cases import services as cases
from shengkang.cases.models import Category, DisputeCase, Party
from shengkang.organization.models import Unit, User
from shengkang.organization.services import must_be_served


def parties_at(home: Home, other: str = "", **beside) -> list[cases.PartyDetails]:
    """The parties a head names from memory: the householder, and the other side if its name is known, with what is known `beside`."""
    first = cases.PartyDetails(side=Party.Side.FIRST, name=home.householder, home=home.address)
    second = cases.PartyDetails(side=Party.Side.SECOND, name=other.strip(), **beside) if other.strip() else None
    return [first, second] if second else [first]


@transaction.atomic
def report_quarrel(
    *,
    home: Home,
    category: Category,
    story: str,
    by: User,
    at: datetime,
    parties: Sequence = (),
    photos: Sequence = (),
    protected: bool = False,
    place: str = "",
    scale: str = DisputeCase.Scale.UNDER_50,
    latitude: float | None = None,
    longitude: float | None = None,
    same_as: DisputeCase | None = None,
) -> Sighting:
    """A head tells of a quarrel at a home: a case is opened at the station, with the photos, and the sighting holds its key.

    `protected`: suspected domestic violence or harm to a child; the case is restricted from the first moment and never mediated
    (反家庭暴力法 art. 14 asks for a report at once). `same_as`: a case that is the same dispute; the head joins it as a further
    reporter instead. Raises NotYourHome, attachments.services.FileRefused, and what open_case and join_case raise (cases).
    """
    if not Home.objects.looked_after_by(by).filter(pk=home.pk).exists():
        raise NotYourHome(
            _("Only the head who looks after a home reports from there. Ask your officer to check the list of your homes.")
        )
    if same_as is None:
        case = cases.open_case(
            station=home.station,
            village=home.address.village,
            category=category,
            channel=DisputeCase.Channel.HEAD,
            story=story,
            by=by,
            at=at,
            address=home.address,
            place=place,
            parties=parties,
            restricted=protected,
            scale=scale,
            latitude=latitude,
            longitude=longitude,
        )
    else:
        case = same_as
        cases.join_case(case=case, text=story, restricted=protected, by=by, at=at)
    for photo in photos:
        attachments.attach(owner=case, station=home.station, upload=photo, by=by, at=at)
    return Sighting.objects.create(
        station=home.station,
        village=home.address.village,
        by=by,
        home=home,
        kind=Sighting.Kind.QUARREL,
        text=story,
        case=case,
        at=at,
    )


@transaction.atomic
def report_sighting(
    *, kind: str, text: str, by: User, at: datetime, village: Unit | None = None, home: Home | None = None, photos: Sequence = ()
) -> Sighting:
    """Tell of an unknown stranger or something else, at a home or somewhere in a village; the officers of the village hear of it.

    Raises SightingRefused (a quarrel opens a case; no place given), NotYourHome, UnitNotServed, attachments.services.FileRefused.
    """
    if kind == Sighting.Kind.QUARREL:
        raise SightingRefused(_("A quarrel opens a case. Use the page for reporting a quarrel."))
    if home is not None:
        must_be_entrusted(home, by)
        village = home.address.village
    if village is None:
        raise SightingRefused(_("Say in which village it was, or at which home."))
    must_be_served(by.station, village)
    sighting = Sighting.objects.create(station=by.station, village=village, by=by, home=home, kind=kind, text=text, at=at)
    for photo in photos:
        attachments.attach(owner=sighting, station=by.station, upload=photo, by=by, at=at)
    stranger = kind == Sighting.Kind.STRANGER
    notes.tell(
        notes.officers_of(by.station, village).exclude(pk=by.pk),
        kind="sighting.stranger" if stranger else "sighting.new",
        text=_("An unknown stranger was seen in one of your villages. Open the message at once.")
        if stranger
        else _("Something was told to the information desk. Open the message to answer it."),
        key=f"sighting:{sighting.pk}",
        about=sighting,
        at=at,
    )
    return sighting


@transaction.atomic
def log_visit(*, home: Home, kind: str, by: User, at: datetime, note: str = "") -> Visit:
    """Write down a call at a home. Raises NotYourHome."""
    must_be_entrusted(home, by)
    return Visit.objects.create(station=home.station, home=home, by=by, kind=kind, note=note.strip(), at=at)
