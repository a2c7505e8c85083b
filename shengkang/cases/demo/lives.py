"""The life of each dispute through the table of moves, up to the demo's morning and not a minute further."""

import re
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from shengkang.cases.demo.away import Away
from shengkang.cases.demo.matters import POLICE_CLASSES, SMALL_MATTERS, Matter
from shengkang.cases.demo.rows import Duty, Judgement, Paper, Session
from shengkang.cases.demo.stories import Teller, phrases
from shengkang.cases.demo.timeline import Ahead
from shengkang.cases.models import DisputeCase, MediationSession
from shengkang.cases.moves import Status
from shengkang.cases.services import instalments
from shengkang.organization.demo import Plan
from shengkang.organization.models import User

Grade, Risk, Procedure = DisputeCase.Grade, DisputeCase.Risk, DisputeCase.Procedure
Outcome = MediationSession.Outcome
ABOUT_MONEY = ("04", "06", "10", "12", "15", "19")
MONEY = re.compile(r"(\d+)元")


class Life(Away):
    """One case in the making: its fields, and the rows around it."""

    def __init__(self, plan: Plan, matter: Matter, teller: Teller, chance):
        super().__init__(plan, matter, teller, chance)
        village = matter.dwelling.village.pk
        self.head = plan.heads[matter.dwelling.head].user
        self.auxiliary, self.community_officer = plan.auxiliary_of(village), plan.officer_of(village)
        self.pk = 0
        self.no = ""
        self.restricted = matter.fate == "protected"
        self.risk = self.procedure = ""
        self.settled_at = self.archived_at = None
        self.officer: User | None = None
        self.mediator: User | None = None
        self.merged_into: Life | None = None
        # (procedure asked about, by, at); (procedure, party, wishes, by, at); (whom, record, place, by, at); (party, facts, by, at)
        self.gate_checks: list[tuple] = []
        self.applications: list[tuple] = []
        self.inquiries: list[tuple] = []
        self.letters: list[tuple] = []
        self.assessments: list[Judgement] = []
        self.sessions: list[Session] = []
        self.papers: list[Paper] = []
        self.visits, self.referrals, self.offers = [], [], []
        self.joined: list[tuple[User, str, datetime]] = []
        matter.life = self
        with suppress(Ahead):
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
    def by_id(self) -> int:
        return self.matter.by.pk

    @property
    def story(self) -> str:
        return self.matter.story

    @property
    def at(self) -> datetime:
        return self.matter.opened_at

    @property
    def police_class(self) -> str:
        return "07" if self.restricted else POLICE_CLASSES.get(self.matter.category, "19")

    @property
    def in_charge(self) -> User:
        return self.officer or self.community_officer

    @property
    def party_ids(self) -> set[int]:
        return {side.dweller.id for side in self.matter.sides if side.dweller}

    # The ways through the table.

    def _live(self) -> None:
        fate = self.matter.fate
        self.step("open", self.matter.by)
        if fate == "waiting":
            return
        if fate == "merged":
            self.be_merged()
        elif fate == "protected":
            self.protect()
        elif fate == "course" and not self.matter.doubles and self._is_small():
            self._settle_on_the_spot()
            self.look_after()
        else:
            self._take_the_long_way(fate)

    def _is_small(self) -> bool:
        by_neighbours = self.matter.channel in ("head", "post", "patrol", "village")
        apart = self.matter.by.person_id is None or self.matter.by.person_id not in self.party_ids
        often = 0.85 if self.matter.channel == "post" else 0.42
        return self.matter.category in SMALL_MATTERS and by_neighbours and apart and self.chance.random() < often

    def _settle_on_the_spot(self) -> None:
        by = self.matter.by
        terms = self.teller.one(phrases()["papers"]["on_the_spot"], self.matter.slots)
        self.papers.append(Paper(self.story, terms, True, self.today, by, self.clock, by))
        self.gate_checks.append((str(Procedure.INFORMAL), by, self.clock))
        self.mediator, self.settled_at, self.procedure = by, self.clock, str(Procedure.INFORMAL)
        self.step("settle_on_the_spot", by, credited=by.person_id)
        self.owe_visits(self._visitor(), days=(7,))

    def _visitor(self) -> User:
        return self.chance.choice([self.mediator, self.community_officer, self.auxiliary])

    def _take_the_long_way(self, fate: str) -> None:
        self._join()
        # `patient`: the limit shall still lie ahead; `quick`: no complex matter, it is over within days.
        self._accept(
            patient=fate in ("accepted", "mediating", "agreed", "paused", "offered"),
            quick=fate in ("overdue_accepted", "settled_lately"),
        )
        if fate in ("accepted", "overdue_accepted"):
            return
        if fate == "offered":
            self.offer(answered=False)
            return
        if fate == "course" and self.chance.random() < 0.04:
            self.offer()
        if fate in ("referred", "taken_back"):
            self._go_elsewhere(fate)
        if self.status == Status.REFERRED:
            return
        self._inquire()
        self.mediate()
        if fate in ("mediating", "overdue_mediating"):
            return
        if fate == "paused":
            self.stop(
                "party",
                self.chance.choice(phrases()["papers"]["pauses"]["party"]),
                self.chance.choice((1, 2, 9, 14)),
                self.officer,
            )
            return
        if fate == "terminated":
            self._fail()
            return
        self.agree()
        if fate == "agreed":
            return
        self.settle()
        self.look_after(broken=fate == "broken")

    def _join(self) -> None:
        """Now and then the head tells of it too, before somebody takes it on; a second registration is merged into this one."""
        if (
            self.matter.channel != DisputeCase.Channel.HEAD
            and self.head.person_id not in self.party_ids
            and self.chance.random() < 0.3
        ):
            self.wait(0.1, 4)
            text = self.teller.one(phrases()["papers"]["joined"])
            self.joined.append((self.head, text, self.clock))
            self.step("join", self.head)
        for double in self.matter.doubles:
            self.come_to(double.opened_at)
            self.wait(0.1, 2)
            double.merged_at = self.clock
            self.joined.append((double.by, double.story, double.opened_at))
            self.step("join", self.community_officer, double)

    def _limit(self) -> datetime:
        return self.plan.working_days_after(self.today, self.plan.made["limits"][self.grade, ""])

    def _accept(self, *, patient: bool, quick: bool) -> None:
        chance = self.chance
        shares = (0, 50, 50) if patient else (40, 60, 0) if quick else (34, 50, 16)
        self.grade = str(chance.choices([Grade.SIMPLE, Grade.ORDINARY, Grade.COMPLEX], shares)[0])
        calm = {Grade.SIMPLE: (88, 12, 0), Grade.ORDINARY: (62, 33, 5), Grade.COMPLEX: (25, 50, 25)}[self.grade]
        self.judge(str(chance.choices([Risk.GREEN, Risk.YELLOW, Risk.RED], calm)[0]))
        judged = self.assessments[-1]
        self.step("accept", self.officer, f"{Risk(judged.risk).label} · {judged.points} 分")

    def judge(self, risk: str) -> None:
        """Signals that suggest this colour, or now and then a calmer one, which somebody overrides and says why."""
        self.wait(0.3, 9)
        # The chief takes red ones himself.
        self.officer = self.plan.chief if risk == Risk.RED else self.community_officer
        papers, weights = phrases()["papers"], self.plan.made["signals"]
        suggested, reason = risk, ""
        if risk == Risk.YELLOW and self.chance.random() < 0.12:
            suggested, reason = str(Risk.GREEN), self.teller.one(papers["risk"])
        signals = {code: weights[code] for code in self.chance.choice(papers["signals"][suggested])}
        points = sum(signals.values())
        self.risk, self.due_at = risk, self._limit()
        self.assessments.append(Judgement(signals, points, suggested, risk, reason, self.officer, self.clock))

    def _go_elsewhere(self, fate: str) -> None:
        self.wait(20, 100)
        sent = self.refer(self.teller.one(phrases()["papers"]["referred"]), self.officer)
        self.hear_of(sent)
        if fate == "taken_back":
            self.wait(24 * 2, 24 * 10)
            self.due_at = self._limit()
            self.step("take_back", self.officer, self.teller.one(phrases()["papers"]["taken_back"]))

    def _inquire(self) -> None:
        """Complex matters are looked into before both sides sit down."""
        if self.chance.random() < (0.8 if self.grade == Grade.COMPLEX else 0.1):
            papers = phrases()["papers"]
            self.wait(0.5, 8)
            whom, record = self.chance.choice(papers["witnesses"]), self.teller.one(papers["inquiries"], {"看": papers["看"]})
            self.inquiries.append((whom, record, self.chance.choice(papers["places"]), self.officer, self.clock))
            self.step("inquire", self.officer)

    def mediate(self) -> None:
        chance, papers = self.chance, phrases()["papers"]
        quick = self.grade == Grade.SIMPLE
        self.wait(0.5, 3 if quick else 30)
        by_police = self.matter.fate == "police"
        self.procedure = str(Procedure.POLICE if by_police else Procedure.PEOPLE)
        fit = [(self.head, 56), (self.auxiliary, 22), (self.community_officer, 22)]
        fit = [(each, weight) for each, weight in fit if each.person_id not in self.party_ids]
        self.mediator = chance.choices([each for each, _w in fit], [weight for _e, weight in fit])[0]
        if by_police:
            self.mediator = self.officer
        self.gate_checks.append((self.procedure, self.officer, self.clock))
        self.step("gate", self.officer, self.teller.one(papers["gate_police" if by_police else "gate"]))
        asked = 0 if chance.random() < 0.4 else None
        wishes = chance.choice(papers["wishes"]) if asked is not None else ""
        self.applications.append((self.procedure, asked, wishes, self.officer, self.clock))
        self.step("mediate", self.officer, self.mediator.name)
        if self.matter.fate == "course" and chance.random() < 0.04:
            # These are the ones settled late, or in time because the clock stood still.
            self.think_it_over()
        last = Outcome.REFUSED if self.matter.fate == "terminated" else Outcome.AGREED
        last = Outcome.GOES_ON if self.matter.fate in ("mediating", "overdue_mediating", "paused") else last
        sessions = 1 if quick or by_police or chance.random() < 0.7 else 2
        for no in range(1, sessions + 1):
            held_at = self.wait(1, 4 if quick else 40)
            together = {self.mediator.pk, self.officer.pk} if chance.random() < 0.5 else {self.mediator.pk}
            record = self.teller.one(papers["sessions"], {"看": papers["看"], "证": papers["证"]})
            outcome = str(last if no == sessions else Outcome.GOES_ON)
            self.wait(0.2, 1.5)
            self.sessions.append(
                Session(held_at, chance.choice(papers["places"]), self.procedure, sorted(together), record, outcome, self.officer)
            )
            self.step("session", self.officer, str(Outcome(outcome).label))

    def _fail(self) -> None:
        """A party refuses: the mediation ends in the same breath, and the case some days later."""
        self.step("break_off", self.officer, str(Outcome.REFUSED.label))
        self.mediator, self.procedure = None, ""
        self.wait(20, 90)
        self.step("terminate", self.officer, self.teller.one(phrases()["papers"]["terminated"]))

    def agree(self) -> None:
        chance, own = self.chance, phrases()["categories"][self.matter.category]
        self.wait(0.2, 2 if self.grade == Grade.SIMPLE else 20)
        in_parts = self.matter.fate == "instalments" or (self.matter.category in ABOUT_MONEY and chance.random() < 0.3)
        oral = chance.random() < 0.35 and not in_parts and self.matter.fate != "police"
        terms = self.teller.one(own["terms"], self.matter.slots)
        paper = Paper(self.story, terms, oral, self.today, self.officer, self.clock, self.mediator)
        if in_parts:
            self._in_instalments(paper)
        else:
            for what in chance.sample(own["duties"], min(len(own["duties"]), chance.choices((0, 1, 2), (35, 50, 15))[0])):
                text = self.teller.one([what], self.matter.slots)
                money = MONEY.search(text)
                self._owe(paper, text, self.today + timedelta(days=chance.randint(1, 25)), money and Decimal(money[1]))
        self.papers.append(paper)
        self.step("agree", self.officer)
        self.owed = [duty for duty in paper.duties if duty.will_be_done is not None]

    def _in_instalments(self, paper: Paper) -> None:
        chance, lately = self.chance, self.matter.fate == "instalments"
        total = Decimal(chance.choice((1800, 2600, 5000, 8000, 12000, 20000)))
        paper.terms += f"共{total}元，分三期付清。"
        first = self.today + timedelta(days=3 if lately else chance.randint(10, 20))
        every = "week" if lately else "month"
        for no, part in enumerate(instalments(what="支付约定款项", total=total, count=3, first_due_on=first, every=every)):
            self._owe(paper, part.what, part.due_on, part.amount, late=lately and no == 1)

    def _owe(self, paper: Paper, what: str, due: date, amount: Decimal | None, *, late: bool = False) -> None:
        """Most perform in time, a few late, and hardly anybody never."""
        chance = self.chance
        done = (
            due + timedelta(days=chance.randint(1, 9))
            if late or chance.random() < 0.08
            else due - timedelta(days=chance.randint(0, 6))
        )
        never = not late and chance.random() < 0.01
        moment = None if never else self.plan.moment(max(done, self.today + timedelta(days=1)), chance.uniform(8.5, 17.5))
        paper.duties.append(Duty(what, due, 1 if len(self.matter.sides) > 1 else 0, amount, moment))

    def settle(self) -> None:
        paper = self.papers[-1]
        if not paper.oral and len(self.matter.sides) > 1:
            self.wait(0.1, 1 if self.grade == Grade.SIMPLE else 12)
            paper.signed_at = self.clock
            names = [*(side.name for side in self.matter.sides[:2]), self.mediator.name]
            self.step("sign", self.officer, "、".join(names))
        self.wait(0.1, 1 if self.grade == Grade.SIMPLE else 14)
        self.settled_at = self.clock
        self.step("settle", self.officer, self.chance.choice(phrases()["papers"]["settled"]), self.mediator.person_id)
        self.owe_visits(self._visitor())

    def reopen(self, reason: str, by: User) -> None:
        self.settled_at = self.archived_at = None
        self.owed = []
        self.due_at = self._limit()
        self.step("reopen", by, reason)

    @property
    def opened_on(self) -> date:
        return timezone.localtime(self.at).date()
