"""The second factor: a code of six digits that an authenticator app shows anew every half minute (RFC 6238), or a backup code."""

import base64
import os
import secrets
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_otp.oath import TOTP
from rest_framework.authtoken.models import Token

from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization import access, sealed
from shengkang.organization.log_in.services import log_out_everywhere
from shengkang.organization.models import SecondFactor, User

DIGITS, STEP_SECONDS, BACKUP_CODES = 6, 30, 10
# Clocks of phones go wrong by half a minute.
TOLERANCE = 1
MAX_TRIES, WAIT = 5, timedelta(minutes=15)
# Without letters and digits that look alike on paper.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


class CodeRefused(RuleViolation):
    """The code is neither the app's present one nor an unused backup code."""


class TooManyCodes(RuleViolation):
    """Too many wrong codes; `until` says when the next may be tried."""

    def __init__(self, message, until: datetime):
        super().__init__(message)
        self.until = until


class SecondFactorRefused(RuleViolation):
    """A second factor may not be set up or taken away like this."""


def concerns(user: User) -> bool:
    """Whether an account works with other people's records, so that it may have a second factor."""
    return user.is_staff or access.may(user, "second_factor", "set_up")


def is_demanded(user: User) -> bool:
    """Whether the setting STAFF_TOTP asks this account for a second factor."""
    return settings.STAFF_TOTP and concerns(user)


def has_one(user: User) -> bool:
    return SecondFactor.objects.filter(user_id=user.pk).exists()


def new_secret() -> bytes:
    """160 random bits, as RFC 4226 recommends."""
    return os.urandom(20)


def in_text(secret: bytes) -> str:
    """The secret to type in by hand: base 32 in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def address_of(user: User, secret: bytes) -> str:
    """The otpauth: address an authenticator app reads from the QR code; named by the station and the last digits, not the person."""
    issuer = str(user.station or _("Police station"))
    label = f"{quote(issuer)}:{quote('*' + user.phone[-4:])}"
    query = {"secret": base64.b32encode(secret).decode(), "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS}
    return f"otpauth://totp/{label}?{urlencode(query, quote_via=quote)}"


def _step_of(secret: bytes, code: str, at: datetime, after: int) -> int | None:
    """The half minute to which a code belongs, if it is a right one and later than `after`."""
    totp = TOTP(secret, step=STEP_SECONDS, digits=DIGITS)
    totp.time = at.timestamp()
    right = code.isascii() and code.isdigit() and len(code) == DIGITS and totp.verify(int(code), TOLERANCE, after + 1)
    return totp.t() if right else None


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()


def _new_backup_codes() -> tuple[list[str], list[str]]:
    """Ten codes to be shown once, and what is kept of them."""
    plain = ["".join(secrets.choice(ALPHABET) for _each in range(10)) for _code in range(BACKUP_CODES)]
    return [f"{code[:5]}-{code[5:]}" for code in plain], [sealed.blind_index(code) for code in plain]


def _refuse() -> CodeRefused:
    return CodeRefused(_("This code is not right. Type in the six digits the app shows at this moment."))


@transaction.atomic
def set_up(*, secret: bytes, code: str, by: User, at: datetime) -> list[str]:
    """Keep the secret once its first code proves that the app has it. Returns the backup codes, to be shown once.

    Raises CodeRefused, SecondFactorRefused. Tokens of the API end: they were given without the second factor.
    """
    if not concerns(by) or has_one(by):
        raise SecondFactorRefused(_("A second factor is set up already. A chief or administrator can reset it."))
    step = _step_of(secret, _plain(code), at, -1)
    if step is None:
        raise _refuse()
    shown, kept = _new_backup_codes()
    factor = SecondFactor.objects.create(
        user=by, secret_sealed=sealed.seal(secret.hex()), set_up_at=at, last_step=step, backup_codes=kept
    )
    Token.objects.filter(user=by).delete()
    audit.note_deed(verb="set_up_second_factor", about=factor, by=by, at=at)
    return shown


def check_code(*, user: User, code: str, at: datetime) -> SecondFactor:
    """Let a code pass once: the app's, or a backup code, which is then gone. Raises CodeRefused, TooManyCodes.

    After five wrong codes in a row none is looked at for a quarter of an hour. A wrong try is kept even though it is refused.
    """
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().get(user=user)
        refusal = _judge(factor, _plain(code), at)
        factor.save()
    if refusal is not None:
        raise refusal
    return factor


def _judge(factor: SecondFactor, code: str, at: datetime) -> RuleViolation | None:
    if factor.tries >= MAX_TRIES:
        until = factor.tried_at + WAIT
        if at < until:
            return TooManyCodes(
                _("Too many wrong codes. Try again at %(time)s, or ask your chief to unlock the account.")
                % {"time": timezone.localtime(until).strftime("%H:%M")},
                until,
            )
        factor.tries = 0
    step = _step_of(bytes.fromhex(sealed.open_sealed(factor.secret_sealed)), code, at, factor.last_step)
    backup = sealed.blind_index(code)
    if step is None and backup not in factor.backup_codes:
        factor.tries, factor.tried_at = factor.tries + 1, at
        return _refuse()
    if step is None:
        factor.backup_codes.remove(backup)
    else:
        factor.last_step = step
    factor.tries, factor.tried_at = 0, None
    return None


def renew_backup_codes(*, code: str, by: User, at: datetime) -> list[str]:
    """Ten new backup codes for a right code; the old ones are worth nothing. Raises CodeRefused, TooManyCodes."""
    check_code(user=by, code=code, at=at)
    shown, kept = _new_backup_codes()
    with transaction.atomic():
        SecondFactor.objects.filter(user=by).update(backup_codes=kept)
        audit.note_deed(verb="renew_backup_codes", about=by, by=by, at=at)
    return shown


@transaction.atomic
def reset(*, user: User, by: User | None, at: datetime) -> None:
    """Take away the second factor of somebody who lost his phone; his log-ins and tokens end, the next one sets up a new one.

    `by` None is the server's own console. Raises SecondFactorRefused for one's own: whoever stole a session must not get rid of it.
    """
    if by is not None and by.pk == user.pk:
        raise SecondFactorRefused(_("You cannot reset your own second factor. Ask a colleague."))
    SecondFactor.objects.filter(user=user).delete()
    log_out_everywhere(user)
    audit.note_deed(verb="reset_second_factor", about=user, by=by, at=at)
