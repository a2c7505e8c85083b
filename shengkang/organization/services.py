"""What the organization does: registers people and what they consented to, opens P cells for a while, knows who is on duty."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pypinyin import Style, lazy_pinyin, load_phrases_dict

from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization import access, sealed
from shengkang.organization.log_in.services import log_out_everywhere
from shengkang.organization.models import Approval, Consent, Membership, OpenSession, Person, Presence, Station, Unit, User

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


class ApprovalNeeded(RuleViolation):
    """A P cell of the matrix is closed to the asker at this moment."""


class AccountRefused(RuleViolation):
    """The account may not be opened, closed or given this role."""


class AlreadyKnown(RuleViolation):
    """A person with this ID number is registered at the station."""


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


def must_be_served(station: Station, village: Unit) -> None:
    """Raises UnitNotServed."""
    if not station.covers.filter(pk=village.pk).exists():
        raise UnitNotServed(_("This village is not served by your station. Choose one of its villages."))


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
    """Add a person; the ID number, if given, is sealed and checked. Raises UnitNotServed, IdNumberInvalid, AlreadyKnown."""
    must_be_served(station, village)
    person = Person(
        station=station, village=village, name=name.strip(), name_key=name_key(name.strip()), phone=phone, birth_year=birth_year
    )
    if id_number:
        number = check_id_number(id_number)
        person.id_number_sealed, person.id_number_index = sealed.seal(number), sealed.blind_index(number)
        if Person.objects.filter(station=station, id_number_index=person.id_number_index).exists():
            raise AlreadyKnown(_("A person with this ID number is registered already. Search by name or telephone."))
    person.save()
    audit.note_deed(verb="register_person", about=person, by=by, at=at)
    return person


@transaction.atomic
def mend_person(
    *, person: Person, name: str, village: Unit, phone: str, birth_year: int | None, by: User, at: datetime
) -> Person:
    """Correct what the station knows of a person (PIPL art. 46); the history keeps what it was. Raises UnitNotServed."""
    must_be_served(person.station, village)
    person.name, person.name_key = name.strip(), name_key(name.strip())
    person.village, person.phone, person.birth_year = village, phone, birth_year
    person.save(update_fields=["name", "name_key", "village", "phone", "birth_year"])
    audit.note_deed(verb="mend_person", about=person, by=by, at=at)
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


def approval_in_force(*, obj: str, action: str, target_ref: str, by: User, at: datetime) -> Approval:
    """The approval that opens this P cell for `by` on this thing now. Raises ApprovalNeeded."""
    approval = Approval.objects.in_force(at).filter(asked_by=by, obj=obj, action=action, target_ref=target_ref).first()
    if approval is None:
        raise ApprovalNeeded(_("This needs an approval in force. Ask for it with your reason; a chief decides."))
    return approval


@transaction.atomic
def show_id_number(*, person: Person, by: User, at: datetime) -> str:
    """The ID number in the clear, under an approval in force; that it was shown, and why, is written down first.

    Raises ApprovalNeeded.
    """
    approval = approval_in_force(obj="resident", action="read_id_number", target_ref=audit.ref(person), by=by, at=at)
    audit.note_look(what="id_number", about=person, by=by, at=at, reason=approval.reason)
    return sealed.open_sealed(person.id_number_sealed) if person.id_number_sealed else ""


def _must_lie_in(station: Station, unit: Unit) -> None:
    if unit.pk != station.sits_in_id and not station.covers.filter(pk=unit.pk).exists():
        raise UnitNotServed(_("A role is held where the station sits or in a village it serves. Choose one of these."))


def _works_at_the_desk(user: User) -> None:
    user.is_staff = user.memberships.filter(role__in=access.DESK_ROLES).exists()
    user.save(update_fields=["is_staff"])


@transaction.atomic
def open_account(
    *,
    station: Station,
    role: str,
    unit: Unit,
    name: str,
    phone: str,
    password: str,
    by: User,
    at: datetime,
    person: Person | None = None,
) -> User:
    """Open an account that logs in by telephone number, with its first role. Raises AccountRefused, UnitNotServed."""
    if User.objects.filter(phone=phone).exists():
        raise AccountRefused(_("This telephone number has an account already."))
    if person is not None and person.station_id != station.pk:
        raise AccountRefused(_("This person belongs to another station."))
    user = User.objects.create_user(phone, password, name=name.strip(), station=station, person=person, password_set_at=at)
    audit.note_deed(verb="open_account", about=user, by=by, at=at)
    give_role(user=user, role=role, unit=unit, by=by, at=at)
    return user


@transaction.atomic
def give_role(*, user: User, role: str, unit: Unit, by: User, at: datetime) -> Membership:
    """Let a user hold a role in a unit of his station; twice is once. Raises UnitNotServed."""
    _must_lie_in(user.station, unit)
    membership, _created = Membership.objects.get_or_create(user=user, role=role, unit=unit)
    _works_at_the_desk(user)
    audit.note_deed(verb="give_role", about=user, by=by, at=at, detail={"role": role, "unit": unit.pk})
    return membership


@transaction.atomic
def take_role(*, membership: Membership, by: User, at: datetime) -> None:
    """End a role. Raises AccountRefused for one's own: nobody locks himself out."""
    user = membership.user
    if user.pk == by.pk:
        raise AccountRefused(_("You cannot take a role from yourself. Ask a colleague."))
    audit.note_deed(verb="take_role", about=user, by=by, at=at, detail={"role": membership.role, "unit": membership.unit_id})
    membership.delete()
    _works_at_the_desk(user)


@transaction.atomic
def close_account(*, user: User, by: User, at: datetime) -> User:
    """End log-in from now on, open sessions and tokens included. Raises AccountRefused for one's own account."""
    if user.pk == by.pk:
        raise AccountRefused(_("You cannot close your own account. Ask a colleague."))
    user.is_active = False
    user.save(update_fields=["is_active"])
    log_out_everywhere(user)
    audit.note_deed(verb="close_account", about=user, by=by, at=at)
    return user


@transaction.atomic
def reopen_account(*, user: User, by: User, at: datetime) -> User:
    """Allow log-in again, with the roles still held."""
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.note_deed(verb="reopen_account", about=user, by=by, at=at)
    return user


@transaction.atomic
def set_password(*, user: User, password: str, by: User, at: datetime) -> User:
    """Set a new password for somebody who forgot his; sessions and tokens of the old one end."""
    user.set_password(password)
    user.password_set_at = at
    user.save(update_fields=["password", "password_set_at"])
    log_out_everywhere(user)
    audit.note_deed(verb="set_password", about=user, by=by, at=at)
    return user


@transaction.atomic
def sign_on(*, by: User, at: datetime, latitude: float | None = None, longitude: float | None = None) -> Presence:
    """Go on duty, or say where one is now: the one row is overwritten, no track is kept."""
    place = {"seen_at": at, "latitude": latitude, "longitude": longitude}
    # After a duty that ran out a new one begins.
    Presence.objects.filter(user=by).run_out(at).delete()
    presence, _created = Presence.objects.update_or_create(
        user=by, defaults=place, create_defaults={"station": by.station, "on_duty_since": at, **place}
    )
    return presence


@transaction.atomic
def sign_off(*, by: User, at: datetime) -> None:
    """Go off duty: the row disappears, and with it the place."""
    Presence.objects.filter(user=by).delete()


def forget_what_ran_out(*, at: datetime) -> int:
    """Delete log-ins that have run out and the places of people whose duty has; gives how many rows. For the clock, any number of times."""
    log_ins, _by_model = OpenSession.objects.filter(expire_date__lte=at).delete()
    placed = Presence.objects.run_out(at).filter(Q(latitude__isnull=False) | Q(longitude__isnull=False))
    return log_ins + placed.update(latitude=None, longitude=None)
