"""What hurts in silence, told aloud: by `manage.py check --database default`, when `make run` starts, and on the desk of chiefs and administrators.

Each has an id that stays, a sentence and a hint that says how to mend it; docs/operations.md lists them.
"""

import shutil
import subprocess
from datetime import date, timedelta

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connections
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shengkang.audit.models import AuditEntry
from shengkang.organization.models import Holiday, Station
from shengkang.organization.selectors import day_of, is_year_known

BACKUP_DAYS = 7
# From December on the coming year must be known: deadlines of late December fall into it.
COMING_YEAR_FROM_MONTH = 12
SECRET_LENGTH, SECRET_VARIETY = 50, 10
KEY_BYTES, KEY_VARIETY = 32, 8
# Where the desk leads to for mending.
MENDED_AT = {"shengkang.W003": "admin:organization_holiday_changelist"}


def _first_row(sql: str) -> tuple:
    with connections["default"].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()


def trigrams(app_configs=None, **kwargs) -> list[checks.CheckMessage]:
    """PostgreSQL finds nothing in Chinese, and says nothing, unless the cluster's locale knows UTF-8."""
    if _first_row("SELECT cardinality(show_trgm('盛康'))") != (0,):
        return []
    return [
        checks.Warning(
            _("The database finds nothing in Chinese."),
            hint=_("Its locale is not UTF-8. Back up, make a new database with the locale C.UTF-8, and restore into it."),
            id="shengkang.W001",
        )
    ]


def one_role(app_configs=None, **kwargs) -> list[checks.CheckMessage]:
    """The application should own nothing: an owner may switch off the triggers that keep facts."""
    (owned,) = _first_row("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
    if not owned:
        return []
    return [
        checks.Warning(
            _("The application logs in to the database as the owner of its tables."),
            hint=_(
                "Make a second role and set DATABASE_URL to it and DATABASE_OWNER_URL to the owner, then run `manage.py grant`."
            ),
            id="shengkang.W002",
        )
    ]


def holidays(app_configs=None, **kwargs) -> list[checks.CheckMessage]:
    """Without the State Council's calendar of a year, deadlines in working days count Monday to Friday."""
    today = day_of(timezone.now())
    years = [today.year] + ([today.year + 1] if today.month >= COMING_YEAR_FROM_MONTH else [])
    return [
        checks.Warning(
            _("The holidays of %(year)s are not known; working days are counted from Monday to Friday.") % {"year": year},
            hint=_("Enter the days off and the swapped working days of the State Council's notice under “Holidays”."),
            id="shengkang.W003",
        )
        for year in years
        if not is_year_known(year) and not Holiday.objects.filter(day__range=(date(year, 1, 1), date(year, 12, 31))).exists()
    ]


def last_backup(app_configs=None, **kwargs) -> list[checks.CheckMessage]:
    """A real station whose last good backup is older than a week, or that never had one."""
    if settings.DEMO or not Station.objects.exists():
        return []
    now = timezone.now()
    # Only a week of the long table is read while all is well.
    if AuditEntry.objects.filter(at__gte=now - timedelta(days=BACKUP_DAYS), verb="backup").exists():
        return []
    last = AuditEntry.objects.filter(verb="backup").order_by("-at").values_list("at", flat=True).first()
    return [
        checks.Warning(
            _("The last backup was taken on %(day)s.") % {"day": day_of(last).isoformat()}
            if last
            else _("There has never been a backup."),
            hint=_("Run `manage.py backup` now and see why the nightly one did not; docs/backup.md tells how."),
            id="shengkang.W004",
        )
    ]


def chinese_fonts(app_configs=None, **kwargs) -> list[checks.CheckMessage]:
    """Only a browser on this very machine needs them (pictures, tests); papers name their fonts and are opened elsewhere."""
    listing = shutil.which("fc-list")
    if not shutil.which("chromium") or not listing:
        return []
    done = subprocess.run([listing, ":lang=zh", "family"], check=False, capture_output=True, timeout=20)  # noqa: S603 no word from outside
    if done.stdout.strip():
        return []
    return [
        checks.Warning(
            _("This machine has a browser and no Chinese font: pictures of pages show empty boxes."),
            hint="apt-get install fonts-noto-cjk",
            id="shengkang.W005",
        )
    ]


def debugging(app_configs=None, **kwargs) -> list[checks.CheckMessage]:
    """Error pages of DEBUG show the values of every variable, names and telephone numbers among them."""
    if not settings.DEBUG:
        return []
    return [
        checks.Warning(
            _("Debugging is on: an error page shows personal data to whoever meets it."),
            hint=_("Take DEBUG out of the environment and start again."),
            id="shengkang.W006",
        )
    ]


def secret_key(app_configs=None, **kwargs) -> list[checks.CheckMessage]:
    """Sessions and links are signed with it: who guesses it logs in as anybody."""
    key = settings.SECRET_KEY
    if settings.BARE or (len(key) >= SECRET_LENGTH and len(set(key)) >= SECRET_VARIETY):
        return []
    return [
        checks.Warning(
            _("The key that signs log-ins is short or simple: a log-in could be forged."),
            hint=_("Set SECRET_KEY to the output of `openssl rand -base64 48` and start again; everybody logs in once more."),
            id="shengkang.W007",
        )
    ]


def field_keys(app_configs=None, **kwargs) -> list[checks.CheckMessage]:
    """The keys that seal ID numbers: 32 bytes from a die, not from a head. A key that is no key stops the start."""
    if settings.BARE:
        return []
    found = []
    names = [entry.partition(":")[0] for entry in settings.FIELD_KEYS]
    for entry in settings.FIELD_KEYS:
        name, _colon, written = entry.partition(":")
        try:
            key = bytes.fromhex(written)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES or not name or names.count(name) > 1:
            found.append(
                checks.Error(
                    _("A key for ID numbers is no key, or its name is taken twice."),
                    hint=_(
                        "In FIELD_KEYS each is written `id:64 hex digits`, with commas between, each id once; this one is “%(name)s”."
                    )
                    % {"name": name},
                    id="shengkang.E002",
                )
            )
        elif len(set(key)) < KEY_VARIETY:
            found.append(
                checks.Warning(
                    _("A key for ID numbers can be guessed."),
                    hint=_(
                        "Put a new one in front in FIELD_KEYS (openssl rand -hex 32); the old one, “%(name)s”, stays behind it."
                    )
                    % {"name": name},
                    id="shengkang.W008",
                )
            )
    return found


def demo_in_the_open(app_configs=None, **kwargs) -> list[checks.CheckMessage]:
    """The demo's password is printed in the README; its pages should answer to this machine only."""
    if not settings.DEMO or set(settings.ALLOWED_HOSTS) <= set(settings.LOCAL_HOSTS):
        return []
    return [
        checks.Warning(
            _("This is a demo station, and other machines may reach it: everybody knows its passwords."),
            hint=_("Never enter real people here. For a real station leave SHENGKANG_DEMO out (docs/deploy.md)."),
            id="shengkang.W009",
        )
    ]


def without_tls(app_configs=None, **kwargs) -> list[checks.CheckMessage]:
    """Without TLS passwords and reports cross the net in the clear, and phones refuse the camera and the place."""
    if settings.DEMO or settings.BARE or settings.SECURE_SSL_REDIRECT:
        return []
    return [
        checks.Warning(
            _("Pages are served without encryption: passwords can be read on the way."),
            hint=_("Put nginx with a certificate in front (docs/deploy.md) and take HTTPS=0 out of the environment."),
            id="shengkang.W010",
        )
    ]


OF_THE_SETTINGS = (debugging, secret_key, field_keys, demo_in_the_open, without_tls)
OF_THE_DATABASE = (trigrams, one_role, holidays, last_backup)


@checks.register(checks.Tags.security, "shengkang")
def look_at_the_settings(app_configs, **kwargs) -> list[checks.CheckMessage]:
    """What the environment was told; runs before every command."""
    return [found for check in OF_THE_SETTINGS for found in check()]


@checks.register("shengkang")
def look_at_the_machine(app_configs, **kwargs) -> list[checks.CheckMessage]:
    """What the machine lacks; of no concern to a chief."""
    return chinese_fonts()


@checks.register(checks.Tags.database, "shengkang")
def look_at_the_database(app_configs, databases=None, **kwargs) -> list[checks.CheckMessage]:
    """What only the database knows; runs with `check --database default`. Before the first migration there is nothing to say."""
    if "default" not in (databases or []):
        return []
    try:
        if _first_row("SELECT to_regclass('organization_holiday'), to_regclass('audit_auditentry')") != (
            "organization_holiday",
            "audit_auditentry",
        ):
            return []
        return [found for check in OF_THE_DATABASE for found in check()]
    except DatabaseError as error:
        return [
            checks.Error(
                _("The database does not answer."),
                hint=f"{type(error).__name__}: DATABASE_URL, `systemctl status postgresql`",
                id="shengkang.E001",
            )
        ]


def needs_mending(user, at) -> list[dict]:
    """The same for people who never type a command: a panel on the front page of chiefs and administrators, or none."""
    if not user.roles & {"station_chief", "administrator"}:
        return []
    found = [*look_at_the_settings(None), *look_at_the_database(None, databases=["default"])]
    rows = [
        # Names of settings and commands say nothing to a chief; the manual's table has them under the same number.
        {"label": each.msg, "meta": each.hint, "url": reverse(MENDED_AT[each.id])}
        if each.id in MENDED_AT
        else {
            "label": each.msg,
            "meta": _("Ask whoever runs the machine to mend it: %(id)s in the operations manual.")
            % {"id": each.id.partition(".")[2]},
        }
        for each in found
    ]
    return (
        [{"title": _("The system itself"), "count": len(rows), "rows": rows, "tone": "warn", "icon": "warning"}] if rows else []
    )
