"""The village of the handbook on patrols: a head, a cadre, an officer who leads, and volunteers in each state."""

import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from patrols import services
from patrols.models import PatrolKind, VettingStep, Volunteer
from patrols.moves import MOVES, Status
from shengkang.organization.access import Role
from shengkang.organization.models import Membership
from tests.world import NOW, make_person, make_user


def paper(name="paper.png"):
    """A photo of a signed paper."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/png")


def make_volunteer(place, village=None, name="志愿甲", status=Status.ENROLLED, at=None, person=None):
    """A volunteer in a state, with the steps that lead there."""
    village, at = village or place.villages[0], at or NOW - timedelta(days=60)
    person = person or make_person(place.station, village, name, birth_year=1980)
    ways = {
        Status.APPLIED: ["apply"],
        Status.RECOMMENDED: ["apply", "recommend"],
        Status.REVIEWED: ["apply", "recommend", "review"],
        Status.ENROLLED: ["apply", "recommend", "review", "approve"],
        Status.DECLINED: ["apply", "decline"],
        Status.LEFT: ["apply", "leave"],
    }
    way = ways[status]
    volunteer = Volunteer.objects.create(
        station=place.station,
        village=village,
        person=person,
        status=status,
        applied_at=at,
        enrolled_on=at.date() if status == Status.ENROLLED else None,
        left_on=at.date() if status == Status.LEFT else None,
        steps_taken=len(way),
    )
    before = ""
    for no, move in enumerate(way, start=1):
        after = MOVES[move].target
        VettingStep.objects.create(
            volunteer=volunteer, no=no, move=move, from_status=before, to_status=after, at=at, by=place.household_head
        )
        before = after
    return volunteer


def make_account(place, volunteer, phone):
    """A phone account of a volunteer, with the role where he is enrolled."""
    role = Role.VOLUNTEER if volunteer.status == Status.ENROLLED else Role.RESIDENT
    return make_user(place.station, volunteer.village, role, volunteer.person.name, phone, person=volunteer.person)


def make_shift(place, *, starts_at=None, hours=2, village=None, leader=None, places=6, at=NOW, **fields):
    starts_at = starts_at or NOW + timedelta(hours=9)
    return services.plan_shift(
        village=village or place.villages[0],
        kind=fields.pop("kind", PatrolKind.NIGHT),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours),
        meeting_place="村委会门口",
        leader=leader or place.aux_police,
        places=places,
        by=place.officer,
        at=at,
        **fields,
    )


@pytest.fixture
def here(world):
    return world.here


@pytest.fixture
def volunteer(here):
    return make_volunteer(here, person=here.volunteer.person)


@pytest.fixture
def second_head(here):
    """A second account that is head and cadre in the same village."""
    user = make_user(here.station, here.villages[0], Role.HOUSEHOLD_HEAD, "双职", "19900017777", person=None)
    Membership.objects.create(user=user, role=Role.VILLAGE_CADRE, unit=here.villages[0])
    head = here.head.__class__.objects.create(
        station=here.station, village=here.villages[0], user=user, active_from=here.head.active_from
    )
    return SimpleNamespace(user=user, head=head)
