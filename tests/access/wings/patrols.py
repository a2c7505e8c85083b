"""Patrols: volunteers in both villages, a shift and a patrol that every role has to do with as far as it can, and a colleague's."""

from datetime import timedelta

from patrols.models import Attendance, Finding, Patrol, Shift, SignUp, Volunteer
from tests.access.ground import ELSEWHERE
from tests.access.trio import Trio
from tests.world import make_person

LEADERS = ("officer", "aux_police")


def _volunteer(place, village, person, at, status):
    enrolled = timedelta(days=30)
    volunteer = Volunteer.objects.create(
        station=place.station, village=village, person=person, status=status, applied_at=at - enrolled, steps_taken=1,
        enrolled_on=(at - enrolled).date() if status == "enrolled" else None,
    )  # fmt: skip
    volunteer.steps.create(
        no=1, move="apply", from_status="", to_status="applied", at=at - enrolled, by=place.household_head, note="愿意参加"
    )
    return volunteer


def _shift(place, village, leader, starts_at, text):
    return Shift.objects.create(
        station=place.station, village=village, kind="night", starts_at=starts_at, ends_at=starts_at + timedelta(hours=2),
        meeting_place=text, leader=leader,
    )  # fmt: skip


def _patrol(place, village, shift, leader, at, there, by, text):
    """One that has ended, with somebody who was there and something that was found."""
    patrol = Patrol.objects.create(
        station=place.station, village=village, shift=shift, kind="night", leader=leader, started_at=shift.starts_at,
        ended_at=shift.ends_at,
    )  # fmt: skip
    Attendance.objects.create(patrol=patrol, volunteer=there, minutes=120, by=leader, at=shift.ends_at)
    patrol.made = Finding.objects.create(patrol=patrol, kind="other", text=text, by=by, at=shift.starts_at + timedelta(hours=1))
    return patrol


def lay(place, at) -> None:
    near, far = place.villages
    text = "村委会门口" if place.station.name.endswith("1") else ELSEWHERE.text
    # Who is no volunteer has his own application: it waits for a head.
    place.applications = {
        role: _volunteer(place, near, user.person, at, "enrolled" if role == "volunteer" else "applied")
        for role, user in place.users.items()
        if user.person_id
    }
    enrolled = place.applications["volunteer"]
    colleague = place.colleague["volunteer"]
    far_volunteer = _volunteer(place, far, colleague.person, at, "enrolled")
    waits = make_person(place.station, near, "待推荐人" if text != ELSEWHERE.text else text, birth_year=1980)
    place.waiting_volunteer = _volunteer(place, near, waits, at, "applied")
    place.far_volunteer = far_volunteer
    place.shift_of = {}
    place.patrol_of = {}
    for no, role in enumerate(LEADERS, start=1):
        leader = place.users[role]
        place.shift_of[role] = _shift(place, near, leader, at + timedelta(hours=3 * no), text)
        past = _shift(place, near, leader, at - timedelta(days=no), text)
        place.patrol_of[role] = _patrol(place, near, past, leader, at, enrolled, place.volunteer, text)
    for shift in place.shift_of.values():
        SignUp.objects.create(shift=shift, volunteer=enrolled, at=at)
    boss = place.colleague["officer"]
    place.far_shift = _shift(place, far, boss, at + timedelta(hours=1), text)
    past = _shift(place, far, boss, at - timedelta(days=1), text)
    place.far_patrol = _patrol(place, far, past, boss, at, far_volunteer, colleague, text)


def _application(ground, role):
    """A head's and cadre's business are the people of their village, everybody else's is himself."""
    here = ground.here
    mine = here.waiting_volunteer if role in ("household_head", "village_cadre") else here.applications.get(role)
    return Trio(mine or here.waiting_volunteer, here.far_volunteer, ground.there.far_volunteer)


def _of_leader(rows, same):
    """What one leads; a volunteer or head has to do with the near village's, whoever leads."""

    def build(ground, role):
        here, there = getattr(ground.here, rows), getattr(ground.there, rows)
        return Trio(here.get(role) or here["officer"], getattr(ground.here, same), there["officer"])

    return build


def _finding(ground, role):
    patrol = ground.here.patrol_of.get(role) or ground.here.patrol_of["officer"]
    return Trio(patrol.made, ground.here.far_patrol.made, ground.there.far_patrol.made)


BUILDERS = {
    "volunteer": _application,
    "shift": _of_leader("shift_of", "far_shift"),
    "patrol": _of_leader("patrol_of", "far_patrol"),
    "finding": _finding,
}
