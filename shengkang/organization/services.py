"""What the organization does: registers people and what they consented to, opens P cells for a while, knows who is on duty."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from pypinyin import Style, lazy_pinyin, load_phrases_dict

from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization import access, sealed
from shengkang.organization.models import Approval, Consent, Person, Presence, Station, Unit, User

# Surnames that pypinyin reads as ordinary words.
load_phrases_dict(
    {name: [[reading]] for name, reading in {"单": "shan", "曾": "zeng", "查": "zha", "仇": "qiu", "解": "xie"}.items()}
)


class UnitNotServed(RuleViolation):
    """The village belongs to another station."""


class IdNumberInvalid(RuleViolation):
    """The ID number does not satisfy GB 11643."""


class ApprovalRefused(RuleViolation):
    """The approval may not be asked for or decided like this."""


def name_key(name: str) -> str:
    """The sort key of a Chinese name: pinyin, the surname read as a surname, e.g. 单田芳 → "shan tian fang"."""
    return " ".join([*lazy_pinyin(name[:1], style=Style.NORMAL), *lazy_pinyin(name[1:], style=Style.NORMAL)]).lower()


def check_id_number(number: str) -> str:
    """The number in capitals if it satisfies GB 11643-1999 (18 digits, a date, ISO 7064 MOD 11-2 check character).

    Raises IdNumberInvalid. Province and county are not checked: codes of merged counties stay valid on old cards.
    """
    number = number.strip().upper()
    try:
        datetime.strptime(number[6:14], "%Y%m%d")  # noqa: DTZ007 only the shape of a birthday
        digits = [int(digit) for digit in number[:17]]
    except ValueError:
        digits = []
    weights = [2**power % 11 for power in range(17, 0, -1)]
    if len(number) != 18 or len(digits) != 17 or number[17] != "10X98765432"[sum(map(int.__mul__, digits, weights)) % 11]:
        raise IdNumberInvalid(_("This ID number has a mistake. Compare all 18 characters with the card."))
    return number


@transaction.atomic
def register_person(
    *,
    station: Station,
    village: Unit,
    name: str,
    by: User,
    at: datetime,
    phone: str = "",
    birth_year: int | None = None,
    id_number: str = "",
) -> Person:
    """Add a person; the ID number, if given, is sealed and checked. Raises UnitNotServed, IdNumberInvalid."""
    if not station.covers.filter(pk=village.pk).exists():
        raise UnitNotServed(_("This village is not served by your station. Choose one of its villages."))
    person = Person(
        station=station, village=village, name=name.strip(), name_key=name_key(name.strip()), phone=phone, birth_year=birth_year
    )
    if id_number:
        number = check_id_number(id_number)
        person.id_number_sealed, person.id_number_index = sealed.seal(number), sealed.blind_index(number)
    person.save()
    audit.note_deed(verb="register_person", about=person, by=by, at=at)
    return person


@transaction.atomic
def give_consent(*, person: Person, purpose: str, evidence: str, by: User, at: datetime) -> Consent:
    """Write down that a person agreed to a purpose; agreeing twice is the same consent."""
    consent, _created = Consent.objects.get_or_create(
        person=person, purpose=purpose, withdrawn_at=None, defaults={"given_at": at, "evidence": evidence}
    )
    audit.note_deed(verb="give_consent", about=consent, by=by, at=at)
    return consent


@transaction.atomic
def withdraw_consent(*, consent: Consent, by: User, at: datetime) -> Consent:
    """End a consent from now on; what was done under it stays lawful (PIPL art. 15)."""
    if consent.withdrawn_at is None:
        consent.withdrawn_at = at
        consent.save(update_fields=["withdrawn_at"])
        audit.note_deed(verb="withdraw_consent", about=consent, by=by, at=at)
    return consent


@transaction.atomic
def ask_approval(*, obj: str, action: str, target_ref: str, reason: str, by: User, at: datetime) -> Approval:
    """Ask for a P cell to be opened. Raises ApprovalRefused when the matrix has no P there for any role of `by`."""
    if "P" not in access.scopes(by, obj, action):
        raise ApprovalRefused(_("Your role cannot be given this by an approval."))
    return Approval.objects.create(asked_by=by, asked_at=at, obj=obj, action=action, target_ref=target_ref, reason=reason)


@transaction.atomic
def decide_approval(*, approval: Approval, grant: bool, by: User, at: datetime, hours: int = 24) -> Approval:
    """A second person, a chief of the same station, grants for `hours` or declines. Raises ApprovalRefused."""
    approval = Approval.objects.select_for_update().get(pk=approval.pk)
    if approval.decision != Approval.Decision.WAITING:
        raise ApprovalRefused(_("This request was already decided."))
    if by.pk == approval.asked_by_id or "station_chief" not in by.roles or by.station_id != approval.asked_by.station_id:
        raise ApprovalRefused(_("Another chief of the same station must decide this request."))
    approval.decision = Approval.Decision.GRANTED if grant else Approval.Decision.DECLINED
    approval.decided_by, approval.decided_at = by, at
    approval.expires_at = at + timedelta(hours=hours) if grant else None
    approval.save()
    audit.note_deed(verb="decide_approval", about=approval, by=by, at=at, detail={"granted": grant})
    return approval


@transaction.atomic
def sign_on(*, by: User, at: datetime, latitude: float | None = None, longitude: float | None = None) -> Presence:
    """Go on duty, or say where one is now: the one row is overwritten, no track is kept."""
    place = {"seen_at": at, "latitude": latitude, "longitude": longitude}
    presence, _created = Presence.objects.update_or_create(
        user=by, defaults=place, create_defaults={"station": by.station, "on_duty_since": at, **place}
    )
    return presence


@transaction.atomic
def sign_off(*, by: User, at: datetime) -> None:
    """Go off duty: the row disappears, and with it the place."""
    Presence.objects.filter(user=by).delete()
