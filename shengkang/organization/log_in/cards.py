"""Printed cards: a QR code with which a phone user comes in for the first time and chooses a password of his own."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization import access
from shengkang.organization.backends import may_come_in
from shengkang.organization.log_in import second_factor
from shengkang.organization.log_in.services import choose_password
from shengkang.organization.models import LoginCard, User

DAYS, MAX_TRIES, DIGITS = 30, 5, 4


class CardRefused(RuleViolation):
    """No card is printed for this account, or not by this person."""


class CardDead(RuleViolation):
    """The card was used, replaced, tried too often, or its days are over."""


class DigitsRefused(RuleViolation):
    """The digits are not the last of the account's telephone number."""


def roles_with_cards() -> list[str]:
    """Who comes in on the phone and owes no second factor."""
    phone, staff = access.matrix()["portal", "read"], access.matrix()["second_factor", "set_up"]
    return [role for role in access.Role.values if phone[role] != "-" and staff[role] == "-"]


def holders(by: User):
    """The accounts for which `by` may print cards: open phone accounts of his station that hold no role of the desk."""
    if by.station_id is None or not access.may(by, "login_card", "print"):
        return User.objects.none()
    roles = roles_with_cards()
    staff = User.objects.filter(memberships__role__in=set(access.Role.values) - set(roles))
    return (
        User.objects.filter(station_id=by.station_id, is_active=True, is_staff=False, memberships__role__in=roles)
        .exclude(pk__in=staff)
        .distinct()
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def print_cards(*, users: list[User], by: User, at: datetime) -> list[tuple[LoginCard, str]]:
    """A new card for each account, and the token that stands on the paper only. An older card of the same account is worth nothing.

    Raises CardRefused when one of them is not a phone account of the same station.
    """
    allowed = set(holders(by).filter(pk__in=[user.pk for user in users]).values_list("pk", flat=True))
    if {user.pk for user in users} - allowed:
        raise CardRefused(_("Cards are printed for open phone accounts of your own station only."))
    LoginCard.objects.filter(user__in=users, used_at=None, revoked_at=None).update(revoked_at=at)
    printed = []
    for user in users:
        token = secrets.token_urlsafe(16)
        card = LoginCard.objects.create(
            user=user, token_hash=_hash(token), printed_by=by, printed_at=at, expires_at=at + timedelta(days=DAYS)
        )
        audit.note_deed(verb="print_login_card", about=user, by=by, at=at)
        printed.append((card, token))
    return printed


@transaction.atomic
def revoke_card(*, card: LoginCard, by: User, at: datetime) -> LoginCard:
    """Make a lost card worth nothing; one that was used or revoked stays as it is."""
    if card.used_at is None and card.revoked_at is None:
        card.revoked_at = at
        card.save(update_fields=["revoked_at"])
        audit.note_deed(verb="revoke_login_card", about=card.user, by=by, at=at)
    return card


def _opens(card: LoginCard | None) -> bool:
    """Whether a card that is live still leads to an account it was meant for: open, and not come to the desk since it was printed."""
    return card is not None and may_come_in(card.user) and not second_factor.concerns(card.user)


def _live(at: datetime, **which) -> LoginCard | None:
    card = LoginCard.objects.live(at).select_related("user__station").filter(**which).first()
    return card if _opens(card) else None


def card_of_token(token: str, at: datetime) -> LoginCard | None:
    """The live card on which this token is printed. Reading it uses nothing up: phones open links before their owner does."""
    return _live(at, token_hash=_hash(token))


def live_card(pk: int, at: datetime) -> LoginCard:
    """Raises CardDead."""
    card = _live(at, pk=pk)
    if card is None:
        raise CardDead(_("This card can no longer be used."))
    return card


def check_digits(*, card: LoginCard, digits: str, at: datetime) -> None:
    """Whether somebody knows the last four digits of the telephone number. Five wrong tries kill the card; each is kept.

    Raises DigitsRefused, CardDead.
    """
    with transaction.atomic():
        locked = LoginCard.objects.select_for_update().live(at).filter(pk=card.pk).first()
        right = locked is not None and hmac.compare_digest(digits.encode(), locked.user.phone[-DIGITS:].encode())
        left = 0
        if locked is not None and not right:
            locked.tries += 1
            left = MAX_TRIES - locked.tries
            if not left:
                locked.revoked_at = at
                audit.note_deed(verb="login_card_tried_too_often", about=locked.user, by=None, at=at)
            locked.save(update_fields=["tries", "revoked_at"])
    if right:
        return
    if left:
        raise DigitsRefused(_("These are not the last digits of your number. Tries left: %(left)d") % {"left": left})
    raise CardDead(_("This card can no longer be used."))


@transaction.atomic
def use_card(*, card: LoginCard, password: str, at: datetime) -> User:
    """The card's one use: its owner's new password. The validators judged it, the digits were right. Raises CardDead."""
    locked = LoginCard.objects.select_for_update().live(at).filter(pk=card.pk).first()
    if not _opens(locked):
        raise CardDead(_("This card can no longer be used."))
    locked.used_at = at
    locked.save(update_fields=["used_at"])
    return choose_password(password=password, by=locked.user, at=at)
