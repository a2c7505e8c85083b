"""Choosing a head: the village proposes somebody, the station's chief appoints or says why not."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from households.models import HouseholdHead, Nomination
from households.models.heads import villages_of_cadre
from households.selectors.heads import OF_AGE
from households.services import notes
from households.services.heads import TERM_YEARS, appoint_head
from households.services.refusals import NominationDecided, NominationRefused
from shengkang.attachments import services as attachments
from shengkang.audit import services as audit
from shengkang.notices import services as notices
from shengkang.organization.access import Role
from shengkang.organization.models import Person, Unit, User
from shengkang.organization.selectors import day_of
from shengkang.organization.services import must_be_served, open_account


@transaction.atomic
def nominate_head(
    *,
    village: Unit,
    person: Person,
    reason: str,
    by: User,
    at: datetime,
    spoken_by: str = "",
    photos: Sequence = (),
) -> Nomination:
    """A village proposes one of its people as head. The chiefs of the station are told.

    The village's cadre does it himself; anybody else enters what the village signed on paper: then `spoken_by` names who signed and
    `photos` show the paper. Raises UnitNotServed, NominationRefused, attachments.services.FileRefused.
    """
    must_be_served(by.station, village)
    spoken_by = spoken_by.strip()
    if not villages_of_cadre(by).filter(unit=village).exists():
        if Role.VILLAGE_CADRE in by.roles and not by.is_staff:
            raise NominationRefused(_("You speak for another village. Propose somebody of your own village."))
        if not (spoken_by and photos):
            raise NominationRefused(
                _("The village proposes, not the station. Say who signed the paper, and add a photo of the signed paper.")
            )
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.station_id != by.station_id or person.village_id != village.pk:
        raise NominationRefused(_("This person belongs to another village. Choose somebody of this village."))
    if person.birth_year and day_of(at).year - person.birth_year < OF_AGE:
        raise NominationRefused(_("A head must be of age. Choose somebody else."))
    if HouseholdHead.objects.active().filter(user__person=person).exists():
        raise NominationRefused(_("This person is a head already. Choose somebody else."))
    if Nomination.objects.waiting().filter(person=person).exists():
        raise NominationRefused(_("This person has been proposed already; the station has not decided yet."))
    nomination = Nomination.objects.create(
        station=by.station, village=village, person=person, reason=reason.strip(), spoken_by=spoken_by, by=by, at=at
    )
    for photo in photos:
        attachments.attach(owner=nomination, station=by.station, upload=photo, by=by, at=at)
    notes.tell(
        notes.chiefs_of(by.station),
        kind="nomination.new",
        text=_("A village has proposed somebody as hundred-household head. Open the message to decide."),
        key=f"nomination:{nomination.pk}",
        about=nomination,
        at=at,
    )
    audit.note_deed(verb="nominate_head", about=nomination, by=by, at=at)
    return nomination


@transaction.atomic
def appoint_nominated(
    *,
    nomination: Nomination,
    from_day: date,
    by: User,
    at: datetime,
    term_years: int = TERM_YEARS,
    phone: str = "",
    password: str = "",
    answer: str = "",
) -> HouseholdHead:
    """Appoint the person proposed, for a term; an account the person has gets the role, otherwise one is opened with `phone`, `password`.

    The one who proposed and the new head are told. Raises NominationDecided, NominationRefused (no telephone for a new account),
    HeadRefused, DayRefused, organization.services.AccountRefused.
    """
    nomination = _waiting(nomination)
    user = User.objects.filter(person=nomination.person).first()
    if user is None:
        phone = phone or nomination.person.phone
        if not phone:
            raise NominationRefused(_("There is no telephone number for the new account. Type it in."))
        user = open_account(
            station=nomination.station,
            role=Role.HOUSEHOLD_HEAD,
            unit=nomination.village,
            name=nomination.person.name,
            phone=phone,
            password=password or None,  # without one, a printed card opens the door the first time
            person=nomination.person,
            by=by,
            at=at,
        )
    head = appoint_head(user=user, village=nomination.village, from_day=from_day, term_years=term_years, by=by, at=at)
    _decide(nomination, Nomination.Decision.APPOINTED, answer=answer, head=head, by=by, at=at)
    notices.notify(
        to=user,
        kind="head.appointed",
        text=_("You are now a hundred-household head. Your homes appear here as soon as they are assigned. Thank you."),
        key=f"appointed:{nomination.pk}",
        link=reverse("households:homes"),
        at=at,
    )
    return head


@transaction.atomic
def decline_nomination(*, nomination: Nomination, answer: str, by: User, at: datetime) -> Nomination:
    """Say no, and why; the village reads the answer. Raises NominationDecided, NominationRefused (no answer)."""
    if not answer.strip():
        raise NominationRefused(_("Tell the village why, in a sentence."))
    return _decide(_waiting(nomination), Nomination.Decision.DECLINED, answer=answer, by=by, at=at)


@transaction.atomic
def withdraw_nomination(*, nomination: Nomination, by: User, at: datetime, answer: str = "") -> Nomination:
    """The village takes its proposal back before it was decided: its cadre, or whoever entered it. Raises NominationDecided, NominationRefused."""
    nomination = _waiting(nomination)
    if by.pk != nomination.by_id and not villages_of_cadre(by).filter(unit=nomination.village_id).exists():
        raise NominationRefused(_("Only the village itself, or who entered its paper, takes the proposal back."))
    return _decide(nomination, Nomination.Decision.WITHDRAWN, answer=answer, by=by, at=at)


def _waiting(nomination: Nomination) -> Nomination:
    """The nomination, locked, if nobody has decided it yet."""
    nomination = (
        Nomination.objects.select_for_update(of=("self",))
        .select_related("person", "village", "station", "by")
        .get(pk=nomination.pk)
    )
    if nomination.decision != Nomination.Decision.WAITING:
        raise NominationDecided(
            _("This proposal is closed: %(state)s. Propose the person anew if things have changed.")
            % {"state": nomination.get_decision_display()}
        )
    return nomination


def _decide(nomination: Nomination, decision: str, *, by: User, at: datetime, answer: str = "", head=None) -> Nomination:
    nomination.decision, nomination.decided_by, nomination.decided_at = decision, by, at
    nomination.answer, nomination.head = answer.strip(), head
    nomination.save(update_fields=["decision", "decided_by", "decided_at", "answer", "head"])
    audit.note_deed(verb=f"nomination_{decision}", about=nomination, by=by, at=at)
    if by.pk != nomination.by_id:
        notes.tell(
            [nomination.by],
            kind="nomination.decided",
            text=_("The station has answered your village's proposal for a head. Open the message to read it."),
            key=f"nomination:{nomination.pk}:decided",
            about=nomination,
            at=at,
        )
    return nomination
