"""The hub: the dispute case, its category and its steps."""

import pghistory
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.audit.models import Fact
from shengkang.cases.moves import ENDED_WELL, MOVES, OPEN, Status
from shengkang.organization import access
from shengkang.organization.models import Address, Person, Station, Unit, User


class CategoryQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The bureau's classes are nobody's secret."""
        return self.all()


class Category(models.Model):
    """A class of disputes on the justice bureau's axis (codes 01–99)."""

    code = models.CharField(_("code"), max_length=6, primary_key=True)
    name = models.CharField(pgettext_lazy("category", "name"), max_length=40)
    examples = models.CharField(_("examples"), max_length=120, blank=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispute category")
        verbose_name_plural = _("dispute categories")
        ordering = ["code"]

    def __str__(self):
        return self.name


class CaseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Scope S: the station's cases; scope A: those the user is involved in (officer, mediator, reporter).

        Restricted cases (domestic violence, harm to a minor) follow their own lines of the matrix: chief, and those involved.
        """
        involved = self.involving(user)
        cases = Q(pk__in=[])
        for restricted, obj in ((False, "dispute"), (True, "dispute_restricted")):
            scopes = access.scopes(user, obj, "read")
            if "S" in scopes:
                cases |= Q(restricted=restricted)
            elif "A" in scopes:
                cases |= Q(restricted=restricted) & involved
        return self.filter(cases, station_id=user.station_id)

    @staticmethod
    def involving(user) -> Q:
        from_reports = Exists(DisputeCase.reports.rel.related_model.objects.filter(case=OuterRef("pk"), by=user))
        return Q(officer=user) | Q(mediator=user) | Q(from_reports)

    def open(self):
        return self.filter(status__in=OPEN)

    def ungraded(self):
        return self.filter(status=Status.REPORTED)

    def unassigned(self):
        """In work, and nobody is in charge."""
        return self.open().filter(officer=None).exclude(status=Status.REPORTED)

    def overdue(self, at):
        return self.open().filter(due_at__lt=at)

    def due_between(self, start, end):
        """In work and due from `start` to `end`, both inclusive."""
        return self.open().filter(due_at__range=(start, end))

    def owed_a_visit(self, day):
        return self.filter(Exists(self.model.follow_ups.rel.related_model.objects.due(day).filter(case=OuterRef("pk"))))

    def counted(self):
        """Cases that ordinary figures may count: protected ones are left out of every other figure (README, "Numbers and people")."""
        return self.filter(restricted=False)


@pghistory.track(exclude=["story", "place"])
class DisputeCase(models.Model):
    """One dispute from the first word to the archive. Its state is moved by `cases.services` alone."""

    class Channel(models.TextChoices):
        HEAD = "head", _("hundred-household head")
        POST = "post", _("hundred-metre post")
        PATROL = "patrol", _("patrol")
        CALL_110 = "call_110", _("110 call")
        VILLAGE = "village", _("village committee")
        VISIT = "visit", _("came to the station")
        SUPERIOR = "superior", _("assigned from above")
        HOTLINE = "hotline", _("12345 hotline")

    class Risk(models.TextChoices):
        GREEN = "green", _("green: low")
        YELLOW = "yellow", _("yellow: medium")
        RED = "red", _("red: high")

    class Grade(models.TextChoices):
        SIMPLE = "simple", _("simple")
        ORDINARY = "ordinary", _("ordinary")
        COMPLEX = "complex", _("complex")

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    village = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("village or community"))
    no = models.CharField(_("case number"), max_length=20, unique=True)
    status = models.CharField(_("state"), max_length=12, choices=Status.choices)
    restricted = models.BooleanField(_("protected case"), default=False)
    category = models.ForeignKey(Category, models.PROTECT, verbose_name=_("category"))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    address = models.ForeignKey(Address, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("address"))
    place = models.CharField(_("place"), max_length=120, blank=True)
    story = models.TextField(_("what happened"), max_length=2000)
    opened_at = models.DateTimeField(_("registered at"))
    risk = models.CharField(_("risk"), max_length=6, choices=Risk.choices, blank=True)
    grade = models.CharField(_("grade"), max_length=8, choices=Grade.choices, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    officer = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("officer in charge")
    )
    mediator = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("mediator"))
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)
    steps_taken = models.PositiveIntegerField(default=0, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispute case")
        verbose_name_plural = _("dispute cases")
        ordering = ["-opened_at", "-id"]
        indexes = [
            models.Index(fields=["station", "-opened_at", "-id"], name="case_newest_first"),
            models.Index(fields=["station", "due_at"], condition=Q(status__in=OPEN), name="case_open_by_due"),
            models.Index(fields=["station", "settled_at"], condition=Q(settled_at__isnull=False), name="case_by_settled"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ENDED_WELL, settled_at__isnull=False, mediator__isnull=False)
                | (~Q(status__in=ENDED_WELL) & Q(settled_at__isnull=True)),
                name="case_settled_means_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(status="archived", archived_at__isnull=False) | (~Q(status="archived") & Q(archived_at__isnull=True)),
                name="case_archived_means_when",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["reported", "referred", "settled", "archived"])
                | (~Q(risk="") & ~Q(grade="") & Q(due_at__isnull=False)),
                name="case_in_work_is_graded",
            ),
            models.CheckConstraint(
                condition=~(Q(restricted=True) & Q(status__in=["mediating", "agreed"])), name="case_protected_is_never_mediated"
            ),
        ]

    def __str__(self):
        return self.no

    def get_absolute_url(self):
        """The page on which those involved read how it stands."""
        return reverse("cases:detail", args=[self.pk])


class OfCaseQuerySet(models.QuerySet):
    """What hangs on a case is seen by those who see the case."""

    def visible_to(self, user):
        return self.filter(case__in=DisputeCase.objects.visible_to(user))


class CaseStep(Fact):
    """One move of one case: who, when, from what to what. `no` counts from 1 in each case without a gap."""

    case = models.ForeignKey(DisputeCase, models.PROTECT, related_name="steps", verbose_name=_("dispute case"))
    no = models.PositiveIntegerField(_("step"))
    move = models.CharField(_("move"), max_length=20, choices=[(name, move.label) for name, move in MOVES.items()])
    from_status = models.CharField(_("from"), max_length=12, choices=Status.choices, blank=True)
    to_status = models.CharField(_("to"), max_length=12, choices=Status.choices)
    at = models.DateTimeField(_("at"), db_index=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    # Who gets the credit of this step, e.g. the mediator of a settlement; scoring reads it.
    credited = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("credited to"))

    objects = OfCaseQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("step of a case")
        verbose_name_plural = _("steps of cases")
        ordering = ["case", "no"]
        constraints = [
            models.UniqueConstraint(fields=["case", "no"], name="step_numbered_once"),
            models.CheckConstraint(
                condition=Q(move="open", no=1, from_status="") | (~Q(move="open") & Q(no__gt=1)), name="step_one_opens"
            ),
        ]

    def __str__(self):
        return f"{self.case} · {self.get_move_display()}"
