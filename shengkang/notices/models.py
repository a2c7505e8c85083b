"""Messages to accounts: a row first, written in the transaction of the deed; the clock delivers it."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from shengkang.organization.models import User


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(to=user)

    def unread(self):
        return self.filter(read_at__isnull=True)

    def undelivered(self):
        return self.filter(delivered_at__isnull=True)


class Notice(models.Model):
    """One message to one account. The text names no party, place or number: it may reach a lock screen."""

    to = models.ForeignKey(User, models.CASCADE, related_name="notices", verbose_name=_("to"))
    kind = models.CharField(_("kind"), max_length=40)
    text = models.CharField(_("text"), max_length=300)
    link = models.CharField(_("link"), max_length=200, blank=True)
    # The same fact never tells the same person twice, however often the clock runs.
    key = models.CharField(max_length=120)
    at = models.DateTimeField(_("at"))
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    # Put off a little longer after each failure.
    next_try_at = models.DateTimeField(_("next try at"), db_default=Now())
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["next_try_at", "id"], condition=models.Q(delivered_at__isnull=True), name="notice_due"),
            models.Index(fields=["to", "-at", "-id"], name="notice_of_account"),
        ]
        constraints = [models.UniqueConstraint(fields=["to", "key"], name="notice_once_per_fact")]

    def __str__(self):
        return self.text
