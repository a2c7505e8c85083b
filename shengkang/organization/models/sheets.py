"""A file that somebody wants to take in: looked at first, then committed as a whole or dropped."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shengkang.organization import access
from shengkang.organization.models.places import Station, StationQuerySet
from shengkang.organization.models.users import User
from shengkang.organization.same_station import SameStation, StationStays

# How long a file and its picture may lie there: they name people.
KEPT = timedelta(days=1)


class ImportRunQuerySet(StationQuerySet):
    def visible_to(self, user):
        scopes = access.scopes(user, "import_excel", "list")
        if "S" in scopes:
            return self.of_station_of(user)
        return self.of_station_of(user).filter(uploaded_by=user) if "O" in scopes else self.none()

    def lying_around(self, at):
        """Runs whose file or picture is older than a day."""
        held = Q(file_sealed__isnull=False) | Q(picture_sealed__isnull=False)
        return self.filter(held, uploaded_at__lte=at - KEPT)


class ImportRun(models.Model):
    """One upload of one sheet.

    The file and the picture of what it changes hold personal data: they are sealed in the row, so that they vanish with the same
    transaction that uses them, and leave no file behind. The file goes with the commit, both go after a day.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", _("waits for a look")
        REFUSED = "refused", _("has mistakes")
        IDLE = "idle", _("nothing to change")
        STALE = "stale", _("changed meanwhile, look again")
        COMMITTED = "committed", _("taken in")
        DROPPED = "dropped", _("dropped")

    OPEN = (Status.PLANNED, Status.STALE)

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    sheet = models.CharField(_("sheet"), max_length=40)
    file_name = models.CharField(_("file name"), max_length=120)
    sha256 = models.CharField(max_length=64)
    status = models.CharField(_("state"), max_length=10, choices=Status.choices)
    new = models.PositiveIntegerField(_("new rows"))
    changed = models.PositiveIntegerField(_("changed rows"))
    same = models.PositiveIntegerField(_("rows that stay the same"))
    errors = models.PositiveIntegerField(_("mistakes"))
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("uploaded by"))
    uploaded_at = models.DateTimeField(_("uploaded at"), db_index=True)
    committed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taken in by"))
    committed_at = models.DateTimeField(_("taken in at"), null=True, blank=True)
    fingerprint = models.CharField(max_length=64, editable=False)
    file_sealed = models.BinaryField(null=True, editable=False)
    picture_sealed = models.BinaryField(null=True, editable=False)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("Excel import")
        verbose_name_plural = _("Excel imports")
        ordering = ["-uploaded_at", "-id"]
        triggers = [SameStation("uploaded_by", "committed_by"), StationStays()]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["planned", "stale"], file_sealed__isnull=False)
                | (~Q(status__in=["planned", "stale"]) & Q(file_sealed__isnull=True)),
                name="import_holds_its_file_only_while_open",
            ),
            models.CheckConstraint(
                condition=Q(status="committed", committed_by__isnull=False, committed_at__isnull=False)
                | (~Q(status="committed") & Q(committed_by__isnull=True, committed_at__isnull=True)),
                name="import_committed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["committed", "idle"]) | Q(errors=0), name="import_with_mistakes_is_not_committed"
            ),
        ]

    def __str__(self):
        return self.file_name

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN
