"""What the tests of the door share: logging in by the page, and an authenticator app."""

from django.test import Client
from django.urls import reverse
from django_otp.oath import hotp

from shengkang.organization.log_in import second_factor
from tests.world import PASSWORD

WECHAT = "Mozilla/5.0 (Linux; Android 10; TAS-AL00) AppleWebKit/537.36 Chrome/107.0 Mobile Safari/537.36 MicroMessenger/8.0.40"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"
SECRET = bytes(range(20))


def log_in(user, password=PASSWORD, client=None, **extra):
    """A browser that has sent the log-in form, and what it was answered."""
    client = client or Client(**extra)
    return client, client.post(reverse("login"), {"username": user.phone, "password": password})


def code_at(at, secret=SECRET) -> str:
    """What the app shows at a moment (RFC 6238: the HOTP of the half minute)."""
    return f"{hotp(secret, int(at.timestamp()) // 30):06}"


def set_up(user, at, secret=SECRET) -> list[str]:
    """A second factor as its owner sets it up; the backup codes."""
    return second_factor.set_up(secret=secret, code=code_at(at, secret), by=user, at=at)
