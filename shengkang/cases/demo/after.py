"""What follows a settlement in the demo: visits after 7, 30 and 90 days, the archive, and now and then the quarrel breaks out again."""

from datetime import datetime, timedelta

from shengkang.cases.demo.rows import Visit
from shengkang.cases.demo.stories import phrases
from shengkang.cases.demo.timeline import Timeline
from shengkang.cases.models import FollowUp
from shengkang.cases.moves import Status
from shengkang.cases.services.admonishing import VISITS_AFTER
from shengkang.cases.services.moving import ANOTHER_VISIT_DAYS, FOLLOW_UP_DAYS
from shengkang.organization.demo import Plan
from shengkang.organization.models import User

Outcome, Kind = FollowUp.Outcome, FollowUp.Kind


class AfterCare(Timeline):
    visits: list[Visit]

    def owe_visits(self, assignee: User, *, days=FOLLOW_UP_DAYS, kind: str = Kind.SETTLEMENT) -> None:
        taken = {visit.due_on for visit in self.visits}
        for each in days:
            due = self.today + timedelta(days=each)
            while due in taken:
                due += timedelta(days=1)
            taken.add(due)
            self.visits.append(Visit(due, assignee, str(kind)))

    def owe_visits_of_the_letter(self, assignee: User) -> None:
        self.owe_visits(assignee, days=VISITS_AFTER, kind=Kind.ADMONITION)

    def next_visit(self) -> Visit | None:
        return min((visit for visit in self.visits if visit.done_at is None), key=lambda visit: visit.due_on, default=None)

    def look_after(self, *, broken: bool = False) -> None:
        """Visit by visit; the archive once the first one found peace. `broken`: the next visit finds the quarrel broken out again."""
        chance, lazy = self.chance, self.chance.random() < 0.06
        while visit := self.next_visit():
            self.come_to(self._time_of(visit, self.plan))
            uneasy = not broken and chance.random() < 0.04
            self._visit(visit, Outcome.BROKEN if broken else Outcome.UNEASY if uneasy else Outcome.HOLDS)
            if broken:
                self._break_out(visit)
                broken = False
            elif uneasy:
                soon = self.today + timedelta(days=ANOTHER_VISIT_DAYS)
                if not any(each.done_at is None and each.due_on <= soon for each in self.visits):
                    self.owe_visits(visit.assignee, days=(ANOTHER_VISIT_DAYS,))
            elif self.status == Status.SETTLED and not lazy:
                self._archive()
        self.come_to(self.plan.now)

    def _time_of(self, visit: Visit, plan: Plan) -> datetime:
        day = max(visit.due_on + timedelta(days=self.chance.choice((-1, 0, 0, 0, 1, 2))), self.today)
        return plan.moment(day, self.chance.uniform(8.5, 17))

    def _visit(self, visit: Visit, outcome: str) -> None:
        papers = phrases()["papers"]
        words = {Outcome.BROKEN: "broken", Outcome.UNEASY: "uneasy", Outcome.HOLDS: "visits"}[outcome]
        visit.done_at, visit.by, visit.outcome, visit.note = (
            self.clock,
            visit.assignee,
            str(outcome),
            self.chance.choice(papers[words]),
        )
        self.step("follow_up", visit.by, visit.note)

    def _break_out(self, visit: Visit) -> None:
        self.visits = [each for each in self.visits if each.done_at is not None]
        self.reopen(visit.note, visit.by)
        self.mediate()
        self.agree()
        self.settle()

    def _archive(self) -> None:
        """Not before everything is performed, and never over a visit that is due."""
        duties = [duty for paper in self.papers[-1:] for duty in paper.duties]
        if any(duty.will_be_done is None for duty in duties):
            return
        last = max((duty.will_be_done for duty in duties if duty.performed_on is None), default=self.clock)
        day = max(last, self.clock + timedelta(hours=self.chance.uniform(20, 24 * 12)))
        moment = self.plan.moment(day.astimezone(self.clock.tzinfo).date() + timedelta(days=1), self.chance.uniform(9, 17))
        visit = self.next_visit()
        if visit is not None and moment.date() >= visit.due_on:
            return
        self.come_to(moment)
        self.archived_at = self.clock
        self.step("archive", self.community_officer)
