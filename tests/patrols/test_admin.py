"""Volunteers, shifts and patrols at the desk."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from patrols import hanging, services
from patrols.models import Attendance, Finding, Shift, SignUp, Volunteer
from patrols.moves import Status
from shengkang.attachments.models import Attachment
from tests.patrols.conftest import make_shift, make_volunteer, paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def as_(client, user):
    client.force_login(user, backend="shengkang.organization.backends.ByPhone")
    return client


def page_of(thing, verb="change"):
    return reverse(f"admin:patrols_{thing._meta.model_name}_{verb}", args=[thing.pk])


def count(client, url, django_assert_max_num_queries):
    with django_assert_max_num_queries(200) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def walked(here, present, at, **fields):
    patrol = services.start_patrol(by=here.aux_police, at=at, village=here.villages[0], kind="night")
    services.report_finding(patrol=patrol, kind="other", text="路灯不亮", by=here.aux_police, at=at)
    return services.end_patrol(patrol=patrol, present=present, by=here.aux_police, at=at + timedelta(hours=1), **fields)


def test_an_auxiliary_enters_no_papers(here, client):
    volunteer = make_volunteer(here, status=Status.APPLIED)
    assert as_(client, here.aux_police).get(page_of(volunteer, "recommend")).status_code == 403


def test_only_the_chief_finds_the_button_that_enrols(here, client):
    volunteer = make_volunteer(here, status=Status.REVIEWED)
    url = page_of(volunteer, "approve")
    assert url not in as_(client, here.officer).get(page_of(volunteer)).text
    assert client.get(url).status_code == 403
    assert url in as_(client, here.station_chief).get(page_of(volunteer)).text
    client.post(url, {"note": "同意", "idempotency_key": "k"})
    volunteer.refresh_from_db()
    assert volunteer.status == Status.ENROLLED


def test_a_paper_without_its_photo_is_asked_again(here, client):
    volunteer = make_volunteer(here, status=Status.RECOMMENDED)
    as_(client, here.officer)
    url = page_of(volunteer, "review")
    assert client.post(url, {"spoken_by": "王村干", "opinion": "同意"}).status_code == 200
    sent = client.post(url, {"spoken_by": "王村干", "opinion": "同意", "photos": [paper()], "idempotency_key": "k"})
    assert sent.status_code == 302
    step = volunteer.steps.get(move="review")
    assert (step.spoken_by, Attachment.objects.of(step).count()) == ("王村干", 1)
    shown = client.get(page_of(volunteer)).text
    assert "王村干" in shown
    assert f"/attachments/{Attachment.objects.get().pk}/" in shown or "<img" in shown


def test_an_officer_puts_somebody_forward_with_a_paper(here, client):
    person = here.residents[0]
    fields = {"person": person.phone, "village": here.villages[0].pk, "motive": "愿意", "photos": [paper()]}
    as_(client, here.officer).post(reverse("admin:patrols_volunteer_add"), fields | {"idempotency_key": "k"})
    assert Volunteer.objects.get().steps.get().spoken_by == person.name


def test_shifts_are_planned_for_weeks_and_across_midnight(here, client, now):
    tomorrow = timezone.localdate(now) + timedelta(days=1)
    fields = {
        "village": here.villages[0].pk, "kind": "night", "day": tomorrow.isoformat(), "begins": "22:00", "ends": "00:30",
        "meeting_place": "村委会", "leader": here.aux_police.pk, "places": 6, "weeks": 3, "note": "",
    }  # fmt: skip
    as_(client, here.officer).post(reverse("admin:patrols_shift_add"), fields | {"idempotency_key": "k"})
    assert [each.ends_at - each.starts_at for each in Shift.objects.all()] == [timedelta(hours=2.5)] * 3


def test_an_auxiliary_manages_the_shifts_he_leads_and_no_others(here, client, now):
    his = make_shift(here, starts_at=now + timedelta(hours=5), at=now)
    other = make_shift(here, starts_at=now + timedelta(hours=5), at=now, leader=here.officer)
    as_(client, here.aux_police)
    assert client.get(page_of(his, "cancel")).status_code == 200
    assert client.get(page_of(other, "cancel")).status_code == 403


def test_an_officer_adds_a_volunteer_by_name_and_takes_him_off(here, client, now):
    volunteer = make_volunteer(here, village=here.villages[1], name="远村志愿")
    shift = make_shift(here, starts_at=now + timedelta(hours=5), at=now)
    as_(client, here.officer)
    assert client.post(page_of(shift, "add_volunteer"), {"volunteer": "没有此人"}).status_code == 200
    client.post(page_of(shift, "add_volunteer"), {"volunteer": "远村志愿", "idempotency_key": "k"})
    taken = SignUp.objects.in_force().get()
    assert taken.volunteer == volunteer
    assert "远村志愿" in client.get(page_of(shift)).text
    client.post(page_of(shift, "remove_volunteer"), {"sign_up": taken.pk, "idempotency_key": "l"})
    assert not SignUp.objects.in_force().exists()


def test_the_week_shows_each_shift_under_its_day(here, client, now):
    shift = make_shift(here, starts_at=now + timedelta(hours=5), at=now)
    as_(client, here.officer)
    first = timezone.localdate(shift.starts_at).isoformat()
    assert page_of(shift) in client.get(reverse("admin:patrols_shift_week"), {"from": first}).text
    for odd in ("gestern", "0001-01-01", "9999-12-31"):
        assert client.get(reverse("admin:patrols_shift_week"), {"from": odd}).status_code == 200


def test_a_forgotten_patrol_stands_on_the_front_page_until_an_officer_ends_it(here, volunteer, client, now):
    started = now - timedelta(hours=14)
    patrol = services.start_patrol(by=here.aux_police, at=started, village=here.villages[0], kind="night")
    assert [panel["count"] for panel in hanging.needs_a_hand(here.officer, now)] == [1]
    as_(client, here.officer)
    url = page_of(patrol, "end_forgotten")
    assert url in client.get(page_of(patrol)).text
    ended = timezone.localtime(started + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    sent = client.post(url, {"ended_at": ended, "present": [volunteer.pk], "note": "", "idempotency_key": "k"})
    assert sent.status_code == 302
    assert Attendance.objects.get().minutes in (119, 120)
    assert [panel["count"] for panel in hanging.needs_a_hand(here.officer, now)] == [0]


def test_the_chief_sees_whom_to_decide_about(here, now):
    make_volunteer(here, status=Status.REVIEWED)
    make_volunteer(here, name="志愿乙", status=Status.APPLIED)
    assert hanging.needs_a_hand(here.station_chief, now)[0]["count"] == 1


def test_patrols_under_way_stand_first(here, volunteer, client, now):
    walked(here, [volunteer], now - timedelta(hours=3))
    running = services.start_patrol(by=here.officer, at=now - timedelta(hours=9), village=here.villages[0], kind="night")
    shown = as_(client, here.officer).get(reverse("admin:patrols_patrol_changelist")).text
    first = shown.index(page_of(running))
    assert all(first <= shown.index(f"/patrols/patrol/{pk}/change/") for pk in (running.pk - 1, running.pk))


@pytest.mark.parametrize("model", ["volunteer", "shift", "patrol", "finding"])
def test_a_list_costs_the_same_for_one_and_for_three(here, client, now, model, django_assert_max_num_queries):
    def more(no):
        volunteer = make_volunteer(here, name=f"志愿{no}")
        make_shift(here, starts_at=now + timedelta(days=no, hours=5), at=now)
        walked(here, [volunteer], now - timedelta(days=no))

    as_(client, here.officer)
    url = reverse(f"admin:patrols_{model}_changelist")
    more(1)
    one = count(client, url, django_assert_max_num_queries)
    more(2)
    more(3)
    assert count(client, url, django_assert_max_num_queries) == one
    for thing in (Volunteer.objects.first(), Finding.objects.first()):
        assert client.get(page_of(thing)).status_code == 200


def test_the_week_costs_the_same_for_one_and_for_three(here, client, now, django_assert_max_num_queries):
    as_(client, here.officer)
    url = f"{reverse('admin:patrols_shift_week')}?from={timezone.localdate(now + timedelta(days=1)).isoformat()}"
    make_shift(here, starts_at=now + timedelta(days=1), at=now)
    one = count(client, url, django_assert_max_num_queries)
    for no in (2, 3):
        make_shift(here, starts_at=now + timedelta(days=no), at=now)
    assert count(client, url, django_assert_max_num_queries) == one
