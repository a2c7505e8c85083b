"""What is done about coming in: sessions end, a lock is opened, a password is chosen."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.db import transaction
from rest_framework.authtoken.models import Token

from shengkang.audit import services as audit
from shengkang.organization.models import LoginCard, OpenSession, SecondFactor, User


def log_out_everywhere(user: User, *, keep: str = "") -> int:
    """End every log-in of `user` but the session key `keep`, and the tokens of the API: part of a verb that notes the deed."""
    Token.objects.filter(user=user).delete()
    count, _by_model = OpenSession.objects.filter(user=user).exclude(session_key=keep).delete()
    return count


@transaction.atomic
def end_sessions(*, user: User, by: User, at: datetime, keep: str = "") -> int:
    """End every log-in of `user` but the session key `keep`, and the tokens of the API. Returns how many sessions there were."""
    count = log_out_everywhere(user, keep=keep)
    audit.note_deed(verb="end_sessions", about=user, by=by, at=at, detail={"count": count})
    return count


@transaction.atomic
def end_session(*, session: OpenSession, by: User, at: datetime) -> None:
    """End one log-in, on one device."""
    session.delete()
    audit.note_deed(verb="end_session", about=by, by=by, at=at)


def is_locked(user: User) -> bool:
    """Whether wrong passwords or wrong codes are counted against an account; wrong tries are forgotten after a right one."""
    return (
        AccessAttempt.objects.filter(username=user.phone).exists() or SecondFactor.objects.filter(user=user, tries__gt=0).exists()
    )


@transaction.atomic
def unlock(*, user: User, by: User, at: datetime) -> User:
    """Forget the wrong passwords and codes of an account, at every address, so that its owner may try again at once."""
    reset(username=user.phone)
    SecondFactor.objects.filter(user=user).update(tries=0, tried_at=None)
    audit.note_deed(verb="unlock_account", about=user, by=by, at=at)
    return user


def password_is_too_old(user: User, at: datetime) -> bool:
    """Whether PASSWORD_MAX_AGE_DAYS have passed (0: a password has no age, as NIST SP 800-63B advises; 等保二级 practice is 90)."""
    if not settings.PASSWORD_MAX_AGE_DAYS:
        return False
    return user.password_set_at is None or user.password_set_at + timedelta(days=settings.PASSWORD_MAX_AGE_DAYS) <= at


@transaction.atomic
def choose_password(*, password: str, by: User, at: datetime, keep: str = "") -> User:
    """Set one's own new password; every other log-in, token and card of the account ends. `keep` is one's own session key.

    The caller has let the validators judge the password and tells Django's session of the new one (update_session_auth_hash).
    """
    by.set_password(password)
    by.password_set_at = at
    by.save(update_fields=["password", "password_set_at"])
    log_out_everywhere(by, keep=keep)
    LoginCard.objects.filter(user=by, used_at=None, revoked_at=None).update(revoked_at=at)
    audit.note_deed(verb="choose_password", about=by, by=by, at=at)
    return by
