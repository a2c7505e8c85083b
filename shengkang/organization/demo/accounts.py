"""Who logs in at the demo station, and who agreed to take part in the reward."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from shengkang.organization.access import Role
from shengkang.organization.bulk import copy_rows, draw_ids
from shengkang.organization.demo.names import Names
from shengkang.organization.demo.people import number_people
from shengkang.organization.demo.plan import Dweller, HeadOfHundred, Plan
from shengkang.organization.models import Consent, Membership, Unit, User

STAFF = (Role.STATION_CHIEF, Role.OFFICER, Role.AUX_POLICE, Role.ADMINISTRATOR)
# Accounts to try the station with: telephone → role, start page. The people behind them are ordinary demo people.
SHOWN = {
    "10000000001": (Role.STATION_CHIEF, "/admin/"),
    "10000000002": (Role.OFFICER, "/admin/"),
    "10000000003": (Role.AUX_POLICE, "/admin/"),
    "10000000004": (Role.HOUSEHOLD_HEAD, "/m/"),
    "10000000005": (Role.SHOP_KEEPER, "/m/"),
    "10000000006": (Role.VOLUNTEER, "/m/"),
    "10000000007": (Role.TOWNSHIP_LEADER, "/dashboard/"),
    "10000000008": (Role.ADMINISTRATOR, "/admin/"),
    "10000000009": (Role.POST_LIAISON, "/m/"),
    "10000000010": (Role.VILLAGE_CADRE, "/m/"),
}
_SHOWN_PHONE = {role: phone for phone, (role, _page) in SHOWN.items()}


@dataclass
class _Opening:
    """An account about to be written."""

    user: User
    role: Role
    unit: Unit


def open_accounts(plan: Plan) -> None:
    """Staff without a person of their own (points are not theirs), and heads, keepers and volunteers who are residents."""
    number_people(plan)
    openings: list[_Opening] = []
    # One hash for all: the demo's password is printed anyway, and Argon2 is slow on purpose.
    password = make_password(plan.password)

    def opening(role: Role, unit: Unit, name: str, phone: str, dweller: Dweller | None = None) -> User:
        user = User(phone=phone, name=name, password=password, station=plan.station, is_staff=role in STAFF)
        user.person_id = dweller.id if dweller else None
        openings.append(_Opening(user, role, unit))
        return user

    _open_staff(plan, opening)
    taken = _open_residents(plan, opening)
    for each, pk in zip(openings, draw_ids(User, len(openings)), strict=True):
        each.user.pk = pk
    columns = ["id", "password", "phone", "name", "station_id", "person_id", "is_staff", "is_superuser", "last_login"]
    copy_rows(
        User,
        columns,
        ((u.pk, u.password, u.phone, u.name, u.station_id, u.person_id, u.is_staff, False, None) for u in _users(openings)),
    )
    copy_rows(Membership, ["user_id", "role", "unit_id"], ((o.user.pk, str(o.role), o.unit.pk) for o in openings))
    plan.made["shown volunteer"] = _SHOWN_PHONE[Role.VOLUNTEER]
    plan.counts["accounts"] = len(openings)
    plan.participants = _who_takes_part(plan, taken)


def _users(openings: list[_Opening]) -> list[User]:
    return [opening.user for opening in openings]


def _open_staff(plan: Plan, opening) -> None:
    chance = plan.chance("staff")
    names = Names(chance)

    def member(role: Role, no: int, born: tuple[int, int]) -> User:
        man, year = chance.random() < 0.75, plan.today.year - chance.randint(*born)
        phone = _SHOWN_PHONE[role] if no == 0 else f"1280{list(Role).index(role):02}{no:05}"
        return opening(role, plan.town, names.full(names.surname(), man=man, born=year), phone)

    plan.chief = member(Role.STATION_CHIEF, 0, (42, 52))
    # A station has a head and an instructor (教导员); what needs two chiefs can be done.
    plan.deputy = member(Role.STATION_CHIEF, 1, (38, 48))
    plan.officers = [member(Role.OFFICER, no, (26, 50)) for no in range(plan.size.officers)]
    plan.auxiliaries = [member(Role.AUX_POLICE, no, (22, 42)) for no in range(plan.size.auxiliaries)]
    member(Role.TOWNSHIP_LEADER, 0, (40, 55))
    member(Role.ADMINISTRATOR, 0, (28, 40))


def _open_residents(plan: Plan, opening) -> set[int]:
    """Heads, keepers and volunteers; returns the ids of those who already hold something."""
    chance = plan.chance("residents with accounts")
    year, taken = plan.today.year, set()
    by_head: list[list] = [[] for _head in range(plan.size.heads)]
    for dwelling in plan.dwellings:
        by_head[dwelling.head].append(dwelling)

    def pick(dwellings, youngest: int, oldest: int) -> Dweller:
        fitting = [
            each
            for dwelling in dwellings
            for each in dwelling.people
            if youngest <= year - each.born <= oldest and not each.works_away and not each.need and each.id not in taken
        ]
        found = chance.choice(fitting or [each for d in dwellings for each in d.people if each.id not in taken])
        taken.add(found.id)
        return found

    def resident(role: Role, no: int, unit: Unit, dweller: Dweller) -> User:
        if no == 0:
            dweller.phone = _SHOWN_PHONE[role]
        elif not dweller.phone:
            dweller.phone = f"1281{list(Role).index(role):02}{no:05}"
        return opening(role, unit, dweller.name, dweller.phone, dweller)

    for no, dwellings in enumerate(by_head):
        village, dweller = dwellings[0].village, pick(dwellings, 42, 70)
        user = resident(Role.HOUSEHOLD_HEAD, no, village, dweller)
        plan.heads.append(HeadOfHundred(user, village, dweller, dwellings))
    in_village: dict[int, list] = {}
    for dwelling in plan.dwellings:
        in_village.setdefault(dwelling.village.pk, []).append(dwelling)
    for no in range(plan.size.shops):
        village = plan.villages[no % len(plan.villages)]
        keeper = resident(Role.SHOP_KEEPER, no, village, pick(in_village[village.pk], 30, 62))
        plan.keepers.append((village, keeper))
    for no in range(plan.size.volunteers):
        # The first one is a neighbour of the first head, so that the log-ins shown know each other.
        dwellings = by_head[no % len(by_head)]
        dweller = pick(dwellings, 20, 60)
        plan.volunteers.append((resident(Role.VOLUNTEER, no, dwellings[0].village, dweller), dweller))
    for no, village in enumerate(plan.villages):
        plan.cadres.append((village, resident(Role.VILLAGE_CADRE, no, village, pick(in_village[village.pk], 30, 58))))
    for no in range(plan.size.posts + plan.size.fixed_points + plan.size.mobile_points):
        village = plan.villages[no % len(plan.villages)]
        keeper = resident(Role.POST_LIAISON, no, village, pick(in_village[village.pk], 25, 60))
        (plan.liaisons if no < plan.size.posts else plan.alarm_keepers).append((village, keeper))
    return taken


def _who_takes_part(plan: Plan, taken: set[int]) -> list[Dweller]:
    """Those with accounts and others of every village, in a fixed order."""
    chance = plan.chance("participants")
    people = [dweller for dwelling in plan.dwellings for dweller in dwelling.people]
    having = [each for each in people if each.id in taken]
    others = [e for e in people if e.id not in taken and not e.works_away and 16 <= plan.today.year - e.born <= 78]
    more = max(0, plan.size.participants - len(having))
    return having + chance.sample(others, min(more, len(others)))


def give_consents(plan: Plan) -> None:
    """A signed paper for each participant before the first day that counts; most agree to be named in publications too."""
    chance = plan.chance("consents")
    rows = []
    for no, each in enumerate(plan.participants, start=1):
        given = plan.moment(plan.begins, -24 * chance.randint(1, 40) + chance.uniform(8, 17))
        paper = f"签字同意书第{no:04}号"
        rows.append((each.id, Consent.Purpose.POINTS, given, paper))
        if chance.random() < 0.8:
            rows.append((each.id, Consent.Purpose.PUBLICATION, given, paper))
    plan.counts["consents"] = copy_rows(Consent, ["person_id", "purpose", "given_at", "evidence"], rows)
