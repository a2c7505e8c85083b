"""The phone's pages of the patrols: who is let in, what a page asks, and that a long list costs what a short one does."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from patrols import services
from patrols.models import Attendance, Patrol, PatrolKind, SignUp, Volunteer
from patrols.moves import Status
from shengkang.portal.nails import tiles
from tests.patrols.conftest import make_shift, make_volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def as_(client, user):
    client.force_login(user, backend="shengkang.organization.backends.ByPhone")
    return client


def ask(client, name, *args):
    return client.get(reverse(f"patrols:{name}", args=args))


def send(client, name, *args, **fields):
    return client.post(reverse(f"patrols:{name}", args=args), {"key": f"{name}-{args}"} | fields)


def queries(client, url, django_assert_max_num_queries):
    with django_assert_max_num_queries(200) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def offered(user, key):
    tile = next(each for each in tiles() if each.key == key)
    return tile.offered(user), tile.count(user) if tile.count else None


# Applying and giving an opinion


def test_who_is_not_fit_says_so_by_leaving_the_box_empty(here, client):
    page = send(as_(client, here.resident), "apply", village=here.villages[0].pk, motive="愿意")
    assert page.status_code == 200
    assert not Volunteer.objects.exists()


def test_a_resident_applies_with_one_tick_and_reads_what_comes_next(here, client):
    as_(client, here.resident)
    assert ask(client, "mine").url == reverse("patrols:apply")
    page = send(client, "apply", village=here.villages[0].pk, motive="愿意", fit="on")
    volunteer = Volunteer.objects.get()
    assert page.url == volunteer.get_absolute_url()
    assert client.get(page.url).status_code == 200
    assert ask(client, "mine").url == volunteer.get_absolute_url()


def test_a_form_sent_twice_applies_once(here, client):
    as_(client, here.resident)
    for _time in range(2):
        assert send(client, "apply", village=here.villages[0].pk, motive="", fit="on").status_code == 302
    assert Volunteer.objects.count() == 1


def test_a_head_names_somebody_of_her_homes(here, client):
    as_(client, here.household_head)
    page = send(client, "apply", who="没有这个人", village=here.villages[0].pk, fit="on")
    assert page.status_code == 200
    send(client, "apply", who=here.residents[0].phone, village=here.villages[0].pk, fit="on", key="again")
    assert Volunteer.objects.get().person == here.residents[0]


def test_a_head_recommends_on_her_phone_and_the_badge_goes(here, client):
    volunteer = make_volunteer(here, status=Status.APPLIED)
    assert offered(here.household_head, "patrols.waiting") == (True, 1)
    as_(client, here.household_head)
    assert volunteer.person.name in ask(client, "waiting").text
    assert send(client, "recommend", volunteer.pk, answer="yes", opinion="好").url == reverse("patrols:waiting")
    volunteer.refresh_from_db()
    assert volunteer.status == Status.RECOMMENDED
    assert offered(here.household_head, "patrols.waiting") == (True, 0)
    assert offered(here.village_cadre, "patrols.waiting") == (True, 1)


def test_a_refusal_without_a_reason_is_asked_again(here, client):
    volunteer = make_volunteer(here, status=Status.RECOMMENDED)
    as_(client, here.village_cadre)
    assert send(client, "review", volunteer.pk, answer="no", opinion="").status_code == 200
    send(client, "review", volunteer.pk, answer="no", opinion="常年在外", key="again")
    volunteer.refresh_from_db()
    assert volunteer.status == Status.DECLINED


def test_a_head_of_another_village_finds_nobody(here, client):
    away = make_volunteer(here, village=here.villages[1], status=Status.APPLIED)
    as_(client, here.household_head)
    assert ask(client, "application", away.pk).status_code == 404
    assert ask(client, "recommend", away.pk).status_code == 404


def test_the_list_of_applications_costs_the_same_for_one_and_for_three(here, client, django_assert_max_num_queries):
    as_(client, here.household_head)
    make_volunteer(here, status=Status.APPLIED)
    one = queries(client, reverse("patrols:waiting"), django_assert_max_num_queries)
    for no in (2, 3):
        make_volunteer(here, name=f"志愿{no}", status=Status.APPLIED)
    assert queries(client, reverse("patrols:waiting"), django_assert_max_num_queries) == one


# Shifts


def test_a_volunteer_takes_a_place_and_gives_it_back(here, volunteer, client, now):
    shift = make_shift(here, starts_at=now + timedelta(hours=5), at=now)
    as_(client, here.volunteer)
    assert here.aux_police.name in ask(client, "shifts").text
    assert send(client, "sign-up", shift.pk).url == shift.get_absolute_url()
    assert f"tel:{here.aux_police.phone}" in client.get(shift.get_absolute_url()).text
    assert send(client, "give-back", shift.pk).url == reverse("patrols:shifts")
    assert SignUp.objects.in_force().count() == 0


def test_who_is_no_volunteer_reads_why_he_cannot_take_a_place(here, client, now):
    shift = make_shift(here, starts_at=now + timedelta(hours=5), at=now)
    assert send(as_(client, here.household_head), "sign-up", shift.pk).status_code == 200
    assert not SignUp.objects.exists()


def test_a_shift_of_another_village_does_not_exist(here, volunteer, client, now):
    shift = make_shift(here, village=here.villages[1], starts_at=now + timedelta(hours=5), at=now)
    assert ask(as_(client, here.volunteer), "shift", shift.pk).status_code == 404


def test_the_list_of_shifts_costs_the_same_for_one_and_for_three(here, volunteer, client, now, django_assert_max_num_queries):
    as_(client, here.volunteer)
    make_shift(here, starts_at=now + timedelta(hours=5), at=now)
    one = queries(client, reverse("patrols:shifts"), django_assert_max_num_queries)
    for no in (1, 2):
        make_shift(here, starts_at=now + timedelta(days=no), at=now)
    assert queries(client, reverse("patrols:shifts"), django_assert_max_num_queries) == one


# Patrols


def test_a_leader_starts_at_once_reports_and_ends(here, volunteer, client):
    as_(client, here.aux_police)
    page = send(client, "start", village=here.villages[0].pk, kind=PatrolKind.NIGHT)
    patrol = Patrol.objects.get()
    assert page.url == patrol.get_absolute_url()
    assert send(client, "find-other", patrol.pk, text="路灯不亮", place="村口").url == page.url
    assert "路灯不亮" in client.get(page.url).text
    assert send(client, "end", patrol.pk, others=[volunteer.pk], kilometres="3.5", note="").url == page.url
    assert Attendance.objects.get().volunteer == volunteer


def test_another_officer_does_not_end_it_on_his_phone(here, client, now):
    patrol = services.start_patrol(by=here.aux_police, at=now, village=here.villages[0], kind="night")
    assert ask(as_(client, here.officer), "end", patrol.pk).status_code == 403


def test_a_volunteer_is_not_offered_the_box_of_protected_cases(here, volunteer, client, now):
    shift = make_shift(here, starts_at=now + timedelta(minutes=30), at=now)
    services.take_place(shift=shift, by=here.volunteer, at=now)
    patrol = services.start_patrol(shift=shift, by=here.aux_police, at=now)
    assert 'name="protected"' not in ask(as_(client, here.volunteer), "find-dispute", patrol.pk).text
    assert 'name="protected"' in ask(as_(client, here.aux_police), "find-dispute", patrol.pk).text


def test_a_volunteer_reads_his_own_attendances_and_nobody_elses(here, volunteer, client, now):
    patrol = services.start_patrol(by=here.aux_police, at=now - timedelta(hours=2), village=here.villages[0], kind="night")
    services.end_patrol(patrol=patrol, present=[volunteer], by=here.aux_police, at=now)
    as_(client, here.volunteer)
    assert patrol.get_absolute_url() in ask(client, "record").text
    other = services.start_patrol(by=here.officer, at=now - timedelta(hours=1), village=here.villages[0], kind="night")
    assert ask(client, "patrol", other.pk).status_code == 404


def test_the_record_costs_the_same_for_one_and_for_three(here, volunteer, client, now, django_assert_max_num_queries):
    def walk(days):
        at = now - timedelta(days=days)
        patrol = services.start_patrol(by=here.aux_police, at=at, village=here.villages[0], kind="night")
        services.end_patrol(patrol=patrol, present=[volunteer], by=here.aux_police, at=at + timedelta(hours=1))

    as_(client, here.volunteer)
    walk(1)
    one = queries(client, reverse("patrols:record"), django_assert_max_num_queries)
    walk(2)
    walk(3)
    assert queries(client, reverse("patrols:record"), django_assert_max_num_queries) == one
