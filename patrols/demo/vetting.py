"""Each demo volunteer through the real table of moves: most are enrolled, some wait for a head, a cadre or the chief, a few stopped."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from patrols.models import VettingStep, Volunteer
from patrols.moves import MOVES, Status
from shengkang.attachments import services as attachments
from shengkang.organization.demo import Dweller, Plan, copy_rows, draw_ids
from shengkang.organization.demo.papers import signed_paper
from shengkang.organization.models import User

WAYS = {
    Status.APPLIED: ("apply",),
    Status.RECOMMENDED: ("apply", "recommend"),
    Status.REVIEWED: ("apply", "recommend", "review"),
    Status.ENROLLED: ("apply", "recommend", "review", "approve"),
    Status.DECLINED: ("apply", "decline"),
    Status.LEFT: ("apply", "recommend", "review", "approve", "leave"),
}
# How many in each other state stand beside the enrolled ones, the first in the villages of the head and the cadre shown.
OTHERS = {Status.APPLIED: 6, Status.RECOMMENDED: 6, Status.REVIEWED: 5, Status.DECLINED: 5, Status.LEFT: 6}
ON_PAPER = (Status.REVIEWED, Status.LEFT)
LONG_AGO = 700


@dataclass
class Candidate:
    """One volunteer in the making: who, where, since when, and his steps (move, at, by, note, who signed)."""

    person: Dweller
    village_id: int
    head: User
    user: User | None
    status: Status
    applied_at: datetime
    pk: int = 0
    motive: str = ""
    steps: list[tuple[str, datetime, User, str, str]] = field(default_factory=list)

    @property
    def enrolled_on(self) -> date | None:
        return next((timezone.localtime(at).date() for move, at, *_rest in self.steps if move == "approve"), None)

    @property
    def left_on(self) -> date | None:
        return timezone.localtime(self.steps[-1][1]).date() if self.status == Status.LEFT else None


def write_volunteers(plan: Plan, phrases: dict) -> list[Candidate]:
    """Writes all of them; returns those who are enrolled."""
    candidates = _enrolled(plan) + _others(plan)
    chance = plan.chance("vetting")
    cadres = {village.pk: user for village, user in plan.cadres}
    for each in candidates:
        _vet(plan, chance, phrases, each, cadres)
    candidates.sort(key=lambda each: each.applied_at)
    for each, pk in zip(candidates, draw_ids(Volunteer, len(candidates)), strict=True):
        each.pk = pk
    plan.counts["volunteers"] = copy_rows(
        Volunteer,
        ["id", "station_id", "village_id", "person_id", "status", "motive", "applied_at", "enrolled_on", "left_on",
         "steps_taken"],
        (
            (
                each.pk, plan.station.pk, each.village_id, each.person.id, str(each.status), each.motive, each.applied_at,
                each.enrolled_on, each.left_on, len(each.steps),
            )
            for each in candidates
        ),
    )  # fmt: skip
    copy_rows(
        VettingStep,
        ["volunteer_id", "no", "move", "from_status", "to_status", "at", "by_id", "note", "spoken_by"],
        sorted((row for each in candidates for row in _rows(each)), key=lambda row: (row[5], row[0], row[1])),
    )
    for step in VettingStep.objects.exclude(spoken_by="").select_related("by").order_by("pk"):
        attachments.attach(owner=step, station=plan.station, upload=signed_paper(chance), by=step.by, at=step.at)
    return [each for each in candidates if each.status == Status.ENROLLED]


def _enrolled(plan: Plan) -> list[Candidate]:
    chance = plan.chance("volunteers")
    found = []
    for no, (user, dweller) in enumerate(plan.volunteers):
        head = plan.heads[no % len(plan.heads)]
        # Two thirds were there when the year began, the rest came during it.
        days = chance.randint(380, LONG_AGO) if no == 0 or chance.random() < 0.67 else chance.randint(40, 380)
        applied_at = plan.moment(plan.today - timedelta(days=days), chance.uniform(8, 20))
        found.append(Candidate(dweller, dweller.village_id, head.user, user, Status.ENROLLED, applied_at))
    return found


def _others(plan: Plan) -> list[Candidate]:
    """Neighbours without an account, put forward by their head or by themselves at the station."""
    chance = plan.chance("applicants")
    # Those with accounts stand already somewhere; points are for who takes part, so these are taken from both.
    taken = {dweller.id for _user, dweller in plan.volunteers} | {head.dweller.id for head in plan.heads}
    taken |= {user.person_id for _village, user in (*plan.keepers, *plan.cadres, *plan.liaisons, *plan.alarm_keepers)}
    by_head, year = defaultdict(list), plan.today.year
    for dwelling in plan.dwellings:
        by_head[dwelling.head].extend(dwelling.people)
    of_cadre = [no for no, head in enumerate(plan.heads) if head.village.pk == plan.cadres[0][0].pk]
    found = []
    # One of each state first: a small station has few people left to choose from.
    for no, status in sorted((no, status) for status, count in OTHERS.items() for no in range(count)):
        near = {Status.APPLIED: [0], Status.RECOMMENDED: of_cadre}.get(status, []) if no < 2 else []
        anywhere = chance.sample(range(len(plan.heads)), len(plan.heads))
        head, fitting = next(
            ((each, free) for each in (*near, *anywhere) if (free := _free_people(by_head[each], year, taken))), (0, [])
        )
        if fitting:
            dweller = chance.choice(fitting)
            taken.add(dweller.id)
            lately = status in (Status.APPLIED, Status.RECOMMENDED, Status.REVIEWED)
            days = chance.randint(1, 12) if lately else chance.randint(90, 600)
            applied_at = plan.moment(plan.today - timedelta(days=days), chance.uniform(8, 19))
            found.append(Candidate(dweller, dweller.village_id, plan.heads[head].user, None, status, applied_at))
    return found


def _free_people(people: list[Dweller], year: int, taken: set[int]) -> list[Dweller]:
    """Grown-ups who are there, hold no account and need no care themselves."""
    return [
        each for each in people if 20 <= year - each.born <= 60 and not each.works_away and not each.need and each.id not in taken
    ]


def _vet(plan: Plan, chance, phrases: dict, each: Candidate, cadres: dict[int, User]) -> None:
    """Walk the table of moves, a few days between two voices, nothing after the demo's morning."""
    at, each.motive = each.applied_at, chance.choice(phrases["motives"])
    auxiliary = plan.auxiliary_of(each.village_id)
    voices = {
        "apply": (each.user or each.head, each.motive),
        "recommend": (each.head, chance.choice(phrases["recommended"])),
        "review": (cadres[each.village_id], chance.choice(phrases["reviewed"])),
        "approve": (plan.chief, chance.choice(phrases["approved"])),
        "decline": (each.head, chance.choice(phrases["declined"])),
        "leave": (plan.officer_of(each.village_id) if each.user is None else auxiliary, chance.choice(phrases["left"])),
    }
    way = WAYS[each.status]
    # Who waits today waits since lately; the gaps of the others are days.
    gap = (plan.now - at) / (len(way) + 1) if at > plan.now - timedelta(days=20) else timedelta(days=3)
    for no, move in enumerate(way):
        if no:
            at += gap * chance.uniform(0.5, 1) if move != "leave" else timedelta(days=chance.randint(20, 70))
            at = min(at, plan.now)
        by, note = voices[move]
        # Without a telephone of their own, head and cadre signed on paper and an officer entered it.
        paper = by.name if each.user is None and each.status in ON_PAPER and move in ("recommend", "review") else ""
        each.steps.append((move, at, plan.officer_of(each.village_id) if paper else by, note, paper))


def _rows(each: Candidate):
    before = ""
    for no, (move, at, by, note, paper) in enumerate(each.steps, start=1):
        after = str(MOVES[move].target)
        yield each.pk, no, move, before, after, at, by.pk, note, paper
        before = after
