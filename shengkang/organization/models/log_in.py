"""What coming in leaves behind: open sessions, a second factor, a printed card for the first log-in."""

from importlib import import_module

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.organization import access
from shengkang.organization.models.users import User
from shengkang.organization.same_station import SameStation


class OpenSessionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Everyone sees where he himself is logged in, nobody else's."""
        return self.filter(user_id=user.pk) if user.pk else self.none()

    def open(self, at):
        return self.filter(expire_date__gt=at)


class OpenSessionManager(BaseSessionManager.from_queryset(OpenSessionQuerySet)):
    use_in_migrations = False


class OpenSession(AbstractBaseSession):
    """A browser that is logged in (or about to be): Django's session row, with whose it is. Deleting the row ends the log-in.

    device: the kind of device and browser as two short codes, so that people recognise their own; the whole user agent is not kept.
    There is no network address: a village shares one, so it would tell the owner nothing and others where somebody was.
    """

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions", verbose_name=_("account"))
    since = models.DateTimeField(_("logged in since"), null=True)
    # Written at most every five minutes.
    seen_at = models.DateTimeField(_("last seen at"), null=True)
    device = models.CharField(_("kind of device"), max_length=40, blank=True)

    objects = OpenSessionManager()

    class Meta:
        verbose_name = _("open session")
        verbose_name_plural = _("open sessions")

    def __str__(self):
        return f"{self.user or ''} {self.device}".strip()

    @classmethod
    def get_session_store_class(cls):
        return import_module(settings.SESSION_ENGINE).SessionStore


class OwnQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user_id=user.pk) if user.pk else self.none()


class SecondFactor(models.Model):
    """The authenticator app of somebody who works with other people's records (RFC 6238), set up by himself.

    secret_sealed: sealed like ID numbers, for a copy of the database must not open the desk. backup_codes: keyed hashes, each goes
    when it is used. last_step: the half minute of the last code, so that none is taken twice.
    """

    user = models.OneToOneField(User, models.CASCADE, related_name="second_factor", verbose_name=_("account"))
    secret_sealed = models.BinaryField(editable=False)
    set_up_at = models.DateTimeField(_("set up at"))
    last_step = models.BigIntegerField(default=-1, editable=False)
    backup_codes = ArrayField(models.CharField(max_length=64), default=list, editable=False)
    tries = models.PositiveSmallIntegerField(_("wrong tries"), default=0)
    tried_at = models.DateTimeField(_("tried at"), null=True)

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")

    def __str__(self):
        return str(self.user)


class LoginCardQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whoever prints cards sees those of his station."""
        if user.station_id is None or not access.may(user, "login_card", "print"):
            return self.none()
        return self.filter(user__station_id=user.station_id)

    def live(self, at):
        return self.filter(used_at=None, revoked_at=None, expires_at__gt=at)


class LoginCard(models.Model):
    """A printed QR code with which a phone user logs in for the first time and chooses his password; it works once.

    token_hash: SHA-256 of a random token of 128 bits, which stands on the paper only. tries: a found card alone opens nothing, it
    asks for the last digits of the telephone number, and after five wrong ones it is dead.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="login_cards", verbose_name=_("account"))
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    printed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("printed by"))
    printed_at = models.DateTimeField(_("printed at"))
    expires_at = models.DateTimeField(_("ends at"))
    tries = models.PositiveSmallIntegerField(_("wrong tries"), default=0)
    used_at = models.DateTimeField(_("used at"), null=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    objects = LoginCardQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("printed QR", "log-in card")
        verbose_name_plural = pgettext_lazy("printed QR", "log-in cards")
        ordering = ["-printed_at", "-id"]
        triggers = [SameStation("user", "printed_by")]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(used_at__isnull=True, revoked_at__isnull=True), name="login_card_one_is_valid"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True), name="login_card_used_or_revoked"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("printed_at")), name="login_card_ends_after_printing"),
        ]

    def __str__(self):
        return str(self.user)
