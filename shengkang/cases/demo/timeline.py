"""The time of one invented dispute: it passes by day, stops where the clock stops, and never goes beyond the demo's morning."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from shengkang.cases.demo.matters import Matter
from shengkang.cases.demo.rows import Duty, Stop
from shengkang.cases.demo.stories import Teller
from shengkang.cases.moves import MOVES, OPEN, Status
from shengkang.organization.demo import Plan
from shengkang.organization.models import User

# Fates that shall be found in the middle of the work go quickly until there.
QUICK_FATES = {"mediating": 0.25, "agreed": 0.25, "settled_lately": 0.5, "paused": 0.25, "instalments": 0.25}
AGREEMENT_STANDS = (Status.AGREED, Status.SETTLED, Status.ARCHIVED)


class Ahead(Exception):
    """The next thing would happen after the demo's morning."""


class Timeline:
    """Steps of one case in the order of time."""

    in_charge: User  # who holds the case; the life that is told knows

    def __init__(self, plan: Plan, matter: Matter, teller: Teller, chance):
        self.plan, self.matter, self.teller, self.chance = plan, matter, teller, chance
        self.clock = matter.opened_at
        self.status = self.grade = ""
        self.due_at: datetime | None = None
        self.entered = self.today
        # Working days the clock stood still since it came into this state.
        self.stood = 0
        self.steps: list[tuple] = []
        self.stops: list[Stop] = []
        self.owed: list[Duty] = []

    @property
    def today(self) -> date:
        return timezone.localtime(self.clock).date()

    @property
    def state_due_at(self) -> datetime | None:
        """Until when it may stay in the state it is in."""
        if self.status not in OPEN:
            return None
        limits = self.plan.made["limits"]
        days = limits.get((self.grade, self.status)) or limits.get(("", self.status))
        return days and self.plan.working_days_after(self.entered, days + self.stood)

    @property
    def paused_at(self) -> datetime | None:
        return self.stops[-1].began_at if self.stops and self.stops[-1].ended_at is None else None

    def wait(self, low: float, high: float, office: bool = True) -> datetime:
        """Some hours pass; what is done in an office is done by day. Raises Ahead."""
        hours = self.chance.uniform(low, high) * QUICK_FATES.get(self.matter.fate, 1)
        later = timezone.localtime(self.clock + timedelta(seconds=round(hours * 3600)))
        if office and not 8 <= later.hour < 18:
            day = later.date() + timedelta(days=later.hour >= 18)
            later = self.plan.moment(day, self.chance.uniform(8.2, 11.8))
        return self.come_to(later)

    def come_to(self, moment: datetime) -> datetime:
        """Let time pass until `moment`; what is performed in the meantime is noted. Raises Ahead."""
        self._perform(min(moment, self.plan.now))
        if moment > self.plan.now:
            raise Ahead
        self.clock = max(moment, self.clock)
        return self.clock

    def _perform(self, until: datetime) -> None:
        for duty in sorted(self.owed, key=lambda each: each.will_be_done):
            if duty.will_be_done > until or self.status not in AGREEMENT_STANDS:
                continue
            self.clock = max(self.clock, duty.will_be_done)
            duty.performed_on = timezone.localtime(duty.will_be_done).date()
            self.owed.remove(duty)
            self.step("perform", self.in_charge, f"{duty.what} · {duty.performed_on.isoformat()}")

    def step(self, move: str, by: User, note="", credited: int | None = None) -> None:
        """`note`: a text, or another life whose number will stand there."""
        origins, target = MOVES[move].origins, MOVES[move].target
        if origins and self.status not in origins:
            raise ValueError(f"the demo tells an unlawful life: {move} from {self.status}")
        before = self.status
        self.status = str(target or before)
        if self.status != before:
            self.entered, self.stood = self.today, 0
        self.steps.append((len(self.steps) + 1, move, before, self.status, self.clock, by.pk, note, credited))

    def stop(self, kind: str, reason: str, days: int, by: User) -> Stop:
        """The clock stops; the desk looks again after `days`."""
        state_due = self.state_due_at
        stop = Stop(
            kind, reason, self.today + timedelta(days=days), self.clock, by,
            self.plan.working_days_between(self.today, self.due_at),
            None if state_due is None else self.plan.working_days_between(self.today, state_due),
        )  # fmt: skip
        self.stops.append(stop)
        self.step("pause", by, reason)
        return stop

    def go_on(self, by: User) -> None:
        """The clock runs again, with what was left."""
        stop = self.stops[-1]
        stop.ended_at, stop.ended_by = self.clock, by
        began = timezone.localtime(stop.began_at).date()
        stood = self.plan.working_days_between(began, self.clock)
        self.stood += stood
        self.due_at = self.plan.working_days_after(timezone.localtime(self.due_at).date(), stood)
        self.step("resume", by)
