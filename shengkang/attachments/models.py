"""Photos and files. Bytes lie outside any web folder; a row names its owner by label and id, and the owner's room says who may see it."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from shengkang.attachments import nails
from shengkang.organization.models import Station, User


class AttachmentQuerySet(models.QuerySet):
    def of(self, owner):
        return self.filter(owner_label=owner._meta.label_lower, owner_id=owner.pk)

    def visible_to(self, user):
        """What hangs on owners that `user` may see; each room with attachments hangs a nail that answers for its owners."""
        return self.filter(station_id=user.station_id).filter(nails.owners_visible_to(user))


class Attachment(models.Model):
    class Kind(models.TextChoices):
        PICTURE = "picture", _("picture")
        FILE = "file", _("file")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    owner_label = models.CharField(max_length=60)
    owner_id = models.BigIntegerField()
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    file = models.FileField(_("file"), upload_to="attachments/%Y/%m/")
    title = models.CharField(_("title"), max_length=120, blank=True)
    media_type = models.CharField(_("media type"), max_length=80)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64, db_index=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["owner_label", "owner_id"])]

    def __str__(self):
        return self.title or str(self.id)
