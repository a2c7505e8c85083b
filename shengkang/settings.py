"""Settings of the station. Everything that differs between machines comes from the environment.

The one mode switch is SHENGKANG_DEMO: only a demo station may have DEBUG, demo accounts and
generated secrets; a real station must be told its secrets and its databases (docs in README.md).
"""

import sys
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from shengkang import engines

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
VAR_DIR = Path(env.str("SHENGKANG_VAR", default=str(BASE_DIR / "var")))
environ.Env.read_env(VAR_DIR / "secrets.env")

# The embedded engines of a running `make run` answer for whatever the environment leaves open.
_embedded = engines.current_urls(VAR_DIR) or {}

DEMO = env.bool("SHENGKANG_DEMO", default=_embedded.get("SHENGKANG_DEMO") == "1" and "DATABASE_URL" not in env.ENVIRON)
TESTING = "pytest" in sys.modules
DEBUG = env.bool("DEBUG", default=False)
if DEBUG and not (DEMO or TESTING):
    raise ImproperlyConfigured("DEBUG shows personal data on error pages; it is refused outside demo mode.")


def _url(name: str) -> str:
    return env.str(name, default=_embedded.get(name, ""))


# True for commands that touch no data, on a checkout that was told no secret.
BARE = False
if TESTING:
    SECRET_KEY = "only-for-tests-" + "x" * 40
    FIELD_KEYS = ["test:" + "11" * 32]
else:
    SECRET_KEY = env.str("SECRET_KEY", default="")
    FIELD_KEYS = env.list("FIELD_KEYS", default=[])
    if not SECRET_KEY or not FIELD_KEYS:
        # Commands that touch no data (checking migrations, collecting messages) must work on a bare checkout.
        if not {"makemigrations", "messages", "collectstatic", "spectacular"} & set(sys.argv):
            raise ImproperlyConfigured(
                "SECRET_KEY and FIELD_KEYS (id:hex of 32 bytes, newest first) must be set; `make run` makes them for a demo."
            )
        SECRET_KEY, FIELD_KEYS, BARE = "nothing-is-signed-here", ["bare:" + "00" * 32], True

# The names of this machine for itself. A demo answers to others only when it is started for them (HOST=0.0.0.0 make run).
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
_demo_hosts = LOCAL_HOSTS if env.str("HOST", default="127.0.0.1") in ("localhost", "127.0.0.1", "::1") else ["*"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if TESTING else _demo_hosts if DEMO else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "shengkang.audit",
    "shengkang.organization",
    "shengkang.attachments",
    "shengkang.notices",
    "shengkang.reports",
    "shengkang.portal",
    "shengkang.cases",
    "shengkang.hazards",
    "households",
    "posts",
    "patrols",
    "points",
    "shengkang.organization.apps.DeskConfig",  # django.contrib.admin with our front page
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "rest_framework.authtoken",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "pghistory",
    "axes",
    "csp",
    "django_structlog",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Puts the user's id beside every history row the triggers write.
    "pghistory.middleware.HistoryMiddleware",
    "shengkang.organization.logs.RequestMiddleware",
    "axes.middleware.AxesMiddleware",
    "shengkang.organization.log_in.middleware.Door",
]

ROOT_URLCONF = "shengkang.urls"
WSGI_APPLICATION = "shengkang.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# "default" is the role that owns nothing; "owner" runs migrations. One URL alone is allowed, and `check` says what it costs.
_database = env.db_url_config(_url("DATABASE_URL") or "postgres://shengkang_app@127.0.0.1/shengkang")
_owner = env.db_url_config(_url("DATABASE_OWNER_URL") or _url("DATABASE_URL") or "postgres://shengkang_owner@127.0.0.1/shengkang")
DATABASES = {
    "default": _database | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True},
    "owner": _owner | {"TEST": {"MIRROR": "default"}},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = _url("REDIS_URL") or "redis://127.0.0.1:6379/0"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

AUTH_USER_MODEL = "organization.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "shengkang.organization.backends.ByPhone"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# NIST SP 800-63B: length and a list of common ones, no kinds and no age. A house under 等保二级 sets 3 kinds and 90 days.
PASSWORD_MIN_LENGTH = env.int("PASSWORD_MIN_LENGTH", default=8)
PASSWORD_MIN_KINDS = env.int("PASSWORD_MIN_KINDS", default=1)
PASSWORD_MAX_AGE_DAYS = env.int("PASSWORD_MAX_AGE_DAYS", default=0)
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["phone", "name"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH},
    },
    {
        "NAME": "shengkang.organization.log_in.passwords.KindsValidator",
        "OPTIONS": {"min_kinds": PASSWORD_MIN_KINDS},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
# Heads share no phones with the station: a wrong password locks the pair of number and address, never a whole village.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_USERNAME_FORM_FIELD = "username"
AXES_LOCKOUT_CALLABLE = "shengkang.organization.log_in.patience.locked_out"
AXES_CLIENT_IP_CALLABLE = "shengkang.organization.log_in.patience.client_address"
# The page says when to try again; trying earlier must not make that a lie.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
# Who logged in from which address is kept nowhere; wrong tries are, until they are forgotten.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLED = not TESTING
AXES_VERBOSE = False
# How many proxies of our own stand in front (nginx is one); their word about the address is believed, nobody else's.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0 if DEMO or TESTING else 1)
# Desk and dashboard want a second factor; the demo's log-ins are printed, so there it would only be in the way.
STAFF_TOTP = env.bool("STAFF_TOTP", default=not (DEMO or TESTING))

SESSION_ENGINE = "shengkang.organization.log_in.sessions"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 30 * 24 * 3600
_tls = env.bool("HTTPS", default=not (DEMO or TESTING))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _tls
SECURE_HSTS_SECONDS = 31536000 if _tls else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _tls else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "shengkang" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["shengkang.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "shengkang" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Never served by a web server: every file passes the permission nail of its owner.
MEDIA_ROOT = VAR_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

# A folder for each night; beside it nothing is kept. On a real station: another disk (docs/backup.md).
BACKUP_DIR = Path(env.str("BACKUP_DIR", default=str(VAR_DIR / "backups")))
BACKUPS_KEPT = env.int("BACKUPS_KEPT", default=14)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "shengkang.organization.backends.ByToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "shengkang.organization.api.NewestFirst",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "shengkang.organization.api.answer_for",
    "PAGE_SIZE": 50,
    # The walks of the tests knock more often than any program should.
    "DEFAULT_THROTTLE_RATES": {"token": None if TESTING else "30/min"},
}
SPECTACULAR_SETTINGS = {
    "TITLE": _("Shengkang station"),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "AlarmCodeEnum": "posts.models.Alarm.Code",
        "AlarmKindEnum": "posts.models.Alarm.Kind",
        "AlarmPointKindEnum": "posts.models.AlarmPoint.Kind",
        "AlarmSourceEnum": "posts.models.Alarm.Source",
        "AlarmStatusEnum": "posts.moves.Status",
        "CameraStateEnum": "posts.models.Camera.State",
        "CampaignKindEnum": "households.models.Campaign.Kind",
        "CaseChannelEnum": "shengkang.cases.models.DisputeCase.Channel",
        "CaseStatusEnum": "shengkang.cases.moves.Status",
        "ConfirmationOutcomeEnum": "shengkang.cases.models.Confirmation.Outcome",
        "FindingKindEnum": "patrols.models.Finding.Kind",
        "FollowUpKindEnum": "shengkang.cases.models.FollowUp.Kind",
        "FollowUpOutcomeEnum": "shengkang.cases.models.FollowUp.Outcome",
        "HazardChannelEnum": "shengkang.hazards.models.Hazard.Channel",
        "HazardLevelEnum": "shengkang.hazards.models.Hazard.Level",
        "HazardStatusEnum": "shengkang.hazards.moves.Status",
        "PaperKindEnum": "shengkang.cases.models.PaperTemplate.Kind",
        "PatrolKindEnum": "patrols.models.PatrolKind",
        "PostKindEnum": "posts.models.SecurityPost.Kind",
        "SessionOutcomeEnum": "shengkang.cases.models.MediationSession.Outcome",
        "SightingKindEnum": "households.models.Sighting.Kind",
        "TransferKindEnum": "points.models.Transfer.Kind",
        "VisitKindEnum": "households.models.Visit.Kind",
        "VolunteerStatusEnum": "patrols.moves.Status",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "shengkang.organization.openapi.with_refusals",
    ],
}

PGHISTORY_APPEND_ONLY = True
PGHISTORY_DEFAULT_TRACKERS = None

# SMS and WeChat join this list when a station has a contract; "console" is for the demo.
NOTICE_BACKENDS = env.list("NOTICE_BACKENDS", default=["shengkang.notices.backends.InApp"])

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING" if TESTING else "INFO"},
}
