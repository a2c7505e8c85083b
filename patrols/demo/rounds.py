"""A year of shifts with those who signed up, the patrols that came of them, who was there, and what they found; and what is to come."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import F
from django.utils import timezone

from patrols import services
from patrols.demo.vetting import Candidate
from patrols.models import Attendance, Finding, Patrol, PatrolKind, Shift, SignUp
from shengkang.hazards.models import Hazard
from shengkang.notices.models import Notice
from shengkang.organization.demo import Plan, copy_rows, draw_ids
from shengkang.organization.models import User

# Kind of patrol: weight, hours of the day, months (all where there are none).
KINDS = {
    PatrolKind.NIGHT: (55, (19.5, 21.5), ()),
    PatrolKind.SCHOOL: (18, (7.0, 7.75), (3, 4, 5, 6, 9, 10, 11, 12)),
    PatrolKind.MARKET: (10, (8.0, 11.0), ()),
    PatrolKind.HOLIDAY: (6, (18.5, 21.0), (1, 2, 5, 10)),
    PatrolKind.FIRE_SEASON: (8, (14.0, 17.0), (2, 3, 4, 10, 11, 12)),
    PatrolKind.FLOOD_SEASON: (8, (20.0, 23.0), (6, 7, 8)),
}
AHEAD_DAYS = 14


@dataclass
class Round:
    """One shift in the making, and the patrol that came of it, if any."""

    village_id: int
    kind: str
    starts_at: datetime
    ends_at: datetime
    leader: User
    meeting_place: str
    places: int
    signed: list[tuple[Candidate, datetime, datetime | None]] = field(default_factory=list)
    there: list[Candidate] = field(default_factory=list)
    findings: list[dict] = field(default_factory=list)
    cancelled: tuple[datetime, str] | None = None
    # None: it never started; (start, end), end None where nobody ended it.
    walked: tuple[datetime, datetime | None] | None = None
    planned: bool = True
    note: str = ""
    pk: int = 0
    patrol: int | None = None


class Year:
    """Draws the rounds of a year from those who are enrolled."""

    def __init__(self, plan: Plan, enrolled: list[Candidate], phrases: dict):
        self.plan, self.phrases, self.chance = plan, phrases, plan.chance("rounds")
        self.of_village: dict[int, list[Candidate]] = defaultdict(list)
        for each in enrolled:
            self.of_village[each.village_id].append(each)
        self.by_user = {each.user.pk: each for each in enrolled if each.user}
        self.rounds: list[Round] = []
        # Nobody is in two places at once: the hours that somebody, leader or volunteer, has given away.
        self.busy: dict[tuple[str, int], list[tuple[datetime, datetime]]] = defaultdict(list)

    def draw(self) -> list[Round]:
        self._around_hazards()
        self._around_disputes()
        villages = [village.pk for village in self.plan.villages]
        ahead = max(4, self.plan.size.shifts // 20)
        days = (self.plan.today - self.plan.begins).days
        while sum(each.planned for each in self.rounds) < self.plan.size.shifts - ahead - 2:
            day = self.plan.begins + timedelta(days=self.chance.randrange(days))
            self._past(self.chance.choice(villages), day)
        self._this_morning()
        self._to_come(villages, ahead)
        return sorted(self.rounds, key=lambda each: each.starts_at)

    # Planning

    def _free(self, who: tuple[str, int], start: datetime, end: datetime) -> bool:
        return all(end <= from_ or start >= until for from_, until in self.busy[who])

    def _leader(self, village_id: int, start: datetime, end: datetime) -> User | None:
        officers = [self.plan.auxiliary_of(village_id), self.plan.officer_of(village_id)]
        if self.chance.random() < 0.2:
            officers.reverse()
        return next((each for each in officers if self._free(("leader", each.pk), start, end)), None)

    def _plan(self, village_id: int, kind: str, start: datetime, end: datetime, leader: User | None = None) -> Round | None:
        leader = leader or self._leader(village_id, start, end)
        if leader is None:
            return None
        self.busy["leader", leader.pk].append((start - timedelta(minutes=10), end + timedelta(minutes=30)))
        place = self.chance.choice(self.phrases["meeting_places"][str(kind)])
        made = Round(village_id, str(kind), start, end, leader, place, self.chance.choice((4, 5, 6, 6, 8)))
        self.rounds.append(made)
        return made

    def _sign(self, made: Round, most: int, must: Candidate | None = None) -> None:
        """Volunteers of the village take places in the days before, never after the demo's morning."""
        start, end = made.starts_at, made.ends_at
        earliest = min(start - timedelta(days=9), self.plan.now - timedelta(days=1))
        latest = min(start - timedelta(hours=2), self.plan.now)
        able = [
            each
            for each in self.of_village[made.village_id]
            if each.enrolled_on < timezone.localtime(earliest).date()
            and each is not must
            and self._free(("volunteer", each.pk), start - timedelta(minutes=30), end + timedelta(minutes=30))
        ]
        chosen = ([must] if must else []) + self.chance.sample(able, min(len(able), max(0, most - bool(must))))
        for each in chosen:
            self.busy["volunteer", each.pk].append((start - timedelta(minutes=30), end + timedelta(minutes=30)))
            at = earliest + (latest - earliest) * self.chance.uniform(0.05, 0.9)
            # People sign up while they are awake.
            awake = self.plan.moment(timezone.localtime(at).date(), self.chance.uniform(7, 21))
            at = awake if earliest < awake < latest else at
            back = (
                at + (latest - at) * self.chance.uniform(0.2, 0.9) if each is not must and self.chance.random() < 0.06 else None
            )
            made.signed.append((each, at, back))

    def _shown_too(self, made: Round) -> Candidate | None:
        """The volunteer whose log-in is shown goes along in two of three rounds of his village, so that his record has something."""
        shown = self.by_user[self.plan.volunteers[0][0].pk]
        hours = made.starts_at - timedelta(minutes=30), made.ends_at + timedelta(minutes=30)
        comes = made.village_id == shown.village_id and self.chance.random() < 0.67
        return shown if comes and self._free(("volunteer", shown.pk), *hours) else None

    # Patrols

    def _walk(self, made: Round, must: Candidate | None = None) -> None:
        """Start and end around the planned hours; nine of ten who signed up come, and sometimes a neighbour more."""
        chance = self.chance
        start = made.starts_at + timedelta(minutes=chance.randint(0, 9))
        end = made.ends_at + timedelta(minutes=chance.randint(-15, 12))
        made.walked = (start, end)
        made.there = [each for each, _at, back in made.signed if back is None and (each is must or chance.random() < 0.9)]
        made.note = chance.choice(self.phrases["patrol_notes"]) if chance.random() < 0.35 else ""
        if chance.random() < 0.12:
            said = chance.choice(self.phrases["found"])
            at = start + (end - start) * chance.uniform(0.2, 0.8)
            by = next((each.user for each in made.there if each.user), made.leader)
            made.findings.append({"kind": Finding.Kind.OTHER, "place": said["place"], "text": said["text"], "by": by, "at": at})

    def _past(self, village_id: int, day: date) -> None:
        kinds = [kind for kind, (_weight, _hours, months) in KINDS.items() if not months or day.month in months]
        kind = self.chance.choices(kinds, [KINDS[kind][0] for kind in kinds])[0]
        if kind == PatrolKind.SCHOOL and day.weekday() > 4:
            kind = PatrolKind.NIGHT
        begins, ends = KINDS[kind][1]
        made = self._plan(village_id, kind, self.plan.moment(day, begins), self.plan.moment(day, ends))
        if made is None:
            return
        self._sign(made, self.chance.randint(2, made.places), must=self._shown_too(made))
        if self.chance.random() < 0.03:
            made.cancelled = (made.starts_at - timedelta(hours=3), self.chance.choice(self.phrases["cancelled"]))
        else:
            self._walk(made)

    def _around_hazards(self) -> None:
        """A hazard that a volunteer found on patrol: the patrol on which that was."""
        for hazard in self.plan.made["hazards"]:
            finder = self.by_user.get(hazard.by.pk)
            if hazard.channel != Hazard.Channel.PATROL or finder is None:
                continue
            start = hazard.found_at - timedelta(minutes=self.chance.randint(15, 50))
            if finder.enrolled_on >= timezone.localtime(start).date() - timedelta(days=9):
                continue
            if not self._free(("volunteer", finder.pk), start, start + timedelta(hours=2)):
                continue
            made = self._plan(hazard.village_id, PatrolKind.NIGHT, start, start + timedelta(hours=2))
            if made is None:
                continue
            self._sign(made, 4, must=finder)
            made.walked = (start, made.ends_at)
            made.there = [each for each, _at, back in made.signed if back is None]
            made.findings = [
                {"kind": Finding.Kind.HAZARD, "place": hazard.place, "text": hazard.text, "by": finder.user,
                 "at": hazard.found_at, "hazard": hazard.pk}
            ]  # fmt: skip

    def _around_disputes(self) -> None:
        """A dispute that came through a patrol: one without a shift, led by the one who told of it."""
        leaders = {each.pk: each for each in (*self.plan.auxiliaries, *self.plan.officers)}
        for case in self.plan.made["cases"]:
            leader = leaders.get(case.by_id)
            if case.channel != "patrol" or leader is None or case.restricted:
                continue
            start = case.at - timedelta(minutes=25)
            end = min(start + timedelta(minutes=80), self.plan.now)
            if end <= case.at or not self._free(("leader", leader.pk), start, end):
                continue
            made = self._plan(case.village_id, PatrolKind.EMERGENCY, start, end, leader)
            made.planned, made.walked = False, (start, end)
            made.findings = [
                {"kind": Finding.Kind.DISPUTE, "place": "", "text": case.story, "by": leader, "at": case.at, "case": case.pk}
            ]

    # Now and soon

    def _this_morning(self) -> None:
        """One patrol is under way, and one of last night nobody has ended yet."""
        plan = self.plan
        for leader, begins, hours, day in (
            (plan.auxiliaries[-1], 7.2, 1.2, plan.today),
            (plan.officers[-1], 19.5, 2, plan.today - timedelta(days=1)),
        ):
            village = next((v.pk for v in plan.villages if leader in (plan.auxiliary_of(v.pk), plan.officer_of(v.pk))), None)
            kind = PatrolKind.SCHOOL if begins < 12 else PatrolKind.NIGHT
            start = plan.moment(day, begins)
            made = self._plan(village or plan.villages[0].pk, kind, start, start + timedelta(hours=hours), leader)
            self._sign(made, 3)
            made.walked = (start + timedelta(minutes=3), None)

    def _to_come(self, villages: list[int], ahead: int) -> None:
        """Two weeks ahead; the first are in the village of the volunteer shown, and he has a place in the first of them."""
        plan = self.plan
        shown = self.by_user[plan.volunteers[0][0].pk]
        for no in range(ahead):
            mine = no < 3
            village = shown.village_id if mine else self.chance.choice(villages)
            day = plan.today + timedelta(days=no * 3 if mine else self.chance.randint(0, AHEAD_DAYS))
            leader = plan.auxiliaries[0] if mine else None
            start = plan.moment(day, 19.5)
            made = self._plan(village, PatrolKind.NIGHT, start, start + timedelta(hours=2), leader)
            if made is not None:
                self._sign(made, self.chance.randint(2, made.places - 1), must=shown if no == 0 else None)


def write_rounds(plan: Plan, enrolled: list[Candidate], phrases: dict) -> None:
    rounds = Year(plan, enrolled, phrases).draw()
    planned = [each for each in rounds if each.planned]
    walked = sorted((each for each in rounds if each.walked), key=lambda each: each.walked[0])
    for each, pk in zip(planned, draw_ids(Shift, len(planned)), strict=True):
        each.pk = pk
    for each, pk in zip(walked, draw_ids(Patrol, len(walked)), strict=True):
        each.patrol = pk
    station = plan.station.pk
    plan.counts["shifts"] = copy_rows(
        Shift,
        ["id", "station_id", "village_id", "kind", "starts_at", "ends_at", "meeting_place", "leader_id", "places",
         "cancelled_at", "cancelled_because"],
        (
            (each.pk, station, each.village_id, each.kind, each.starts_at, each.ends_at, each.meeting_place, each.leader.pk,
             each.places, *(each.cancelled or (None, "")))
            for each in planned
        ),
    )  # fmt: skip
    signed = [(at, each.pk, one.pk, back) for each in planned for one, at, back in each.signed]
    plan.counts["sign-ups"] = copy_rows(
        SignUp, ["at", "shift_id", "volunteer_id", "withdrawn_at"], sorted(signed, key=lambda row: row[:3])
    )
    plan.counts["patrols"] = copy_rows(
        Patrol,
        ["id", "station_id", "village_id", "shift_id", "kind", "leader_id", "started_at", "ended_at", "kilometres", "note"],
        (
            (each.patrol, station, each.village_id, each.pk or None, each.kind, each.leader.pk, *each.walked,
             _kilometres(each), each.note)
            for each in walked
        ),
    )  # fmt: skip
    _write_what_came_of_it(plan, walked)
    _remind(plan)


def _kilometres(each: Round):
    """Two and a half kilometres an hour, where the patrol has ended."""
    start, end = each.walked
    return None if end is None else round((end - start).total_seconds() / 3600 * 2.5, 1)


def _write_what_came_of_it(plan: Plan, walked: list[Round]) -> None:
    there = [
        (each.patrol, one.pk, int((each.walked[1] - each.walked[0]).total_seconds() // 60), each.leader.pk, each.walked[1])
        for each in walked
        if each.walked[1]
        for one in each.there
    ]
    plan.counts["attendances"] = copy_rows(
        Attendance, ["patrol_id", "volunteer_id", "minutes", "by_id", "at"], sorted(there, key=lambda row: (row[4], row[:2]))
    )
    found = [(each.patrol, one) for each in walked for one in each.findings]
    plan.counts["findings"] = copy_rows(
        Finding,
        ["patrol_id", "kind", "place", "text", "hazard_id", "case_id", "by_id", "at"],
        (
            (patrol, str(one["kind"]), one["place"], one["text"], one.get("hazard"), one.get("case"), one["by"].pk, one["at"])
            for patrol, one in sorted(found, key=lambda pair: (pair[1]["at"], pair[0]))
        ),
    )
    plan.made["patrols"] = walked


def _remind(plan: Plan) -> None:
    """Yesterday evening's reminders of today's shifts, through the clock's own verb."""
    services.remind_of_shifts(at=plan.moment(plan.today - timedelta(days=1), 18))
    Notice.objects.filter(kind="patrols.reminder").update(delivered_at=F("at"))
