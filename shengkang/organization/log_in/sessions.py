"""The session engine (SESSION_ENGINE): Django's database sessions, each row with whose it is, since when, and on what device."""

import re
from datetime import UTC, datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.organization.models import OpenSession, SecondFactor

# What the session's data hold beside Django's own.
SINCE, SEEN, DEVICE = "since", "seen", "device"
OWES_CODE, PASSED = "owes_code", "second_factor"
# "Last seen" is written at coarse steps: who was where to the second is nobody's business, and each writing costs.
SEEN_STEP = 300

# The first that fits. Codes are kept, words are looked up when the page is shown.
SYSTEMS = [("HarmonyOS|OpenHarmony", "harmony"), ("iPhone", "iphone"), ("iPad", "ipad"), ("Android", "android"),
           ("Windows", "windows"), ("Macintosh", "mac"), ("Linux", "linux")]  # fmt: skip
BROWSERS = [("MicroMessenger", "wechat"), ("HuaweiBrowser", "huawei"), ("MiuiBrowser", "miui"), ("QQBrowser", "qq"),
            ("UCBrowser", "uc"), ("Edg", "edge"), ("Firefox", "firefox"), ("Chrome", "chrome"), ("Safari", "safari")]  # fmt: skip
WORDS = {
    "harmony": _("HarmonyOS phone"),
    "iphone": _("Apple phone"),
    "ipad": _("Apple tablet"),
    "android": _("Android phone"),
    "windows": _("Windows computer"),
    "mac": _("Apple computer"),
    "linux": _("Linux computer"),
    "wechat": _("WeChat"),
    "huawei": _("Huawei browser"),
    "miui": _("Xiaomi browser"),
    "qq": _("QQ browser"),
    "uc": _("UC browser"),
    "edge": _("Edge browser"),
    "firefox": _("Firefox browser"),
    "chrome": _("Chrome browser"),
    "safari": _("Safari browser"),
}


def device_of(user_agent: str) -> str:
    """The kind of device and browser of a user agent as codes, e.g. "android wechat"; empty when nothing is recognised."""
    found = (next((code for pattern, code in kinds if re.search(pattern, user_agent)), "") for kinds in (SYSTEMS, BROWSERS))
    return " ".join(filter(None, found))


def device_in_words(device: str) -> str:
    """What `device_of` kept, as its owner would say it."""
    words = [str(WORDS[code]) for code in device.split() if code in WORDS]
    return " · ".join(words) or str(pgettext_lazy("kind of device", "Unknown device"))


def _moment(seconds) -> datetime | None:
    return datetime.fromtimestamp(seconds, tz=UTC) if seconds else None


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls):
        return OpenSession

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY) or None
        row.since, row.seen_at, row.device = _moment(data.get(SINCE)), _moment(data.get(SEEN)), data.get(DEVICE, "")
        return row


def note_log_in(sender, request, user, **kwargs):
    """Hears Django say that somebody logged in: notes since when and on what, and whether a code is owed still."""
    request.session[SINCE] = request.session[SEEN] = int(timezone.now().timestamp())
    request.session[DEVICE] = device_of(request.META.get("HTTP_USER_AGENT", ""))
    request.session.pop(PASSED, None)
    request.session[OWES_CODE] = SecondFactor.objects.filter(user_id=user.pk).exists()


def note_seen(session, at: datetime) -> None:
    """Note that a session is in use, at coarse steps."""
    if session.get(SESSION_KEY) and at.timestamp() - session.get(SEEN, 0) >= SEEN_STEP:
        session[SEEN] = int(at.timestamp())
