"""A patrol starts and ends with its leader, who says who was there."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from patrols import selectors, services
from patrols.models import Attendance, Patrol, PatrolKind
from patrols.moves import Status
from shengkang.organization.models import Presence
from shengkang.organization.services import UnitNotServed
from tests.patrols.conftest import make_account, make_shift, make_volunteer
from tests.world import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def start(here, by=None, at=NOW, **fields):
    given = {"village": here.villages[0], "kind": PatrolKind.NIGHT} if "shift" not in fields else {}
    return services.start_patrol(by=by or here.aux_police, at=at, **given | fields)


def end(patrol, present=(), by=None, at=NOW + 2 * HOUR, **fields):
    return services.end_patrol(patrol=patrol, present=present, by=by or patrol.leader, at=at, **fields)


# Starting


@pytest.mark.parametrize("who", ["station_chief", "household_head", "volunteer", "village_cadre"])
def test_only_an_officer_or_auxiliary_starts_a_patrol(here, who):
    with pytest.raises(services.NotTheLeader):
        start(here, by=getattr(here, who))


def test_nobody_is_on_two_patrols(here):
    start(here)
    with pytest.raises(services.PatrolRefused):
        start(here, village=here.villages[1])


def test_a_patrol_needs_a_village_of_the_station_and_a_kind(world):
    here = world.here
    with pytest.raises(services.PatrolRefused):
        services.start_patrol(by=here.aux_police, at=NOW)
    with pytest.raises(UnitNotServed):
        start(here, village=world.there.villages[0])


def test_a_shift_is_started_by_its_leader_alone_once_and_around_its_hours(here):
    shift = make_shift(here, starts_at=NOW + 3 * HOUR)
    with pytest.raises(services.NotTheLeader):
        start(here, by=here.officer, shift=shift, at=NOW + 3 * HOUR)
    for at in (NOW + 1.9 * HOUR, NOW + 5 * HOUR):
        with pytest.raises(services.PatrolRefused):
            start(here, shift=shift, at=at)
    patrol = start(here, shift=shift, at=NOW + 2 * HOUR)
    assert (patrol.village, patrol.kind) == (shift.village, shift.kind)
    end(patrol, at=NOW + 3 * HOUR)
    with pytest.raises(services.PatrolRefused):
        start(here, shift=shift, at=NOW + 4 * HOUR)


def test_a_cancelled_shift_is_not_started(here):
    shift = make_shift(here, starts_at=NOW + HOUR)
    services.cancel_shift(shift=shift, reason="雷雨", by=here.officer, at=NOW)
    with pytest.raises(services.PatrolRefused):
        start(here, shift=shift, at=NOW + HOUR)


def test_the_leader_is_on_duty_from_the_start_to_the_end(here):
    patrol = start(here, latitude=31.4, longitude=112.1)
    assert Presence.objects.get(user=here.aux_police).latitude == 31.4
    end(patrol)
    assert not Presence.objects.filter(user=here.aux_police).exists()


# Ending


def test_a_patrol_is_ended_by_its_leader(here):
    patrol = start(here)
    for by in (here.officer, here.station_chief, here.volunteer):
        with pytest.raises(services.NotTheLeader):
            end(patrol, by=by)


def test_a_patrol_is_ended_once(here):
    patrol = end(start(here))
    with pytest.raises(services.PatrolRefused):
        end(patrol)


def test_who_was_there_gets_the_minutes_from_start_to_end(here, volunteer):
    end(start(here), [volunteer], at=NOW + timedelta(minutes=95))
    there = Attendance.objects.get()
    assert (there.volunteer, there.minutes, there.by) == (volunteer, 95, here.aux_police)


def test_only_enrolled_volunteers_of_the_station_were_there(world):
    patrol = start(world.here)
    for present in (make_volunteer(world.there), make_volunteer(world.here, status=Status.LEFT)):
        with pytest.raises(services.AttendanceRefused):
            end(patrol, [present])
    assert Patrol.objects.get().ended_at is None


def test_nobody_confirms_his_own_attendance(here):
    himself = make_volunteer(here, person=here.aux_police.person)
    with pytest.raises(services.AttendanceRefused):
        end(start(here), [himself])


def test_nobody_was_on_two_patrols_at_the_same_time(here, volunteer):
    first, second = start(here), start(here, by=here.officer)
    end(first, [volunteer])
    with pytest.raises(services.AttendanceRefused):
        end(second, [volunteer])


def test_a_forgotten_patrol_is_ended_by_an_officer_with_the_time_when_it_ended(here, volunteer):
    patrol, later = start(here), NOW + 13 * HOUR
    assert list(selectors.forgotten(here.officer, later)) == [patrol]
    assert list(selectors.forgotten(here.officer, NOW + 11 * HOUR)) == []
    with pytest.raises(services.PatrolRefused):
        end(patrol, [volunteer], by=here.officer, at=later)
    with pytest.raises(services.NotTheLeader):
        end(patrol, [volunteer], by=here.household_head, at=later, ended_at=NOW + 2 * HOUR)
    for wrong in (NOW, NOW - HOUR, NOW + 12.5 * HOUR, later + HOUR):
        with pytest.raises(services.PatrolRefused):
            end(patrol, [volunteer], by=here.officer, at=later, ended_at=wrong)
    end(patrol, [volunteer], by=here.officer, at=later, ended_at=NOW + 2 * HOUR)
    assert Attendance.objects.get().minutes == 120


# Who is offered


def test_those_signed_up_are_ticked_and_the_leader_is_not_offered(here, volunteer):
    other = make_volunteer(here, name="志愿乙")
    make_volunteer(here, village=here.villages[1], name="邻村志愿")
    make_volunteer(here, person=here.aux_police.person)
    shift = make_shift(here, starts_at=NOW + HOUR)
    services.take_place(shift=shift, by=here.volunteer, at=NOW)
    patrol = start(here, shift=shift, at=NOW + HOUR)
    assert list(selectors.present_by_default(patrol)) == [volunteer]
    assert set(selectors.may_have_been_there(patrol)) == {volunteer, other}


def test_a_volunteer_reads_his_own_quarter(here, volunteer):
    end(start(here), [volunteer], at=NOW + timedelta(minutes=90))
    long_ago = NOW - timedelta(days=120)
    end(start(here, at=long_ago), [volunteer], at=long_ago + HOUR)
    quarter = selectors.quarter_of(volunteer, NOW + 3 * HOUR)
    assert (quarter.times, quarter.hours, quarter.begins.isoformat()) == (1, 1.5, "2026-01-01")


def test_others_do_not_see_a_patrol_they_have_nothing_to_do_with(world):
    here = world.here
    volunteer = make_volunteer(here, person=here.volunteer.person)
    patrol = end(start(here), [volunteer])
    seen = {name for name in ("aux_police", "volunteer", "officer", "household_head", "resident") if
            Patrol.objects.visible_to(getattr(here, name)).filter(pk=patrol.pk).exists()}  # fmt: skip
    assert seen == {"aux_police", "volunteer", "officer"}
    assert not Patrol.objects.visible_to(world.there.officer).exists()
    account = make_account(here, make_volunteer(here, name="志愿丙"), "19900018888")
    assert not Patrol.objects.visible_to(account).exists()


# What the database never lets in


@pytest.mark.parametrize("wrong", [{"ended_at": NOW}, {"kilometres": -1}])
def test_the_database_refuses_a_patrol_that_cannot_be(here, wrong):
    patrol = start(here)
    with pytest.raises(IntegrityError), transaction.atomic():
        Patrol.objects.filter(pk=patrol.pk).update(**wrong)


def test_the_database_refuses_a_leader_on_two_patrols(here):
    start(here)
    with pytest.raises(IntegrityError), transaction.atomic():
        Patrol.objects.create(
            station=here.station, village=here.villages[0], kind="night", leader=here.aux_police, started_at=NOW
        )


@pytest.mark.parametrize("minutes", [0, 24 * 60 + 1])
def test_the_database_refuses_an_attendance_outside_a_day(here, volunteer, minutes):
    patrol = start(here)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendance.objects.create(patrol=patrol, volunteer=volunteer, minutes=minutes, by=here.aux_police, at=NOW)


def test_an_attendance_is_never_edited(here, volunteer):
    end(start(here), [volunteer])
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Attendance.objects.update(minutes=600)
