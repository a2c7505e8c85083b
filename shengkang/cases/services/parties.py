"""Between whom the dispute is: named when it is registered, put right later. Each correction is a step of the case."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shengkang.cases.models import DisputeCase, Party
from shengkang.cases.moves import Status
from shengkang.cases.services.moving import _move, lock
from shengkang.cases.services.refusals import NotAllowedHere, NothingChanged, WrongStation
from shengkang.organization import sealed
from shengkang.organization.models import Address, Person, Station, User
from shengkang.organization.services import check_id_number

WRITTEN = ("side", "name", "phone", "person", "home", "is_minor", "guardian_name", "guardian_phone")


@dataclass(frozen=True)
class PartyDetails:
    """One side as it was told: `side` of Party.Side, a name, and what is known beside it (`home` is an Address).

    `id_number` is checked (GB 11643-1999) and sealed; only papers for the court ask for it. A minor comes with a guardian to a
    mediation (公安机关办理行政案件程序规定 art. 181); at the registration the guardian may still be unknown.
    """

    side: str
    name: str
    phone: str = ""
    person: Person | None = None
    home: Address | None = None
    id_number: str = field(default="", repr=False)
    is_minor: bool = False
    guardian_name: str = ""
    guardian_phone: str = ""


def party_of(case: DisputeCase, told: PartyDetails) -> Party:
    """The row of one side, not yet written. Raises IdNumberInvalid (organization)."""
    party = Party(case=case, **{name: _plain(getattr(told, name)) for name in WRITTEN})
    _seal(party, told.id_number)
    return party


def must_be_known_here(station: Station, parties) -> None:
    """People and homes of another station do not exist here. Raises WrongStation."""
    things = [each for party in parties for each in (party.person, party.home)]
    if any(each is not None and each.station_id != station.pk for each in things):
        raise WrongStation(
            _("A person or an address belongs to another station. Choose one of this station, or write it as text.")
        )


@transaction.atomic
def add_party(*, case: DisputeCase, party: PartyDetails, by: User, at: datetime, reason: str = "") -> Party:
    """Somebody else is concerned too. Raises WrongStation, IdNumberInvalid (organization), MoveRefused."""
    lock(case, "correct", by)
    must_be_known_here(case.station, [party])
    added = party_of(case, party)
    added.save()
    _move(case, "correct", by=by, at=at, note=_note(_("a party added"), reason))
    return added


@transaction.atomic
def correct_party(*, party: Party, by: User, at: datetime, reason: str = "", **fields) -> Party:
    """Put right what is known of one side: any field of PartyDetails; an empty `id_number` leaves the sealed one as it is.

    The step names the fields, the history of the party keeps what stood there. Raises NothingChanged, WrongStation,
    IdNumberInvalid (organization), MoveRefused.
    """
    if unknown := set(fields) - {*WRITTEN, "id_number"}:
        raise TypeError(f"not corrected here: {sorted(unknown)}")
    case = party.case
    lock(case, "correct", by)
    party.refresh_from_db()
    before = party.id_number_index
    _seal(party, fields.pop("id_number", ""))
    changed = [name for name, value in fields.items() if getattr(party, name) != _plain(value)]
    for name in changed:
        setattr(party, name, _plain(fields[name]))
    must_be_known_here(case.station, [party])
    words = [str(Party._meta.get_field(name).verbose_name) for name in WRITTEN if name in changed]
    if party.id_number_index != before:
        words.append(_("ID number"))
    if not words:
        raise NothingChanged(_("Nothing was changed. Change a field, or leave the party as it is."))
    party.save()
    _move(case, "correct", by=by, at=at, note=_note(f"{_('party')} · {pgettext('list', ', ').join(words)}", reason))
    return party


@transaction.atomic
def remove_party(*, party: Party, by: User, at: datetime, reason: str = "") -> None:
    """Somebody named by mistake; only before the case is accepted, for later papers speak of the parties.

    Raises NotAllowedHere, MoveRefused, WrongStation.
    """
    case = party.case
    lock(case, "correct", by)
    if case.status != Status.REPORTED:
        raise NotAllowedHere(_("The case was accepted with this party. Correct what is written of him, or name him “other”."))
    try:
        party.delete()
    except ProtectedError as used:
        raise NotAllowedHere(_("Papers of this case speak of this party. Correct what is written of him.")) from used
    _move(case, "correct", by=by, at=at, note=_note(_("a party removed"), reason))


def _plain(value):
    return value.strip() if isinstance(value, str) else value


def _seal(party: Party, id_number: str) -> None:
    if not id_number.strip():
        return
    number = check_id_number(id_number)
    index = sealed.blind_index(number)
    if index != party.id_number_index:
        party.id_number_sealed, party.id_number_index = sealed.seal(number), index


def _note(what: str, reason: str) -> str:
    return " · ".join(filter(None, [what, reason.strip()]))
