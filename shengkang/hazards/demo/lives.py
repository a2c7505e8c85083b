"""One invented hazard from its finder to its end, walking the real table of moves; nothing happens after the demo's morning."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from shengkang.hazards.models import Hazard
from shengkang.hazards.moves import MOVES, Status
from shengkang.hazards.services import AT_ONCE, ORDINARY_WORKING_DAYS
from shengkang.organization.demo import Plan
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of, end_of

CHANNELS = (
    (Hazard.Channel.HEAD, 60),
    (Hazard.Channel.PATROL, 16),
    (Hazard.Channel.POST, 10),
    (Hazard.Channel.CAMPAIGN, 6),
    (Hazard.Channel.STATION, 8),
)


@dataclass(slots=True)
class Step:
    no: int
    move: str
    before: str
    after: str
    at: datetime
    by: User
    note: str
    credited: int | None = None
    pk: int | None = None


class HazardLife:
    """Told step by step until it ends, stops where it was told to, or reaches the demo's morning."""

    # The newest hazards: found so many days ago, and the last move they have seen; some of them are late.
    ENDS = (
        (12, "send_back"), (10, "assign"), (9, "put_right"), (7, "look_again"), (5, "assign"), (4, "dismiss"),
        (3, "put_right"), (2, "find"), (2, "assign"), (1, "find"),
    )  # fmt: skip

    def __init__(self, plan: Plan, chance, notes, homes, group: str, item: dict, day: date, stop: str = ""):
        self.plan, self.chance, self.notes, self.stop = plan, chance, notes, stop
        self.group, self.level, self.scene = group, item["level"], item.get("scene", "")
        self.channel = Hazard.Channel.HEAD if stop else chance.choices(*zip(*CHANNELS, strict=True))[0]
        # What is newest happened around the first head and the first officer, whose log-ins are shown.
        head = plan.heads[0] if stop else chance.choice(plan.heads)
        village, self.by = self._finder(head)
        self.village_id = village.pk
        home = chance.choice(head.dwellings if village.pk == head.village.pk else homes[village.pk])
        words = {"g": home.group.name, "h": home.householder.name}
        self.place, self.text = item["where"].format(**words), item["text"]
        self.who, self.done = item["who"].format(**words), item["done"]
        self.helper = head.user if village.pk == head.village.pk else plan.auxiliary_of(village.pk)
        self.pk = None
        self.steps: list[Step] = []
        self.status, self.due_at = "", None
        self.assigned_to = self.put_right_at = self.put_right_by = self.closed_at = self.closed_by = None
        hour = chance.uniform(19.5, 22) if self.channel == Hazard.Channel.PATROL else chance.uniform(8, 18.5)
        self.found_at = plan.moment(day, min(hour, 17) if stop else hour)
        self._live()

    def _finder(self, head):
        plan, chance = self.plan, self.chance
        if self.channel == Hazard.Channel.PATROL:
            user, dweller = chance.choice(plan.volunteers)
            return next(village for village in plan.villages if village.pk == dweller.village_id), user
        if self.channel == Hazard.Channel.POST:
            return chance.choice(plan.liaisons)
        if self.channel == Hazard.Channel.STATION:
            pk = head.village.pk
            return head.village, chance.choice([plan.officer_of(pk), plan.auxiliary_of(pk)])
        return head.village, head.user

    def _live(self) -> None:
        chance = self.chance
        officer = self.plan.officer_of(self.village_id)
        if not self._step("find", self.found_at, self.by):
            return
        if (chance.random() < 0.07 and not self.stop) or self.stop == "dismiss":
            self._step("dismiss", self._later(self.found_at, 1, 20), officer, chance.choice(self.notes["dismissed"]))
            return
        if self._round(officer) and chance.random() < 0.03:
            reset = dict.fromkeys(("assigned_to", "put_right_at", "put_right_by", "closed_at", "closed_by"))
            again_at = self._later(self.steps[-1].at, 24 * 20, 24 * 60)
            if self._step("reopen", again_at, officer, chance.choice(self.notes["reopened"]), **reset):
                self._round(officer)

    def _round(self, officer: User) -> bool:
        """Given away, put right, looked at again, perhaps sent back once; whether it came to its end."""
        chance, begun = self.chance, self.steps[-1].at
        if self.level == Hazard.Level.ORDINARY:
            given = self._later(begun, 0.5, 20)
        else:
            given = begun + timedelta(hours=chance.uniform(0.1, 0.4 if self.level == Hazard.Level.AT_ONCE else 2))
        to = self._who_puts_right(officer)
        if not self._step("assign", given, officer, chance.choice(self.notes["assigned"]), assigned_to=to):
            return False
        again = 2 if self.stop == "send_back" or (not self.stop and chance.random() < 0.08) else 1
        for turn in range(again):
            at, doer = self._put_right_at(self.steps[-1].at), self.assigned_to
            if not self._step("put_right", at, doer, self.done, put_right_at=at, put_right_by=doer):
                return False
            looker = officer if officer != doer else self.plan.auxiliary_of(self.village_id)
            looked = self._later(at, 2, 60)
            if turn + 1 < again:
                reset = {"put_right_at": None, "put_right_by": None}
                if not self._step("send_back", looked, looker, chance.choice(self.notes["sent_back"]), **reset):
                    return False
            else:
                end = {"closed_at": looked, "closed_by": looker}
                return self._step("look_again", looked, looker, chance.choice(self.notes["looked"]), **end)
        return False

    def _who_puts_right(self, officer) -> User:
        if self.level == Hazard.Level.AT_ONCE:
            return self.chance.choice([officer, self.plan.auxiliary_of(self.village_id), self.helper])
        return self.helper if self.stop or self.chance.random() < 0.65 else self.plan.auxiliary_of(self.village_id)

    def _put_right_at(self, since: datetime) -> datetime:
        """Mostly in time; one in nine is late."""
        if self.chance.random() < 0.11:
            return self._daytime(self.due_at + timedelta(hours=self.chance.uniform(3, 90)))
        at = since + (max(self.due_at, since) - since) * self.chance.uniform(0.1, 0.9) + timedelta(minutes=20)
        return at if self.level != Hazard.Level.ORDINARY else self._daytime(at)

    def _later(self, since: datetime, fewest: float, most: float) -> datetime:
        return self._daytime(since + timedelta(hours=self.chance.uniform(fewest, most)))

    def _daytime(self, at: datetime) -> datetime:
        """Offices sleep at night: what would fall there happens the next morning."""
        local = timezone.localtime(at)
        if 8 <= local.hour < 20:
            return at
        day = local.date() + timedelta(days=local.hour >= 20)
        return self.plan.moment(day, self.chance.uniform(8, 11))

    def _limit(self, at: datetime) -> datetime:
        """As hazards.services.due_at reckons it, with the plan's own calendar."""
        if self.level == Hazard.Level.AT_ONCE:
            return at + AT_ONCE
        if self.level == Hazard.Level.SAME_DAY:
            return end_of(day_of(at))
        return self.plan.working_days_after(day_of(at), ORDINARY_WORKING_DAYS)

    def _step(self, move: str, at: datetime, by: User, note: str = "", **changes) -> bool:
        """Whether the life goes on: not after the morning, and not after the move it stops with."""
        if at >= self.plan.now or (self.steps and self.stop and self.steps[-1].move == self.stop):
            return False
        before, self.status = self.status, Status(MOVES[move].target)
        if move in ("find", "send_back", "reopen"):
            self.due_at = self._limit(at)
        for name, value in changes.items():
            setattr(self, name, value)
        credited = self.by.person_id if move == "look_again" else None
        self.steps.append(Step(len(self.steps) + 1, move, before, self.status, at, by, note, credited))
        return True
