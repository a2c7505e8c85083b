"""The life of each dispute through the table of moves, up to the demo's morning and not a minute further."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from shengkang.cases.demo.matters import SMALL_MATTERS, Matter
from shengkang.cases.demo.stories import Teller, phrases
from shengkang.cases.models import DisputeCase, FollowUp
from shengkang.cases.moves import MOVES, OPEN
from shengkang.cases.services.moving import FOLLOW_UP_DAYS
from shengkang.organization.demo import Plan
from shengkang.organization.models import User

Grade, Risk, Procedure, Outcome = DisputeCase.Grade, DisputeCase.Risk, DisputeCase.Procedure, FollowUp.Outcome
# Fates that shall be found in the middle of the work go quickly until there.
QUICK_FATES = {"mediating": 0.25, "agreed": 0.25, "settled_lately": 0.5}


class _Ahead(Exception):
    """The next thing would happen after the demo's morning."""


@dataclass
class Visit:
    due_on: date
    done_at: datetime | None = None
    outcome: str = ""
    note: str = ""
    by: User | None = None


@dataclass
class Paper:
    """An agreement; duties are (what, due on, performed on)."""

    facts: str
    terms: str
    oral: bool
    effective_on: date
    by: User
    at: datetime
    duties: list[tuple[str, date, date | None]] = field(default_factory=list)


class Life:
    """One case in the making: its fields, and the rows around it."""

    def __init__(self, plan: Plan, matter: Matter, teller: Teller, chance):
        self.plan, self.matter, self.teller, self.chance = plan, matter, teller, chance
        village = matter.dwelling.village.pk
        self.head = plan.heads[matter.dwelling.head].user
        self.auxiliary, self.community_officer = plan.auxiliary_of(village), plan.officer_of(village)
        self.pk = 0
        self.no = ""
        self.restricted = matter.fate == "protected"
        self.status = ""
        self.risk = self.grade = ""
        self.due_at = self.settled_at = self.archived_at = None
        self.officer: User | None = None
        self.mediator: User | None = None
        self.clock = matter.opened_at
        self.procedure = ""
        self.gate_checks: list[tuple] = []
        self.applications: list[tuple] = []
        self.steps: list[tuple] = []
        self.assessments: list[tuple] = []
        self.sessions: list[tuple] = []
        self.papers: list[Paper] = []
        self.visits: list[Visit] = []
        self.joined: list[tuple[User, str, datetime]] = []
        with suppress(_Ahead):
            self._live()

    # What later rooms read.

    @property
    def village_id(self) -> int:
        return self.matter.dwelling.village.pk

    @property
    def address_id(self) -> int:
        return self.matter.dwelling.id

    @property
    def channel(self) -> str:
        return self.matter.channel

    @property
    def state_due_at(self) -> datetime | None:
        """Until when it may stay in the state it is in."""
        if self.status not in OPEN:
            return None
        limits = self.plan.made["limits"]
        days = limits.get((self.grade, self.status)) or limits.get(("", self.status))
        entered = next(at for _no, _move, before, after, at, *_rest in reversed(self.steps) if before != after)
        return days and self.plan.working_days_after(timezone.localtime(entered).date(), days)

    @property
    def by_id(self) -> int:
        return self.matter.by.pk

    @property
    def story(self) -> str:
        return self.matter.story

    @property
    def at(self) -> datetime:
        return self.matter.opened_at

    # Time.

    def _wait(self, low: float, high: float, office: bool = True) -> datetime:
        """Some hours pass; what is done in an office is done by day. Raises _Ahead."""
        hours = self.chance.uniform(low, high) * QUICK_FATES.get(self.matter.fate, 1)
        later = timezone.localtime(self.clock + timedelta(seconds=round(hours * 3600)))
        if office and not 8 <= later.hour < 18:
            day = later.date() + timedelta(days=later.hour >= 18)
            later = self.plan.moment(day, self.chance.uniform(8.2, 11.8))
        return self._come_to(later)

    def _come_to(self, moment: datetime) -> datetime:
        if moment > self.plan.now:
            raise _Ahead
        self.clock = max(moment, self.clock)
        return self.clock

    @property
    def today(self) -> date:
        return timezone.localtime(self.clock).date()

    # Moves.

    def _step(self, move: str, by: User, note: str = "", credited: int | None = None) -> None:
        origins, target = MOVES[move].origins, MOVES[move].target
        if origins and self.status not in origins:
            raise ValueError(f"the demo tells an unlawful life: {move} from {self.status}")
        before = self.status
        self.status = str(target or before)
        self.steps.append((len(self.steps) + 1, move, before, self.status, self.clock, by.pk, note, credited))

    def _pass_the_gate(self, by: User, *, informal: bool, people: bool) -> None:
        self.gate_checks.append((informal, people, by, self.clock))

    def _live(self) -> None:
        fate = self.matter.fate
        self._step("open", self.matter.by)
        if fate == "waiting":
            return
        if fate == "protected":
            self._protect()
        elif fate == "course" and self._is_small():
            self._settle_on_the_spot()
            self._look_after()
        else:
            self._take_the_long_way(fate)

    def _is_small(self) -> bool:
        by_neighbours = self.matter.channel in ("head", "post", "patrol", "village")
        apart = self.matter.by.person_id is None or self.matter.by.person_id not in self.party_ids
        often = 0.85 if self.matter.channel == "post" else 0.42
        return self.matter.category in SMALL_MATTERS and by_neighbours and apart and self.chance.random() < often

    @property
    def party_ids(self) -> set[int]:
        return {side.dweller.id for side in self.matter.sides if side.dweller}

    def _settle_on_the_spot(self) -> None:
        by = self.matter.by
        terms = self.teller.one(phrases()["papers"]["on_the_spot"], self.matter.slots)
        self.papers.append(Paper(self.story, terms, True, self.today, by, self.clock))
        self._pass_the_gate(by, informal=True, people=True)
        self.mediator, self.settled_at, self.procedure = by, self.clock, str(Procedure.INFORMAL)
        self._step("settle_on_the_spot", by, credited=by.person_id)
        self._owe_visit()

    def _take_the_long_way(self, fate: str) -> None:
        patient = fate in ("accepted", "mediating", "agreed")
        if self.matter.channel != DisputeCase.Channel.HEAD and self.head.person_id not in self.party_ids:
            self._join()
        self._accept(patient=patient, quick=fate in ("overdue_accepted", "settled_lately"))
        if fate in ("accepted", "overdue_accepted"):
            return
        if fate in ("referred", "taken_back"):
            self._wait(20, 100)
            self._step("refer", self.officer, self.teller.one(phrases()["papers"]["referred"]))
            if fate == "referred":
                return
            self._wait(24 * 6, 24 * 20)
            self.due_at = self._limit()
            self._step("take_back", self.officer, self.teller.one(phrases()["papers"]["taken_back"]))
        self._mediate()
        if fate in ("mediating", "overdue_mediating"):
            return
        if fate == "terminated":
            self._wait(20, 90)
            self._step("terminate", self.officer, self.teller.one(phrases()["papers"]["terminated"]))
            return
        self._agree()
        if fate == "agreed":
            return
        self._settle()
        self._look_after(broken=fate == "broken")

    def _join(self) -> None:
        """Now and then the head of the homes tells of it too, before somebody takes it on."""
        if self.chance.random() < 0.3:
            self._wait(0.1, 4)
            text = self.teller.one(phrases()["papers"]["joined"])
            self.joined.append((self.head, text, self.clock))
            self._step("join", self.head)

    def _limit(self) -> datetime:
        return self.plan.working_days_after(self.today, self.plan.made["limits"][self.grade, ""])

    def _accept(self, *, patient: bool, quick: bool) -> None:
        """`patient`: the limit shall still lie ahead; `quick`: no complex matter, it is over within days."""
        chance = self.chance
        shares = (0, 50, 50) if patient else (40, 60, 0) if quick else (34, 50, 16)
        self.grade = str(chance.choices([Grade.SIMPLE, Grade.ORDINARY, Grade.COMPLEX], shares)[0])
        calm = {Grade.SIMPLE: (88, 12, 0), Grade.ORDINARY: (62, 33, 5), Grade.COMPLEX: (25, 50, 25)}[self.grade]
        self._assess(str(chance.choices([Risk.GREEN, Risk.YELLOW, Risk.RED], calm)[0]))
        self._step("accept", self.officer, self.assessments[-1][1])

    def _assess(self, risk: str) -> None:
        self._wait(0.3, 9)
        # The chief takes red ones himself.
        self.officer = self.plan.chief if risk == Risk.RED else self.community_officer
        self.risk, self.due_at = risk, self._limit()
        self.assessments.append((risk, self.teller.one(phrases()["papers"]["risk"]), self.officer, self.clock))

    def _mediate(self) -> None:
        chance = self.chance
        quick = self.grade == Grade.SIMPLE
        self._wait(0.5, 3 if quick else 30)
        if self.matter.fate == "course" and chance.random() < 0.03:
            # Somebody was away, or wanted to think it over: these are the ones settled late.
            self._wait(24 * 6, 24 * 30)
        parties = self.party_ids
        mediators = [self.head, self.auxiliary, self.community_officer]
        fit = [(each, weight) for each, weight in zip(mediators, (56, 22, 22), strict=True) if each.person_id not in parties]
        self.mediator = chance.choices([each for each, _w in fit], [weight for _e, weight in fit])[0]
        self._pass_the_gate(self.officer, informal=True, people=True)
        self._step("gate", self.officer, self.teller.one(phrases()["papers"]["gate"]))
        self.procedure = str(Procedure.PEOPLE)
        self.applications.append((self.procedure, self.officer, self.clock))
        self._step("mediate", self.officer, self.mediator.name)
        papers = phrases()["papers"]
        for _session in range(1 if quick or chance.random() < 0.7 else 2):
            held_at = self._wait(1, 4 if quick else 40)
            together = {self.mediator.pk, self.officer.pk} if chance.random() < 0.5 else {self.mediator.pk}
            record = self.teller.one(papers["sessions"], {"看": papers["看"], "证": papers["证"]})
            self.sessions.append((held_at, chance.choice(papers["places"]), sorted(together), record, self.officer))
            self._wait(0.2, 1.5)
            self._step("session", self.officer)

    def _agree(self) -> None:
        chance, own = self.chance, phrases()["categories"][self.matter.category]
        self._wait(0.2, 2 if self.grade == Grade.SIMPLE else 20)
        oral = chance.random() < 0.35
        paper = Paper(self.story, self.teller.one(own["terms"], self.matter.slots), oral, self.today, self.officer, self.clock)
        for what in chance.sample(own["duties"], min(len(own["duties"]), chance.choices((0, 1, 2), (35, 50, 15))[0])):
            due = self.today + timedelta(days=chance.randint(1, 25))
            late = chance.random() < 0.08
            done = (
                due + timedelta(days=chance.randint(1, 9))
                if late
                else max(self.today, due - timedelta(days=chance.randint(0, 6)))
            )
            done_by_now = done < self.plan.today
            paper.duties.append((self.teller.one([what], self.matter.slots), due, done if done_by_now else None))
        self.papers.append(paper)
        self._step("agree", self.officer)

    def _settle(self) -> None:
        self._wait(0.1, 1 if self.grade == Grade.SIMPLE else 26)
        self.settled_at = self.clock
        note = self.chance.choice(phrases()["papers"]["settled"])
        self._step("settle", self.officer, note, self.mediator.person_id)
        self._owe_visit()

    def _owe_visit(self) -> None:
        due, taken = self.today + timedelta(days=FOLLOW_UP_DAYS), {visit.due_on for visit in self.visits}
        while due in taken:
            due += timedelta(days=1)
        self.visits.append(Visit(due))

    def _look_after(self, *, broken: bool = False) -> None:
        """Visits until the peace holds, then the archive; now and then it does not hold."""
        papers, chance = phrases()["papers"], self.chance
        visitor = chance.choice([self.community_officer, self.auxiliary])
        for turn in range(3):
            visit = self.visits[-1]
            self._come_to(
                self.plan.moment(visit.due_on + timedelta(days=chance.choice((-1, 0, 0, 0, 1, 2))), chance.uniform(8.5, 17))
            )
            uneasy = not broken and turn < 2 and chance.random() < 0.05
            visit.outcome = str(Outcome.BROKEN if broken else Outcome.UNEASY if uneasy else Outcome.HOLDS)
            visit.done_at, visit.by = self.clock, visitor
            visit.note = chance.choice(papers["broken" if broken else "uneasy" if uneasy else "visits"])
            self._step("follow_up", visitor, visit.note)
            if broken:
                self._reopen(visit.note, visitor)
                self._mediate()
                self._agree()
                self._settle()
                broken = False
            elif uneasy:
                self._owe_visit()
            else:
                break
        self._archive()

    def _reopen(self, reason: str, by: User) -> None:
        self.settled_at = None
        self.due_at = self._limit()
        self._step("reopen", by, reason)

    def _archive(self) -> None:
        if self.chance.random() < 0.06:
            return
        self._wait(20, 24 * 12)
        duties = [duty for paper in self.papers[-1:] for duty in paper.duties]
        if any(performed is None for _what, _due, performed in duties):
            return
        last = max((performed for _what, _due, performed in duties), default=self.today)
        if last >= self.today:
            self._come_to(self.plan.moment(last + timedelta(days=1), self.chance.uniform(9, 17)))
        self.archived_at = self.clock
        self._step("archive", self.community_officer)

    def _protect(self) -> None:
        """Nobody mediates: graded red by the chief, handed to the office in charge."""
        self.grade = str(Grade.COMPLEX)
        self._assess(str(Risk.RED))
        self._step("accept", self.officer, self.teller.one(phrases()["protected"]["notes"]))
        if self.chance.random() < 0.8:
            self._wait(2, 40)
            self._step("refer", self.officer, self.teller.one(phrases()["papers"]["to_protect"]))
