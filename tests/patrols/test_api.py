"""Volunteers, shifts, patrols and findings for programs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from patrols import services
from patrols.models import Attendance, Finding, Patrol, Shift, SignUp, Volunteer
from patrols.moves import Status
from tests.patrols.conftest import make_shift, make_volunteer

pytestmark = pytest.mark.django_db
LISTS = ["volunteers", "shifts", "patrols", "findings"]


@pytest.fixture
def now():
    return timezone.now()


def as_(client, user):
    client.force_login(user, backend="shengkang.organization.backends.ByPhone")
    return client


def post(client, path, body=None, key="k1"):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"/api/v1/{path}", body or {}, content_type="application/json", headers=headers)


def ids(client, name):
    return [row["id"] for row in client.get(f"/api/v1/{name}/").json()["results"]]


def walked(here, volunteer, at):
    patrol = services.start_patrol(by=here.aux_police, at=at, village=here.villages[0], kind="night")
    services.report_finding(patrol=patrol, kind="other", text="路灯不亮", by=here.aux_police, at=at)
    return services.end_patrol(patrol=patrol, present=[volunteer], by=here.aux_police, at=at + timedelta(hours=1))


@pytest.mark.parametrize("name", LISTS)
def test_strangers_find_nothing(world, client, now, name):
    here = world.here
    volunteer = make_volunteer(here)
    make_shift(here, starts_at=now + timedelta(hours=5), at=now)
    walked(here, volunteer, now - timedelta(days=1))
    assert client.get(f"/api/v1/{name}/").status_code == 401
    assert as_(client, here.administrator).get(f"/api/v1/{name}/").status_code == 404
    assert ids(as_(client, world.there.officer), name) == []
    assert len(ids(as_(client, here.officer), name)) == 1


def test_a_verb_without_its_key_is_refused_and_with_it_acts_once(here, client):
    volunteer = make_volunteer(here, status=Status.APPLIED)
    as_(client, here.household_head)
    path = f"volunteers/{volunteer.pk}/recommend/"
    assert post(client, path, {"opinion": "好"}, key="").status_code == 409
    answers = [post(client, path, {"opinion": "好"}) for _time in range(2)]
    assert [(each.status_code, each.json()) for each in answers] == [(201, answers[0].json())] * 2
    assert post(client, path, {"opinion": "好"}, key="k2").json()["error"]["code"] == "move_refused"


def test_the_way_of_a_volunteer_through_verbs(here, client):
    given = {"person": here.resident.person.pk, "village": here.villages[0].pk}
    made = post(as_(client, here.resident), "volunteers/", given)
    volunteer = Volunteer.objects.get(pk=made.json()["id"])
    path = f"volunteers/{volunteer.pk}"
    assert post(as_(client, here.household_head), f"{path}/recommend/").status_code == 201
    assert post(as_(client, here.village_cadre), f"{path}/review/").status_code == 201
    assert post(as_(client, here.officer), f"{path}/approve/").status_code == 403
    assert post(as_(client, here.station_chief), f"{path}/approve/").status_code == 201
    assert post(as_(client, here.resident), f"{path}/leave/", {"note": "外出"}).status_code == 201
    assert post(client, f"{path}/apply-again/", {"motive": "回来了"}).status_code == 201
    assert post(as_(client, here.station_chief), f"{path}/decline/", {"reason": "再等等"}).status_code == 201


def test_nobody_applies_for_somebody_unknown(here, client):
    given = {"person": here.residents[0].pk, "village": here.villages[0].pk}
    assert post(as_(client, here.resident), "volunteers/", given).status_code == 400


def test_a_shift_is_planned_taken_given_back_and_cancelled(here, volunteer, client, now):
    given = {
        "village": here.villages[0].pk, "kind": "night", "starts_at": (now + timedelta(hours=5)).isoformat(),
        "ends_at": (now + timedelta(hours=7)).isoformat(), "meeting_place": "村委会", "leader": here.aux_police.pk,
    }  # fmt: skip
    assert post(as_(client, here.volunteer), "shifts/", given).status_code == 403
    assert post(as_(client, here.officer), "shifts/", given).status_code == 201
    shift = Shift.objects.get()
    assert post(as_(client, here.volunteer), f"shifts/{shift.pk}/sign-up/").status_code == 201
    assert client.get(f"/api/v1/shifts/{shift.pk}/").json()["taken"] == 1
    assert post(client, f"shifts/{shift.pk}/give-back/").status_code == 201
    assert not SignUp.objects.in_force().exists()
    assert post(as_(client, here.aux_police), f"shifts/{shift.pk}/cancel/", {"reason": "雷雨"}).status_code == 201


def test_a_patrol_is_started_reports_and_is_ended(here, volunteer, client):
    as_(client, here.aux_police)
    assert post(client, "patrols/", {"village": here.villages[0].pk, "kind": "night"}).status_code == 201
    patrol = Patrol.objects.get()
    assert post(client, f"patrols/{patrol.pk}/report-finding/", {"kind": "other", "text": "路灯不亮"}).status_code == 201
    assert post(client, f"patrols/{patrol.pk}/end/", {"present": [volunteer.pk]}).status_code == 201
    assert (Attendance.objects.get().volunteer, Finding.objects.get().text) == (volunteer, "路灯不亮")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_for_one_and_for_three(here, client, now, name, django_assert_num_queries):
    def more(no):
        volunteer = make_volunteer(here, name=f"志愿{no}")
        make_shift(here, starts_at=now + timedelta(days=no, hours=5), at=now)
        walked(here, volunteer, now - timedelta(days=no))

    more(1)
    as_(client, here.officer)
    client.get(f"/api/v1/{name}/")
    with django_assert_num_queries(5, exact=False) as one:
        client.get(f"/api/v1/{name}/")
    more(2)
    more(3)
    with django_assert_num_queries(len(one)):
        client.get(f"/api/v1/{name}/")
