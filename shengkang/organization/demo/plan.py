"""What the rooms of a demo station share while they are furnished: sizes, days, chance, and who is who.

A room above finds here what a room below has made, so that `cases.demo` may write parties who live in homes that
`households.demo` registers later: rows are plain values, known before they are written.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from shengkang.organization.models import Station, Unit, User
from shengkang.organization.selectors import Workdays, end_of

# The demo's morning: what it tells of today has happened before this hour.
MORNING = time(8, 0)


@dataclass(frozen=True)
class Size:
    """How much of everything. Figures of the whole station: domain figures of 盛康 (188 heads, 29 shops, 2,000 participants …)."""

    villages: int
    heads: int
    homes_per_head: int
    shops: int
    participants: int
    volunteers: int
    officers: int
    auxiliaries: int
    disputes: int
    visits: int
    sightings: int
    deeds_per_month: int
    redemptions: int
    frozen_months: int
    posts: int
    fixed_points: int
    mobile_points: int
    member_units: int
    cameras: int
    alarms: int
    hazards: int
    shifts: int
    trainings: int
    campaigns: int
    calls: int


WHOLE = Size(
    28, 188, 100, 29, 2000, 600, 7, 14, 1080, 10_000, 420, 2_600, 2_000, 3, 13, 11, 41, 68, 1498, 260, 217, 620, 12, 3, 3_600
)  # fmt: skip
SMALL = Size(2, 4, 10, 3, 30, 8, 2, 2, 40, 60, 8, 40, 24, 1, 2, 1, 2, 4, 12, 12, 10, 16, 2, 1, 60)


@dataclass(slots=True)
class Dweller:
    """Somebody who lives in a dwelling."""

    id: int
    name: str
    man: bool
    born: int
    village_id: int
    works_away: bool = False
    need: str = ""
    phone: str = ""


@dataclass(slots=True)
class Dwelling:
    """A door, who lives behind it, and the place (index) of its head among `plan.heads`."""

    id: int
    village: Unit
    group: Unit
    door: str
    head: int
    people: list[Dweller]

    @property
    def householder(self) -> Dweller:
        return self.people[0]


@dataclass
class HeadOfHundred:
    """A head before he is one: his account, and the dwellings he will look after."""

    user: User
    village: Unit
    dweller: Dweller
    dwellings: list[Dwelling] = field(default_factory=list)


@dataclass
class Plan:
    """A demo station in the making."""

    seed: int
    today: date
    size: Size
    password: str
    station: Station | None = None
    town: Unit | None = None
    villages: list[Unit] = field(default_factory=list)
    dwellings: list[Dwelling] = field(default_factory=list)
    heads: list[HeadOfHundred] = field(default_factory=list)
    chief: User | None = None
    deputy: User | None = None
    officers: list[User] = field(default_factory=list)
    auxiliaries: list[User] = field(default_factory=list)
    keepers: list[tuple[Unit, User]] = field(default_factory=list)
    # One for each post; then those who keep an alarm point or drive one around.
    liaisons: list[tuple[Unit, User]] = field(default_factory=list)
    alarm_keepers: list[tuple[Unit, User]] = field(default_factory=list)
    # The accounts of volunteers, with the person each of them is.
    volunteers: list[tuple[User, Dweller]] = field(default_factory=list)
    cadres: list[tuple[Unit, User]] = field(default_factory=list)
    participants: list[Dweller] = field(default_factory=list)
    # What a room hands to the rooms above it, by its name: "cases", "periods" …
    made: dict[str, Any] = field(default_factory=lambda: defaultdict(list))
    counts: dict[str, int] = field(default_factory=dict)
    _work: list[bool] = field(default_factory=list)

    def chance(self, purpose: str) -> random.Random:
        """A source of chance of its own for each purpose: a change in one room does not shuffle the others."""
        return random.Random(f"{self.seed}:{purpose}")  # noqa: S311 stories, not secrets

    @property
    def now(self) -> datetime:
        """The last moment the demo may tell of."""
        return timezone.make_aware(datetime.combine(self.today, MORNING))

    @property
    def months(self) -> list[date]:
        """First days of the twelve closed months, oldest first, and of the open one."""
        year, month = self.today.year, self.today.month
        return [date(year + (month - 1 - back) // 12, (month - 1 - back) % 12 + 1, 1) for back in range(12, -1, -1)]

    @property
    def begins(self) -> date:
        """The first day the station's records know."""
        return self.months[0]

    def officer_of(self, village_id: int) -> User:
        """The community officer of a village."""
        return self._of_village(self.officers, village_id)

    def auxiliary_of(self, village_id: int) -> User:
        return self._of_village(self.auxiliaries, village_id)

    def _of_village(self, users: list[User], village_id: int) -> User:
        places = self.made["place of a village"] or {unit.pk: index for index, unit in enumerate(self.villages)}
        self.made["place of a village"] = places
        return users[places[village_id] * len(users) // len(self.villages)]

    def working_days_after(self, day: date, count: int) -> datetime:
        """The end of the `count`-th working day after `day`, as `cases.services` reckons limits, but asked once per day."""
        start = self._before_the_first()
        index = (day - start).days
        while count > 0:
            index += 1
            count -= self._work[index]
        return end_of(start + timedelta(days=index))

    def working_days_between(self, first: date, last: datetime) -> int:
        """How many working days lie after `first` and up to the day of `last`; below zero where that comes before."""
        start, until = self._before_the_first(), timezone.localtime(last).date()
        if until < first:
            return -sum(self._work[(until - start).days + 1 : (first - start).days + 1])
        return sum(self._work[(first - start).days + 1 : (until - start).days + 1])

    def _before_the_first(self) -> date:
        """The day from which working days are counted; they are asked for once."""
        start = self.begins - timedelta(days=1)
        if not self._work:
            calendar, days = Workdays(), (self.today - start).days + 120
            self._work = [calendar.works(start + timedelta(days=step)) for step in range(days)]
        return start

    def moment(self, day: date, hour: float) -> datetime:
        """A local time of a day; `hour` 9.5 is half past nine."""
        return timezone.make_aware(datetime.combine(day, time(0))) + timedelta(seconds=round(hour * 3600))
