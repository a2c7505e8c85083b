"""Shifts: who plans them, who takes a place and gives it back, and who is reminded."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from patrols import services
from patrols.models import PatrolKind, Shift, SignUp
from patrols.moves import Status
from shengkang.notices.models import Notice
from shengkang.organization.services import UnitNotServed
from tests.patrols.conftest import make_shift, make_volunteer
from tests.world import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def plan(here, by=None, **fields):
    given = {
        "village": here.villages[0], "kind": PatrolKind.NIGHT, "starts_at": NOW + HOUR, "ends_at": NOW + 3 * HOUR,
        "meeting_place": "村委会", "leader": here.aux_police, "by": by or here.officer, "at": NOW,
    }  # fmt: skip
    return services.plan_shift(**given | fields)


# Planning


def test_a_shift_is_planned_ahead(here):
    with pytest.raises(services.ShiftRefused):
        plan(here, starts_at=NOW)


@pytest.mark.parametrize("hours", [0, -1, 12.5])
def test_a_shift_runs_forward_for_twelve_hours_at_most(here, hours):
    with pytest.raises(services.ShiftRefused):
        plan(here, ends_at=NOW + HOUR + hours * HOUR)


def test_no_shift_is_planned_in_a_village_of_another_station(world):
    with pytest.raises(UnitNotServed):
        plan(world.here, village=world.there.villages[0])


@pytest.mark.parametrize("leader", ["station_chief", "household_head", "volunteer"])
def test_only_an_officer_or_auxiliary_leads(here, leader):
    with pytest.raises(services.ShiftRefused):
        plan(here, leader=getattr(here, leader))


def test_nobody_of_another_station_leads(world):
    with pytest.raises(services.ShiftRefused):
        plan(world.here, leader=world.there.aux_police)


def test_a_leader_is_in_one_place_at_a_time(here):
    plan(here)
    with pytest.raises(services.LeaderBusy):
        plan(here, village=here.villages[1], starts_at=NOW + 2 * HOUR)
    assert plan(here, starts_at=NOW + 3 * HOUR, ends_at=NOW + 4 * HOUR).pk


def test_an_auxiliary_plans_only_what_he_leads_himself(here):
    assert plan(here, by=here.aux_police).leader == here.aux_police
    with pytest.raises(services.ShiftRefused):
        plan(here, by=here.aux_police, leader=here.officer)


def test_weeks_are_planned_as_one_set_or_not_at_all(here):
    given = {
        "village": here.villages[0], "kind": PatrolKind.NIGHT, "starts_at": NOW + HOUR, "ends_at": NOW + 2 * HOUR,
        "meeting_place": "村委会", "leader": here.aux_police, "by": here.officer, "at": NOW,
    }  # fmt: skip
    plan(here, starts_at=NOW + HOUR + timedelta(weeks=2), ends_at=NOW + 2 * HOUR + timedelta(weeks=2))
    with pytest.raises(services.LeaderBusy), transaction.atomic():
        services.plan_shifts(weeks=3, **given)
    assert Shift.objects.count() == 1
    with pytest.raises(services.ShiftRefused):
        services.plan_shifts(weeks=27, **given)
    assert [each.starts_at for each in services.plan_shifts(weeks=2, **given)] == [NOW + HOUR, NOW + HOUR + timedelta(weeks=1)]


def test_another_leader_takes_a_shift_over_while_it_is_to_come(here):
    shift = plan(here)
    with pytest.raises(services.ShiftRefused):
        services.change_leader(shift=shift, leader=here.officer, by=here.officer, at=NOW + 4 * HOUR)
    assert services.change_leader(shift=shift, leader=here.officer, by=here.officer, at=NOW).leader == here.officer


# Taking a place


def test_who_is_not_enrolled_takes_no_place(here):
    shift = make_shift(here)
    for status in set(Status) - {Status.ENROLLED}:
        volunteer = make_volunteer(here, name=f"志{status[:3]}", status=status)
        with pytest.raises(services.SignUpRefused):
            services.sign_up(shift=shift, volunteer=volunteer, by=here.officer, at=NOW)


def test_a_volunteer_of_another_station_takes_no_place(world):
    away = make_volunteer(world.there)
    with pytest.raises(services.SignUpRefused):
        services.sign_up(shift=make_shift(world.here), volunteer=away, by=world.here.officer, at=NOW)


def test_nobody_signs_somebody_else_up(here, volunteer):
    other = make_volunteer(here, name="志愿乙")
    with pytest.raises(services.ShiftRefused):
        services.sign_up(shift=make_shift(here), volunteer=other, by=here.volunteer, at=NOW)


def test_a_volunteer_signs_up_in_his_own_village_and_an_officer_anywhere(here, volunteer):
    shift = make_shift(here, village=here.villages[1])
    with pytest.raises(services.SignUpRefused):
        services.sign_up(shift=shift, volunteer=volunteer, by=here.volunteer, at=NOW)
    assert services.sign_up(shift=shift, volunteer=volunteer, by=here.officer, at=NOW).volunteer == volunteer
    assert Notice.objects.get(to=here.volunteer).kind == "patrols.added"


def test_a_cancelled_or_running_shift_takes_nobody(here, volunteer):
    shift = make_shift(here)
    services.cancel_shift(shift=shift, reason="雷雨", by=here.officer, at=NOW)
    with pytest.raises(services.ShiftRefused):
        services.sign_up(shift=shift, volunteer=volunteer, by=here.volunteer, at=NOW)
    other = make_shift(here, starts_at=NOW + HOUR)
    with pytest.raises(services.SignUpRefused):
        services.sign_up(shift=other, volunteer=volunteer, by=here.volunteer, at=NOW + HOUR)


def test_signing_up_twice_is_once_and_again_after_giving_back_is_a_new_place(here, volunteer):
    shift = make_shift(here)
    first = services.take_place(shift=shift, by=here.volunteer, at=NOW)
    assert services.take_place(shift=shift, by=here.volunteer, at=NOW) == first
    services.give_place_back(shift=shift, by=here.volunteer, at=NOW)
    assert services.withdraw(sign_up=first, by=here.volunteer, at=NOW + HOUR).withdrawn_at == NOW
    assert services.take_place(shift=shift, by=here.volunteer, at=NOW) != first


def test_nobody_is_in_two_shifts_at_once(here, volunteer):
    services.take_place(shift=make_shift(here), by=here.volunteer, at=NOW)
    same_hours = make_shift(here, leader=here.officer, starts_at=NOW + 10 * HOUR)
    with pytest.raises(services.SignUpRefused):
        services.take_place(shift=same_hours, by=here.volunteer, at=NOW)
    next_hours = make_shift(here, leader=here.officer, starts_at=NOW + 12 * HOUR)
    assert services.take_place(shift=next_hours, by=here.volunteer, at=NOW).pk


def test_a_full_shift_takes_nobody_more(here, volunteer):
    shift = make_shift(here, places=1)
    services.sign_up(shift=shift, volunteer=make_volunteer(here, name="志愿乙"), by=here.officer, at=NOW)
    with pytest.raises(services.ShiftFull):
        services.take_place(shift=shift, by=here.volunteer, at=NOW)


def test_a_place_is_given_back_until_the_shift_starts_and_by_nobody_else(here, volunteer):
    shift = make_shift(here)
    mine = services.take_place(shift=shift, by=here.volunteer, at=NOW)
    with pytest.raises(services.ShiftRefused):
        services.withdraw(sign_up=mine, by=here.resident, at=NOW)
    with pytest.raises(services.SignUpRefused):
        services.withdraw(sign_up=mine, by=here.volunteer, at=shift.starts_at)
    with pytest.raises(services.SignUpRefused):
        services.give_place_back(shift=shift, by=here.resident, at=NOW)


# Cancelling and reminding


def test_a_shift_is_cancelled_once_and_with_a_reason(here):
    shift = make_shift(here)
    with pytest.raises(services.ShiftRefused):
        services.cancel_shift(shift=shift, reason=" ", by=here.officer, at=NOW)
    services.cancel_shift(shift=shift, reason="雷雨", by=here.officer, at=NOW)
    with pytest.raises(services.ShiftRefused):
        services.cancel_shift(shift=shift, reason="雷雨", by=here.officer, at=NOW)


def test_everybody_signed_up_is_told_of_a_cancellation(here, volunteer):
    shift = make_shift(here)
    services.take_place(shift=shift, by=here.volunteer, at=NOW)
    services.cancel_shift(shift=shift, reason="雷雨大风", by=here.officer, at=NOW)
    told = Notice.objects.filter(kind="patrols.cancelled")
    assert set(told.values_list("to", flat=True)) == {here.volunteer.pk, here.aux_police.pk}
    assert not any("雷雨" in each.text for each in told)


def test_those_of_tomorrow_are_reminded_once(here, volunteer):
    tomorrow = make_shift(here, starts_at=NOW + timedelta(days=1))
    later = make_shift(here, starts_at=NOW + timedelta(days=2))
    called_off = make_shift(here, starts_at=NOW + timedelta(days=1, hours=4))
    for shift in (tomorrow, later):
        services.take_place(shift=shift, by=here.volunteer, at=NOW)
    services.cancel_shift(shift=called_off, reason="改期", by=here.officer, at=NOW)
    for _run in range(2):
        assert services.remind_of_shifts(at=NOW + 8 * HOUR) == 2
    reminded = Notice.objects.filter(kind="patrols.reminder")
    assert set(reminded.values_list("to", "link")) == {
        (here.volunteer.pk, tomorrow.get_absolute_url()), (here.aux_police.pk, tomorrow.get_absolute_url())
    }  # fmt: skip


# What the database never lets in


@pytest.mark.parametrize(
    "wrong",
    [{"ends_at": NOW}, {"places": 0}, {"places": 201}, {"cancelled_at": NOW}],
)
def test_the_database_refuses_a_shift_that_cannot_be(here, wrong):
    shift = make_shift(here)
    with pytest.raises(IntegrityError), transaction.atomic():
        Shift.objects.filter(pk=shift.pk).update(**wrong)


def test_the_database_refuses_a_second_place_of_the_same_volunteer(here, volunteer):
    shift = make_shift(here)
    SignUp.objects.create(shift=shift, volunteer=volunteer, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        SignUp.objects.create(shift=shift, volunteer=volunteer, at=NOW)
