"""The hub: the dispute case, its category and its steps."""

from datetime import datetime, timedelta

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shengkang.audit.models import Fact
from shengkang.cases.models import wording
from shengkang.cases.moves import ENDED_WELL, MOVES, OPEN, Status
from shengkang.organization import access
from shengkang.organization.models import Address, Person, Station, Unit, User

# Practice of ours: after so long the desk asks the other office.
RECEIPT_AWAITED = timedelta(days=3)
ANSWER_AWAITED = timedelta(days=30)


class ReferenceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Classes and rules of the field are nobody's secret."""
        return self.all()


class Category(models.Model):
    """A class of disputes on the justice bureau's axis (codes 01–99)."""

    code = models.CharField(_("code"), max_length=6, primary_key=True)
    name = models.CharField(pgettext_lazy("category", "name"), max_length=40)
    examples = models.CharField(_("examples"), max_length=120, blank=True)
    # Marriage, adoption, parentage: an agreement on these is not confirmed by the court (法释〔2011〕5号 art. 4).
    about_status = models.BooleanField(_("may concern marriage, adoption or parentage"), default=False)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispute category")
        verbose_name_plural = _("dispute categories")
        ordering = ["code"]

    def __str__(self):
        return self.name


class PoliceClass(models.Model):
    """A class on the police axis: what a call to 110 was about. Disputes carry it beside the justice bureau's class."""

    # Domestic violence: kept like a protected case from the first word on, and never an ordinary one.
    PROTECTED = ("07",)

    code = models.CharField(_("code"), max_length=6, primary_key=True)
    name = models.CharField(pgettext_lazy("category", "name"), max_length=40)
    is_dispute = models.BooleanField(_("a dispute"), default=False)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("police class")
        verbose_name_plural = _("police classes")
        ordering = ["code"]

    def __str__(self):
        return self.name


class CaseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Scope S: the station's cases; scope A: those the user is involved in (officer, mediator, reporter, who owes a visit).

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
        # Whoever is asked to take a case over must read it to decide; protected cases are never offered (services/handing.py).
        offered = Exists(DisputeCase.hand_overs.rel.related_model.objects.filter(case=OuterRef("pk"), to=user, taken=None))
        visits = DisputeCase.follow_ups.rel.related_model.objects.filter(case=OuterRef("pk"), assignee=user, done_at=None)
        return Q(officer=user) | Q(mediator=user) | Q(from_reports) | Q(offered) | Q(Exists(visits))

    def open(self):
        return self.filter(status__in=OPEN)

    def ungraded(self):
        return self.filter(status=Status.REPORTED)

    def unassigned(self):
        """In work, and nobody is in charge."""
        return self.open().filter(officer=None).exclude(status=Status.REPORTED)

    def overdue(self, at):
        """Past the limit of the whole case or of its present state; a stopped clock runs against nobody."""
        return self.open().filter(Q(due_at__lt=at) | Q(state_due_at__lt=at), paused_at=None)

    def due_between(self, start, end):
        """In work and due from `start` to `end`, both inclusive."""
        return self.open().filter(Q(due_at__range=(start, end)) | Q(state_due_at__range=(start, end)), paused_at=None)

    def paused(self):
        return self.filter(paused_at__isnull=False)

    def paused_too_long(self, day):
        """The clock stands still, and the day to look again has come."""
        asleep = self.model.pauses.rel.related_model.objects.filter(case=OuterRef("pk"), ended_at=None, look_again_on__lte=day)
        return self.filter(Exists(asleep))

    def offered_to(self, user):
        """Cases a colleague asks `user` to take over."""
        asked = self.model.hand_overs.rel.related_model.objects.filter(case=OuterRef("pk"), to=user, taken=None)
        return self.filter(Exists(asked))

    def without_receipt(self, at):
        """Handed to another office some days ago, and it has not said that it has them."""
        return self._waiting_for_office(received_on=None, answered_on=None, at__lt=at - RECEIPT_AWAITED)

    def without_answer(self, at):
        """Handed to another office weeks ago, and it has not said what became of them."""
        return self._waiting_for_office(answered_on=None, at__lt=at - ANSWER_AWAITED)

    def waits_for_office(self, at):
        """Receipt or answer is overdue."""
        return self.without_receipt(at) | self.without_answer(at)

    def _waiting_for_office(self, **what):
        silent = self.model.referrals.rel.related_model.objects.filter(case=OuterRef("pk"), **what)
        return self.filter(Exists(silent), status=Status.REFERRED)

    def owed_a_visit(self, day):
        return self.filter(Exists(self.model.follow_ups.rel.related_model.objects.due(day).filter(case=OuterRef("pk"))))

    def owes_something(self, day):
        """What was agreed is not done in time."""
        obligations = self.model.agreements.rel.related_model.obligations.rel.related_model.objects.overdue(day)
        return self.filter(Exists(obligations.filter(agreement__case=OuterRef("pk"))))

    def counted(self):
        """Cases that ordinary figures may count.

        Protected ones are left out of every other figure (README, "Numbers and people"); a merged one is counted where it went.
        """
        return self.filter(restricted=False).exclude(status=Status.MERGED)


class MediatedAfterTheGate(pgtrigger.Trigger):
    """No case enters mediation by a procedure its latest answers at the gate did not allow, whoever writes the row."""

    name = "mediated_after_the_gate"
    when = pgtrigger.Before
    operation = pgtrigger.Update
    condition = pgtrigger.Q(new__status="mediating") & ~pgtrigger.Q(old__status="mediating")
    func = (
        "IF NOT coalesce((SELECT CASE NEW.procedure WHEN 'people' THEN allows_people WHEN 'police' THEN allows_police END "
        "FROM cases_gatecheck WHERE case_id = NEW.id ORDER BY id DESC LIMIT 1), false) THEN "
        "RAISE EXCEPTION 'the procedure gate does not allow this mediation: case %', NEW.id "
        "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'mediated_after_the_gate', TABLE = TG_TABLE_NAME; "
        "END IF; RETURN NEW;"
    )


@pghistory.track(exclude=["story", "place", "latitude", "longitude"])
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

    class Scale(models.TextChoices):
        """How many people take part; the bands of the provincial reporting forms."""

        UNDER_50 = "under_50", _("under 50 people")
        UNDER_100 = "50_to_100", _("50 to 100 people")
        UNDER_500 = "100_to_500", _("100 to 500 people")
        OVER_500 = "over_500", _("over 500 people")

    class Procedure(models.TextChoices):
        INFORMAL = "informal", _("settled on the spot, informally")
        PEOPLE = "people", _("people's mediation")
        POLICE = "police", _("public-security mediation")

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("police station"))
    village = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("village or community"))
    no = models.CharField(_("case number"), max_length=20, unique=True)
    status = models.CharField(_("state"), max_length=12, choices=Status.choices)
    restricted = models.BooleanField(_("protected case"), default=False)
    category = models.ForeignKey(Category, models.PROTECT, verbose_name=_("category"))
    police_class = models.ForeignKey(
        PoliceClass, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("police class")
    )
    scale = models.CharField(_("people involved"), max_length=10, choices=Scale.choices, default=Scale.UNDER_50)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    # The number the case had in the paper ledger or in the system it was taken over from; the same file twice adds nothing.
    ledger_no = models.CharField(_("number in the old ledger"), max_length=40, blank=True)
    address = models.ForeignKey(Address, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("address"))
    place = models.CharField(_("place"), max_length=120, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    story = models.TextField(_("what happened"), max_length=2000)
    opened_at = models.DateTimeField(_("registered at"))
    risk = models.CharField(_("risk"), max_length=6, choices=Risk.choices, blank=True)
    grade = models.CharField(_("grade"), max_length=8, choices=Grade.choices, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    # The limit of the state it is in (models/clocks.py); empty where the state has none.
    state_due_at = models.DateTimeField(_("next step due at"), null=True, blank=True)
    # Since when the clock stands still; the reasons are the rows of Pause.
    paused_at = models.DateTimeField(_("clock stopped at"), null=True, blank=True)
    procedure = models.CharField(_("procedure"), max_length=8, choices=Procedure.choices, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )
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
        triggers = [MediatedAfterTheGate(), *wording.OF_A_CASE]
        indexes = [
            models.Index(fields=["station", "-opened_at", "-id"], name="case_newest_first"),
            models.Index(fields=["station", "due_at"], condition=Q(status__in=OPEN), name="case_open_by_due"),
            models.Index(
                fields=["station", "state_due_at"],
                condition=Q(status__in=OPEN, state_due_at__isnull=False),
                name="case_open_by_step_due",
            ),
            models.Index(fields=["station"], condition=Q(restricted=True), name="case_protected"),
            models.Index(fields=["station", "paused_at"], condition=Q(paused_at__isnull=False), name="case_paused_since"),
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
                condition=Q(status__in=["reported", "referred", "settled", "archived", "merged"])
                | (~Q(risk="") & ~Q(grade="") & Q(due_at__isnull=False)),
                name="case_in_work_is_graded",
            ),
            models.CheckConstraint(
                condition=~(Q(restricted=True) & Q(status__in=["mediating", "agreed"])), name="case_protected_is_never_mediated"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["mediating", "agreed", "settled", "archived"]) | ~Q(procedure=""),
                name="case_mediated_means_by_which_procedure",
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | Q(status__in=["accepted", "mediating", "agreed"]),
                name="case_paused_only_in_work",
            ),
            models.CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False) | (~Q(status="merged") & Q(merged_into__isnull=True)),
                name="case_merged_means_into_which",
            ),
            models.CheckConstraint(
                # Without "not null" half a point would make the check neither true nor false, and the database lets that pass.
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False, latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="case_point_is_on_earth",
            ),
            models.UniqueConstraint(
                fields=["station", "ledger_no"], condition=~Q(ledger_no=""), name="case_taken_over_once_per_ledger_no"
            ),
        ]

    def __str__(self):
        return self.no

    @property
    def next_due_at(self) -> datetime | None:
        """The earlier of its limits; None where it has none, is no longer in work, or its clock stands still."""
        if self.status not in OPEN or self.paused_at is not None:
            return None
        return min((limit for limit in (self.due_at, self.state_due_at) if limit is not None), default=None)

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
