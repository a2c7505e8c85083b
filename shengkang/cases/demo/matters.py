"""What the disputes of the year are about: when, where, between whom, told by whom. Their lives are in `lives`."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any

from shengkang.cases.demo.rows import Side
from shengkang.cases.demo.stories import Teller, phrases
from shengkang.cases.models import DisputeCase
from shengkang.organization.demo import Dweller, Dwelling, Plan
from shengkang.organization.models import User

C = DisputeCase.Channel
# Where a village has no post, its head tells of what a post would have.
CHANNELS = {C.HEAD: 38, C.VILLAGE: 11, C.CALL_110: 10, C.VISIT: 7, C.POST: 30, C.PATROL: 2, C.HOTLINE: 1, C.SUPERIOR: 1}
# Small matters that a head, an auxiliary or a post often settles where they stand.
SMALL_MATTERS = ("02", "06", "07", "20", "99", "05")
# January … December, by what people quarrel about in which month.
SEASONS = {
    "even": (9, 8, 10, 10, 10, 10, 10, 10, 10, 10, 9, 9),
    "winter": (15, 17, 10, 7, 7, 6, 7, 8, 8, 8, 9, 12),
    "summer": (6, 6, 8, 9, 11, 14, 16, 14, 10, 8, 6, 6),
    "farming": (5, 6, 12, 15, 15, 12, 7, 6, 11, 13, 9, 5),
    "yearend": (19, 12, 5, 5, 5, 6, 6, 6, 7, 8, 11, 17),
}
# How likely each hour of the day is for a quarrel to be told.
HOURS = (0.3, 0.1, 0.1, 0.1, 0.1, 0.3, 1, 3, 7, 9, 9, 6, 4, 3, 5, 7, 8, 7, 6, 7, 7, 4, 2, 0.8)
# Where no people are known, who stands on the other side.
STAND_INS = ("外来收货的贩子", "邻村的亲戚", "包工头", "过路的司机", "租门面的外地人")
# How many of each fate there are in a thousand disputes; the rest take their course. `lives` knows what they mean.
STAGED = {
    "waiting": 8,
    "accepted": 5,
    "mediating": 8,
    "agreed": 4,
    "overdue_accepted": 4,
    "overdue_mediating": 3,
    "settled_lately": 12,
    "referred": 6,
    "taken_back": 2,
    "terminated": 4,
    "broken": 11,
    "protected": 10,
    "merged": 6,
    "paused": 4,
    "offered": 2,
    "instalments": 3,
    "police": 14,
}
# Fates whose matter is one the fate fits: the class of the justice bureau.
CATEGORIES = {"protected": "01", "police": "06", "instalments": "19"}
# What the police call the same: the class of the justice bureau and that of a call to 110.
POLICE_CLASSES = {
    "01": "10", "02": "11", "03": "17", "04": "12", "07": "17", "08": "17", "10": "13", "15": "14", "16": "14", "18": "16", "19": "12",
    "20": "15",
}  # fmt: skip


@dataclass
class Matter:
    """A dispute before its life: everything the first telling knows."""

    fate: str
    category: str
    opened_at: datetime
    dwelling: Dwelling
    sides: list[Side]
    channel: str
    by: User
    story: str = ""
    slots: dict = field(default_factory=dict)
    # A second registration of the same dispute: the first one, and when it was merged into that; there, its doubles.
    first: "Matter | None" = None
    merged_at: datetime | None = None
    doubles: list["Matter"] = field(default_factory=list)
    # The life it had, once it is told.
    life: Any = None


def year_of_matters(plan: Plan) -> list[Matter]:
    """All disputes of the year in the order they were told."""
    return _Year(plan).matters()


class _Year:
    def __init__(self, plan: Plan):
        self.plan = plan
        self.chance = plan.chance("disputes")
        self.teller = Teller(plan.chance("stories"))
        categories = phrases()["categories"]
        # What is quarrelled about in front of a post, its liaison tells of.
        self.at_posts = {village.pk: user for village, user in reversed(plan.liaisons)}
        self.codes, self.weights = list(categories), [each["weight"] for each in categories.values()]
        days = [plan.begins + timedelta(days=step) for step in range((plan.today - plan.begins).days)]
        # The year before the year's end was a little worse: the station's work shows.
        fading = [1.12 - 0.24 * no / len(days) for no in range(len(days))]
        self.days = {
            season: (days, list(accumulate(months[day.month - 1] * fade for day, fade in zip(days, fading, strict=True))))
            for season, months in SEASONS.items()
        }
        # The first head's homes quarrel more, so that the log-ins shown have something to look at.
        self.heads = list(accumulate(5.0 if no == 0 else self.chance.uniform(0.5, 1.6) for no in range(len(plan.heads))))

    def matters(self) -> list[Matter]:
        scale = self.plan.size.disputes / 1000
        fates = [fate for fate, count in STAGED.items() for _each in range(max(1, round(count * scale)))]
        fates += ["course"] * (self.plan.size.disputes - len(fates))
        told = [self._matter(fate) for fate in fates]
        self._repeat(told)
        self._double(told)
        told.sort(key=lambda matter: matter.opened_at)
        for each in told:
            hour = self._hour(each.opened_at)
            each.slots = self.teller.slots(each.category, each.sides[0].name, each.sides[-1].name, hour)
            each.story = self.teller.story(self._templates(each), each.slots)
        return told

    def _hour(self, at: datetime) -> float:
        return at.hour + at.minute / 60

    def _matter(self, fate: str) -> Matter:
        head = self.chance.choices(self.plan.heads, cum_weights=self.heads)[0]
        channel = self.chance.choices(list(CHANNELS), list(CHANNELS.values()))[0]
        if channel == C.POST and (fate == "protected" or head.village.pk not in self.at_posts):
            channel = C.HEAD
        codes = [code for code in self.codes if channel != C.POST or code in SMALL_MATTERS]
        weights = [weight for code, weight in zip(self.codes, self.weights, strict=True) if code in codes]
        code = CATEGORIES.get(fate) or self.chance.choices(codes, weights)[0]
        if fate in ("police", "instalments"):
            channel = C.CALL_110
        opened_at = self._when(fate, code)
        dwelling = self.chance.choice(head.dwellings)
        by = self._teller_of(channel, head)
        return Matter(fate, code, opened_at, dwelling, self._sides(code, dwelling, head.dwellings), str(channel), by)

    def _teller_of(self, channel: str, head) -> User:
        if channel == C.HEAD:
            return head.user
        if channel == C.POST:
            return self.at_posts[head.village.pk]
        if channel in (C.PATROL, C.VILLAGE):
            return self.plan.auxiliary_of(head.village.pk)
        return self.plan.officer_of(head.village.pk)

    def _when(self, fate: str, code: str) -> datetime:
        chance, plan = self.chance, self.plan
        if fate == "waiting":
            return plan.now - timedelta(minutes=chance.randint(10, 840))
        # Ages in days that leave a matter of this fate where it shall be found.
        ages = {"accepted": (1, 3), "mediating": (2, 4), "agreed": (4, 6), "overdue_accepted": (14, 30),
                "overdue_mediating": (32, 48), "settled_lately": (6, 11), "paused": (4, 9), "offered": (1, 3), "instalments": (22, 30)}  # fmt: skip
        if fate in ages:
            day = plan.today - timedelta(days=chance.randint(*ages[fate]))
        else:
            days, weights = self.days[phrases()["categories"][code]["season"]]
            day = chance.choices(days, cum_weights=weights)[0]
            if fate in ("referred", "terminated", "broken", "taken_back", "protected", "merged"):
                day = min(day, plan.today - timedelta(days=45))
        return self._at(day)

    def _at(self, day: date) -> datetime:
        hour = self.chance.choices(range(24), HOURS)[0]
        return self.plan.moment(day, hour + self.chance.randrange(3600) / 3600)

    def _sides(self, code: str, dwelling: Dwelling, around: list[Dwelling]) -> list[Side]:
        chance, year = self.chance, self.plan.today.year
        first = self._adult(dwelling)
        sides = [Side(first.name, first, dwelling)]
        between = phrases()["categories"][code]["between"]
        if between == "family":
            others = [each for each in dwelling.people if each.id != first.id and year - each.born >= 18]
            if others:
                other = chance.choice(others)
                return [*sides, Side(other.name, other, dwelling)]
        if between == "any" and chance.random() < 0.35:
            return [*sides, Side(chance.choice(STAND_INS))]
        place = around.index(dwelling)
        near = [each for each in around[max(0, place - 6) : place + 7] if each.id != dwelling.id]
        child = self._child(near) if chance.random() < 0.03 else None
        if child:
            return [*sides, child]
        home = chance.choice(near if between != "any" else around)
        other = self._adult(home)
        if other.id == first.id:
            return [*sides, Side(chance.choice(STAND_INS))]
        return [*sides, Side(other.name, other, home)]

    def _child(self, near: list[Dwelling]) -> Side | None:
        """Somebody under 18 of a home nearby, with the householder as guardian."""
        year = self.plan.today.year
        found = [
            Side(each.name, each, home, home.householder) for home in near for each in home.people if 8 <= year - each.born < 17
        ]
        return self.chance.choice(found) if found else None

    def _adult(self, dwelling: Dwelling) -> Dweller:
        year = self.plan.today.year
        at_home = [each for each in dwelling.people if year - each.born >= 20 and not each.works_away]
        return self.chance.choice(at_home or dwelling.people[:1])

    def _repeat(self, told: list[Matter]) -> None:
        """A few disputes are between the same people as one some weeks before."""
        free = [each for each in told if each.fate == "course"]
        for again in self.chance.sample(free, len(free) // 35):
            before = self.chance.choice(free)
            at = before.opened_at + timedelta(days=self.chance.randint(25, 85))
            if before is not again and at < self.plan.now - timedelta(days=1):
                again.opened_at, again.category, again.sides = at, before.category, before.sides
                again.dwelling, again.channel, again.by = before.dwelling, before.channel, before.by

    def _double(self, told: list[Matter]) -> None:
        """Some disputes are registered twice: a head tells of them, and hours later somebody calls 110."""
        before = self.plan.today - timedelta(days=20)
        heads = [each for each in told if each.fate == "course" and each.channel == C.HEAD and each.opened_at.date() < before]
        doubles = [each for each in told if each.fate == "merged"]
        for double, first in zip(doubles, self.chance.sample(heads, len(doubles)), strict=True):
            double.first, double.opened_at = first, first.opened_at + timedelta(minutes=self.chance.randint(10, 50))
            double.category, double.sides, double.dwelling = first.category, first.sides, first.dwelling
            double.channel, double.by = str(C.CALL_110), self.plan.officer_of(first.dwelling.village.pk)
            first.doubles.append(double)

    def _templates(self, matter: Matter) -> list[str]:
        if matter.fate == "protected":
            return phrases()["protected"]["stories"]
        own = phrases()["categories"][matter.category]
        first, second = matter.sides[0].dweller, matter.sides[-1].dweller
        couple = first and second and first.man != second.man and abs(first.born - second.born) <= 8
        return own["couple"] if couple and "couple" in own else own["stories"]
