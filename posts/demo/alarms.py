"""A year of alarms: raised, told of, answered by those who were near, closed with a code."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from posts.models import Alarm, AlarmStep, Response, Signal
from posts.moves import MOVES
from shengkang.cases.models import DisputeCase
from shengkang.notices.models import Notice
from shengkang.organization.demo import Plan, copy_rows, draw_ids
from shengkang.organization.models import Presence, User

KINDS = {"quarrel": 38, "help": 34, "theft": 14, "fire": 6, "care": 8}
CODES = {"solved": 62, "false": 18, "taken_over": 9, "hospital": 5, "test": 6}
# What of all alarms became a dispute, by how the case came to the station.
BECAME = (DisputeCase.Channel.CALL_110, DisputeCase.Channel.POST)
HOURS = (2, 1, 1, 0.5, 0.5, 1, 2, 4, 6, 7, 7, 7, 6, 5, 5, 6, 7, 8, 9, 10, 10, 8, 6, 4)
# Messages older than this were read and thrown away.
MESSAGES_KEPT = timedelta(days=30)


@dataclass
class Call:
    """One alarm in the making."""

    at: datetime
    kind: str
    code: str
    village: object
    case: object = None
    still: str = ""  # the state in which the demo's morning finds it
    pk: int = 0
    status: str = ""
    stand: object = None
    post: int | None = None
    device: int | None = None
    by: User | None = None
    source: str = ""
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    text: str = ""
    acknowledged_at: datetime | None = None
    arrived_at: datetime | None = None
    closed_at: datetime | None = None
    steps: list[tuple] = field(default_factory=list)
    told: list[tuple[User, int | None, datetime]] = field(default_factory=list)

    def step(self, move: str, at: datetime, by: User | None = None, note: str = "") -> None:
        origins, target = MOVES[move].origins, MOVES[move].target
        if origins and self.status not in origins:
            raise ValueError(f"the demo tells an unlawful alarm: {move} from {self.status}")
        before, self.status = self.status, str(target or self.status)
        self.steps.append((len(self.steps) + 1, move, before, self.status, at, by and by.pk, note))


def tell_a_year(plan: Plan, ground) -> None:
    chance = plan.chance("alarms")
    calls = sorted(_moments(plan, chance), key=lambda call: call.at)
    for call in calls:
        _place(plan, ground, chance, call)
        _answer(plan, ground, chance, call)
    _write(plan, calls)
    # Who sits at the desk this morning.
    for user in (plan.deputy, plan.officers[0]):
        Presence.objects.update_or_create(
            user=user, defaults={"station": plan.station, "on_duty_since": plan.now, "seen_at": plan.now}
        )


def _moments(plan: Plan, chance) -> list[Call]:
    """Those that became a dispute take the moment of their case; two are still open this morning."""
    villages = {village.pk: village for village in plan.villages}
    fitting = [
        life
        for life in plan.made["cases"]
        if life.channel in BECAME and not life.restricted and life.at < plan.now - timedelta(days=1)
    ]
    became = chance.sample(fitting, min(len(fitting), plan.size.alarms // 12))
    calls = [
        Call(life.at - timedelta(minutes=chance.randint(12, 40)), "quarrel", "dispute", villages[life.village_id], life)
        for life in became
    ]
    for minutes, still in ((6, "on_the_way"), (17, "arrived"))[: max(1, plan.size.alarms // 100)]:
        calls.append(Call(plan.now - timedelta(minutes=minutes), "quarrel", "", chance.choice(plan.villages[:2]), still=still))
    days = (plan.today - plan.begins).days
    while len(calls) < plan.size.alarms:
        day = plan.begins + timedelta(days=chance.randrange(days))
        hour = chance.choices(range(24), HOURS)[0] + chance.random()
        weights = [6 if no < 2 else 1 for no in range(len(plan.villages))]
        village = chance.choices(plan.villages, weights)[0]
        kind, code = _one(chance, KINDS), _one(chance, CODES)
        calls.append(Call(plan.moment(day, hour), kind, code, village))
    return calls


def _one(chance, weighted: dict) -> str:
    return chance.choices(list(weighted), list(weighted.values()))[0]


def _place(plan: Plan, ground, chance, call: Call) -> None:
    """From a taxi, from a counter, from a post, or a call that the desk entered."""
    day = timezone.localtime(call.at).date()
    fixed = [stand for stand in ground.stands if stand.kind == "fixed" and stand.village_id == call.village.pk]
    posts = [post for post in ground.posts if post[1].pk == call.village.pk]
    source = chance.choices(("mobile", "fixed", "post", "desk"), (46, 26, 18, 10))[0]
    if call.case is not None and call.case.channel == DisputeCase.Channel.POST and posts:
        source = "post"
    if source == "fixed" and fixed:
        call.stand = chance.choice(fixed)
        call.latitude, call.longitude = call.stand.latitude, call.stand.longitude
    elif source == "post" and posts:
        call.post, _village, call.by, call.place, call.latitude, call.longitude = chance.choice(posts)
    elif source != "desk":
        call.stand = chance.choice([stand for stand in ground.stands if stand.kind == "mobile"])
        call.latitude, call.longitude = ground.near(call.village.pk)
    call.device = call.stand.device_on(day) if call.stand else None
    if call.device:
        call.source, call.place = "device", call.stand.place
    elif call.stand:
        # The device was being changed that day: its keeper pressed the button of his phone.
        call.source, call.by, call.place = "phone", call.stand.keeper, call.stand.place
    elif call.by:
        call.source = "phone"
    else:
        call.source, call.by = "desk", plan.auxiliary_of(call.village.pk)
        call.place = f"{ground.stems[call.village.pk]}{chance.choice(ground.words['cameras']['places'])}"
    if call.source != "device":
        call.text = chance.choice(ground.words["told"][call.kind])


def _answer(plan: Plan, ground, chance, call: Call) -> None:
    """Told within a second or two; somebody takes it, goes there, and the desk closes it."""
    village, told_at = call.village.pk, call.at + timedelta(seconds=1)
    near = [plan.auxiliary_of(village), *(post[2] for post in ground.posts if post[1].pk == village)]
    near += [user for user, _dweller in chance.sample(plan.volunteers, min(3, len(plan.volunteers)))]
    near = [user for user in dict.fromkeys(near) if call.by is None or user.pk != call.by.pk]
    metres = sorted(round(chance.lognormvariate(6.3, 0.8)) + 20 for _user in near)
    chance.shuffle(near)
    desk = plan.officer_of(village)
    call.told = [(user, min(each, 2990), told_at) for user, each in zip(near, metres, strict=True)] + [(desk, None, told_at)]
    call.step("raise", call.at, None if call.source == "device" else call.by)
    if chance.random() < 0.2:
        call.step("again", call.at + timedelta(seconds=chance.randint(6, 16)), None if call.source == "device" else call.by)
    seconds = min(round(chance.lognormvariate(3.1, 0.7)) + 4, 600)
    if seconds > 61:
        call.told += [(user, None, call.at + timedelta(seconds=61)) for user in (plan.chief, plan.deputy)]
        call.step("widen", call.at + timedelta(seconds=61), note="2")
    first = (near or [desk])[0]
    clock = call.acknowledged_at = call.at + timedelta(seconds=max(seconds, 18))
    call.step("acknowledge", clock, first)
    if len(near) > 1 and chance.random() < 0.35:
        call.step("join", clock + timedelta(seconds=chance.randint(2, 9)), near[1])
    clock += timedelta(seconds=chance.randint(10, 60))
    call.step("depart", clock, first)
    if call.still == "on_the_way":
        return
    if call.code != "test":
        clock += timedelta(seconds=round(chance.lognormvariate(5.4, 0.5)))
        call.arrived_at = clock
        call.step("arrive", clock, first)
        if chance.random() < 0.3:
            clock += timedelta(seconds=chance.randint(20, 200))
            call.step("correct", clock, first, chance.choice(ground.words["closed"]["notes"]))
    if call.still:
        return
    clock = max(clock + timedelta(minutes=chance.randint(3, 50)), call.case.at if call.case else clock)
    call.closed_at = clock
    call.step("close", clock, desk, chance.choice(ground.words["closed"][call.code]))


def _write(plan: Plan, calls: list[Call]) -> None:
    for call, pk in zip(calls, draw_ids(Alarm, len(calls)), strict=True):
        call.pk = pk
    names = [
        "id", "station_id", "village_id", "status", "kind", "source", "raised_by_id", "device_id", "event", "point_id", "post_id",
        "place", "latitude", "longitude", "text", "pressed_at", "received_at", "told_at", "acknowledged_at", "arrived_at",
        "closed_at", "code", "case_id", "steps_taken",
    ]  # fmt: skip
    copy_rows(
        Alarm,
        names,
        (
            (
                call.pk, plan.station.pk, _village_of(call), call.status, call.kind, call.source,
                None if call.source == "device" else call.by.pk, call.device, _event_of(call),
                call.stand and call.stand.pk, call.post, call.place, call.latitude, call.longitude, call.text,
                call.at - timedelta(seconds=1), call.at, call.at + timedelta(seconds=1), call.acknowledged_at, call.arrived_at,
                call.closed_at, call.code, call.case and call.case.pk, len(call.steps),
            )
            for call in calls
        ),
    )  # fmt: skip
    steps = sorted(((call.pk, *step) for call in calls for step in call.steps), key=lambda row: (row[5], row[0], row[1]))
    copy_rows(AlarmStep, ["alarm_id", "no", "move", "from_status", "to_status", "at", "by_id", "note"], steps)
    told = [(call.pk, user.pk, at, metres) for call in calls for user, metres, at in call.told]
    copy_rows(Response, ["alarm_id", "user_id", "told_at", "distance"], told)
    signals = [(c.device, _event_of(c), c.pk, c.at - timedelta(seconds=1), c.at) for c in calls if c.source == "device"]
    copy_rows(Signal, ["device_id", "event", "alarm_id", "pressed_at", "at"], signals)
    _write_messages(plan, calls)
    plan.counts["alarms"] = len(calls)


def _village_of(call: Call) -> int | None:
    """What the point or the post knows; a vehicle is everywhere."""
    return None if call.stand and call.stand.kind == "mobile" else call.village.pk


def _event_of(call: Call) -> str:
    return f"{call.at:%Y%m%d%H%M%S}" if call.source == "device" else ""


def _write_messages(plan: Plan, calls: list[Call]) -> None:
    text = "有人报警，请打开查看并确认是否接警。"
    rows = [
        (user.pk, "alarm.call", text, f"/m/posts/alarms/{call.pk}/", f"alarm:{call.pk}:1", at, at, at, at + timedelta(minutes=2))
        for call in calls
        if call.at > plan.now - MESSAGES_KEPT and not call.still
        for user, _metres, at in call.told
    ]
    names = ["to_id", "kind", "text", "link", "key", "at", "delivered_at", "next_try_at", "read_at"]
    plan.counts["messages of alarms"] = copy_rows(Notice, names, rows)
