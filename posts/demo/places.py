"""Posts, alarm points with what was installed in them, member units and cameras."""

import hashlib
import tomllib
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from posts.models import AlarmPoint, Camera, Device, Installation, Liaison, MemberUnit, SecurityPost, Vehicle
from shengkang.organization import sealed
from shengkang.organization.demo import Plan, copy_rows, draw_ids
from shengkang.organization.demo.names import Names

DATA = Path(__file__).resolve().parent.parent / "data" / "demo_posts.toml"
# A device whose secret is printed with the log-ins, so that the example in docs/devices.md can be tried.
SHOWN_DEVICE = "SK-V-0001"
SHOWN_SECRET = hashlib.sha256(b"shengkang-demo").hexdigest()
# GB/T 28181: area, trade 00, type 132 (network camera), network 0, number.
CAMERA_CODE = "42062510" + "00" + "132" + "0"


def shown() -> list[str]:
    """What is printed below the log-ins: the device and where it knocks."""
    return [SHOWN_DEVICE, SHOWN_SECRET, "/hooks/alarms/"]


@dataclass
class Stand:
    """An alarm point as the alarms of the year need it: the devices it had, from a day until a day."""

    pk: int
    kind: str
    village_id: int | None
    place: str
    latitude: float | None
    longitude: float | None
    keeper: Any
    devices: list[tuple[date, date | None, int]] = field(default_factory=list)

    def device_on(self, day: date) -> int | None:
        return next((pk for since, until, pk in self.devices if since <= day and (until is None or day < until)), None)


class Ground:
    """Where things stand in the demo's town."""

    def __init__(self, plan: Plan):
        self.words = tomllib.loads(DATA.read_text(encoding="utf-8"))
        self.chance = plan.chance("places of posts")
        points = self.words["villages"]
        self.centres = {village.pk: points[no % len(points)] for no, village in enumerate(plan.villages)}
        self.stems = {village.pk: stem_of(village.name) for village in plan.villages}
        self.posts: list[tuple[int, Any, Any, str, float, float]] = []
        self.stands: list[Stand] = []

    def near(self, village_id: int, spread: float = 0.004) -> tuple[float, float]:
        """A point of a village, inside the box of the town."""
        box, (latitude, longitude) = self.words["box"], self.centres[village_id]
        north = latitude + self.chance.uniform(-spread, spread)
        east = longitude + self.chance.uniform(-spread, spread)
        return round(min(max(north, box["south"]), box["north"]), 6), round(min(max(east, box["west"]), box["east"]), 6)


def stem_of(name: str) -> str:
    for tail in ("社区居委会", "居委会", "村委会", "社区", "村"):
        name = name.removesuffix(tail)
    return name


def open_posts(plan: Plan, ground: Ground) -> None:
    """A post for each liaison; some liaisons had one before them."""
    words, chance = ground.words["posts"], plan.chance("posts")
    ids = draw_ids(SecurityPost, len(plan.liaisons))
    rows, services = [], []
    for no, (pk, (village, user)) in enumerate(zip(ids, plan.liaisons, strict=True)):
        kind, word, place, gear = words[no % len(words)]
        name = f"{ground.stems[village.pk]}{word}百米岗"
        where = f"{ground.stems[village.pk]}{word}{place}"
        latitude, longitude = ground.near(village.pk, 0.002)
        opened = plan.begins - timedelta(days=chance.randint(60, 900))
        radius = chance.choice((100, 100, 100, 150, 200))
        rows.append(
            (pk, plan.station.pk, village.pk, name, kind, where, latitude, longitude, radius, gear, f"1290001{no:04}", opened)
        )
        services.append((pk, user.pk, opened + timedelta(days=chance.randint(0, 30)), None))
        ground.posts.append((pk, village, user, where, latitude, longitude))
    for (_village, former), (pk, *_post) in list(zip(plan.alarm_keepers, ground.posts, strict=False))[: max(1, len(rows) // 5)]:
        # Served here for a while, then took an alarm point over.
        opened = next(row[-1] for row in rows if row[0] == pk)
        services.append((pk, former.pk, opened, opened + timedelta(days=chance.randint(20, 50))))
    columns = ["id", "station_id", "village_id", "name", "kind", "place", "latitude", "longitude", "radius", "gear", "phone",
               "active_from"]  # fmt: skip
    plan.counts["posts"] = copy_rows(SecurityPost, columns, rows)
    copy_rows(Liaison, ["post_id", "user_id", "active_from", "active_to"], services)


def hang_points(plan: Plan, ground: Ground) -> None:
    """Fixed points behind counters, mobile ones in buses and taxis, each with a device and a keeper; a few devices were replaced."""
    chance, size = plan.chance("alarm points"), plan.size
    total = size.fixed_points + size.mobile_points
    keepers = plan.alarm_keepers[:total]
    points = draw_ids(AlarmPoint, total)
    vehicles = draw_ids(Vehicle, size.mobile_points)
    replaced = set(chance.sample(range(1, total), min(max(1, total // 8), total - 1)))
    devices = draw_ids(Device, total + len(replaced))
    former = iter(devices[total:])
    point_rows, vehicle_rows, device_rows, installed = [], [], [], []
    for no, (point, (village, keeper)) in enumerate(zip(points, keepers, strict=True)):
        fixed = no < size.fixed_points
        stand = _fixed(ground, no, point, village, keeper) if fixed else Stand(point, "mobile", None, "", None, None, keeper)
        name = stand.place if fixed else f"车载报警点{no - size.fixed_points + 1:02}"
        since = plan.begins - timedelta(days=chance.randint(10, 600))
        vehicle = None if fixed else vehicles[no - size.fixed_points]
        if not fixed:
            vehicle_rows.append(_vehicle(plan, ground, vehicle, no - size.fixed_points))
        if no in replaced:
            changed, old = plan.begins + timedelta(days=chance.randint(40, 300)), next(former)
            installed.append((point, old, vehicle, keeper.pk, since, changed))
            stand.devices.append((since, changed, old))
            device_rows.append(_device(plan, old, stand.kind, len(device_rows) + 1, since, retired_on=changed))
            since = changed
        device = devices[no]
        shown_one = no == size.fixed_points
        device_rows.append(_device(plan, device, stand.kind, len(device_rows) + 1, since, shown_one=shown_one))
        installed.append((point, device, vehicle, keeper.pk, since, None))
        stand.devices.append((since, None, device))
        point_rows.append(
            (point, plan.station.pk, stand.village_id, stand.kind, name, stand.place, stand.latitude, stand.longitude)
        )
        ground.stands.append(stand)
    columns = ["id", "station_id", "village_id", "kind", "name", "place", "latitude", "longitude"]
    plan.counts["alarm points"] = copy_rows(AlarmPoint, columns, point_rows)
    copy_rows(Vehicle, ["id", "station_id", "kind", "plate", "line"], vehicle_rows)
    columns = ["id", "station_id", "kind", "serial", "secret_sealed", "secret_since", "last_heard_at", "retired_on"]
    copy_rows(Device, columns, device_rows)
    columns = ["point_id", "device_id", "vehicle_id", "keeper_id", "active_from", "active_to"]
    copy_rows(Installation, columns, installed)


def _fixed(ground, no, point, village, keeper):
    word, place = ground.words["fixed_points"][no % len(ground.words["fixed_points"])]
    latitude, longitude = ground.near(village.pk, 0.002)
    return Stand(point, "fixed", village.pk, f"{ground.stems[village.pk]}{word}{place}", latitude, longitude, keeper)


def _vehicle(plan, ground, pk, no):
    bus = no % 4 == 3
    lines = ground.words["bus_lines" if bus else "taxi_companies"]
    return pk, plan.station.pk, "bus" if bus else "taxi", f"鄂F演{no + 1:03}", lines[no % len(lines)]


def _device(plan, pk, kind, no, since, *, retired_on=None, shown_one=False):
    # The number plates and serial numbers of the demo are none that are given out.
    serial = SHOWN_DEVICE if shown_one else f"SK-{'B' if kind == 'fixed' else 'V'}-{1000 + no}"
    secret = SHOWN_SECRET if shown_one else hashlib.sha256(f"{plan.seed}:{plan.password}:{serial}".encode()).hexdigest()
    heard = None if retired_on else plan.now - timedelta(minutes=no * 37 % 1440 + 1)
    kind = "button" if kind == "fixed" else "vehicle"
    return pk, plan.station.pk, kind, serial, "\\x" + sealed.seal(secret).hex(), plan.moment(since, 9), heard, retired_on


def write_inventory(plan: Plan, ground: Ground) -> None:
    """Member units round the posts, and the cameras: most of them in the two communities."""
    chance = plan.chance("inventory")
    names, words = Names(chance), ground.words["member_units"]
    at_posts = {village.pk: pk for pk, village, *_rest in reversed(ground.posts)}
    rows = []
    for no in range(plan.size.member_units):
        village = plan.villages[no % len(plan.villages)]
        kind, word = words[(no // len(plan.villages) * 5 + no) % len(words)]
        contact = names.full(names.surname(), man=chance.random() < 0.6, born=plan.today.year - chance.randint(28, 60))
        name = f"{ground.stems[village.pk]}{word}"
        post = at_posts.get(village.pk)
        rows.append((plan.station.pk, village.pk, post, name, kind, f"{name}门前", contact, f"1290002{no:04}"))
    columns = ["station_id", "village_id", "post_id", "name", "kind", "place", "contact", "phone"]
    plan.counts["member units"] = copy_rows(MemberUnit, columns, rows)
    _write_cameras(plan, ground, chance)


def _write_cameras(plan, ground, chance):
    words = ground.words["cameras"]
    weights = [8 if no < 2 else 1 for no in range(len(plan.villages))]
    villages = sorted(chance.choices(plan.villages, weights, k=plan.size.cameras), key=lambda village: village.path)
    rows = []
    for no, village in enumerate(villages, start=1):
        state = chance.choices(["working", "broken", "removed"], (945, 45, 10))[0]
        latitude, longitude = ground.near(village.pk, 0.006)
        place = f"{ground.stems[village.pk]}{chance.choice(words['places'])}"
        checked = plan.today - timedelta(days=chance.randint(1, 75))
        # Two thirds came with the great extension before the year began, the others month after month.
        before = chance.random() < 0.67
        installed = plan.begins - timedelta(days=200) if before else plan.today - timedelta(days=chance.randint(76, 360))
        rows.append(
            (
                plan.station.pk, village.pk, f"{CAMERA_CODE}{no:06}", place, chance.choice(words["looks_at"]), latitude, longitude,
                state, checked, installed, checked if state == "removed" else None,
            )
        )  # fmt: skip
    columns = ["station_id", "village_id", "code", "place", "looks_at", "latitude", "longitude", "state", "checked_on", "installed_on",
               "retired_on"]  # fmt: skip
    plan.counts["cameras"] = copy_rows(Camera, columns, rows)
