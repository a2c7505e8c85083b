"""Where a dispute of the demo goes when it does not stay: to another office, to a colleague, into another case, under protection."""

from datetime import timedelta

from shengkang.cases.demo.after import AfterCare
from shengkang.cases.demo.rows import Offer, Sent
from shengkang.cases.demo.stories import phrases
from shengkang.cases.models import DisputeCase, Referral
from shengkang.organization.models import User

Office = Referral.Office
# By a word in the name of the office.
OFFICES = {
    "司法所": Office.JUSTICE, "法庭": Office.COURT, "信访": Office.PETITIONS, "刑侦": Office.CRIMINAL, "综治": Office.TOWN_CENTRE,
    "仲裁": Office.ARBITRATION,
}  # fmt: skip


class Away(AfterCare):
    referrals: list[Sent]
    offers: list[Offer]

    def refer(self, told: str, by: User) -> Sent:
        """`told`: name of the office · reason."""
        name, _dot, reason = told.partition(" · ")
        office = next((office for word, office in OFFICES.items() if word in name), Office.OTHER)
        sent = Sent(str(office), name, reason, by, self.clock)
        self.referrals.append(sent)
        self.step("refer", by, told)
        return sent

    def hear_of(self, sent: Sent) -> None:
        """A receipt within days, an answer within weeks; some offices are asked in vain."""
        chance, papers = self.chance, phrases()["papers"]
        if chance.random() < 0.2:
            return
        self.wait(24, 24 * 6)
        sent.received_on, sent.received_by = self.today, chance.choice(papers["clerks"])
        sent.receipt_no = f"收〔{self.today.year}〕{chance.randint(11, 480)}号"
        self.step("answer", sent.by, f"{sent.received_by} {sent.receipt_no}")
        if chance.random() < 0.3:
            return
        self.wait(24 * 8, 24 * 35)
        sent.answered_on, sent.answer = self.today, chance.choice(papers["answers"])
        self.step("answer", sent.by, sent.answer)

    def offer(self, *, answered: bool = True) -> None:
        """To a colleague, who takes it over or says why not."""
        papers, chance = phrases()["papers"], self.chance
        others = [each for each in self.plan.officers if each.pk != self.officer.pk]
        if not others:
            return
        self.wait(0.3, 4)
        offer = Offer(chance.choice(others), chance.choice(papers["offers"]), self.officer, self.clock)
        self.offers.append(offer)
        self.step("offer", self.officer, f"{offer.to.name} · {offer.reason}")
        if not answered:
            return
        self.wait(0.2, 3)
        offer.taken, offer.decided_at = chance.random() < 0.7, self.clock
        offer.answer = "" if offer.taken else chance.choice(papers["declined"])
        self.step("take_over" if offer.taken else "decline", offer.to, offer.answer)
        if offer.taken:
            self.officer = offer.to

    def be_merged(self) -> None:
        """Registered a second time; the first case took its reporter in at a moment of its own."""
        first = self.matter.first.life
        if first is None or self.matter.merged_at is None:
            return
        self.come_to(self.matter.merged_at)
        self.merged_into = first
        self.step("merge", first.in_charge, first)

    def protect(self) -> None:
        """Nobody mediates: graded red by the chief; a letter of admonition, the office in charge, visits."""
        chance = self.chance
        self.grade = str(DisputeCase.Grade.COMPLEX)
        self.judge(str(DisputeCase.Risk.RED))
        self.step("accept", self.officer, self.teller.one(phrases()["protected"]["notes"]))
        if chance.random() < 0.6:
            self.wait(4, 48)
            self.letters.append((1 if len(self.matter.sides) > 1 else 0, self.story, self.officer, self.clock))
            self.step("admonish", self.officer)
            self.owe_visits_of_the_letter(self.officer)
        if chance.random() < 0.6:
            self.wait(2, 40)
            sent = self.refer(self.teller.one(phrases()["papers"]["to_protect"]), self.officer)
            if not self.visits:
                self.hear_of(sent)
        while visit := self.next_visit():
            self.come_to(self._time_of(visit, self.plan))
            visit.done_at, visit.by, visit.outcome = self.clock, visit.assignee, "holds"
            visit.note = chance.choice(phrases()["papers"]["letter_visits"])
            self.step("follow_up", visit.by, visit.note)

    def think_it_over(self) -> None:
        """Somebody was away, or wanted to think it over: the clock stands still until he is back."""
        papers, chance = phrases()["papers"], self.chance
        kind = chance.choice(list(papers["pauses"]))
        days = chance.randint(6, 24)
        self.stop(kind, chance.choice(papers["pauses"][kind]), days, self.officer)
        self.come_to(self.clock + timedelta(days=days, hours=chance.uniform(-3, 20)))
        self.wait(0, 2)
        self.go_on(self.officer)
