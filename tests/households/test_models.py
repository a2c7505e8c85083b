"""What must never be around the homes, proved at the database."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from households.models import Assignment, Home, HouseholdHead, Resident, Sighting, Visit
from shengkang.cases import services as cases
from shengkang.cases.models import Category
from shengkang.organization.access import Role
from shengkang.organization.models import Address
from tests.world import NOW, make_home, make_person, make_unit, make_user


def second_head(place, **fields):
    user = make_user(place.station, place.villages[0], Role.HOUSEHOLD_HEAD, "另一位", f"1770000{place.station.pk:04}")
    given = {"station": place.station, "village": place.villages[0], "user": user, "active_from": date(2026, 1, 1)}
    return HouseholdHead.objects.create(**given | fields)


def assign(head, home, start, end):
    return Assignment.objects.create(head=head, home=home, active_from=start, active_to=end)


D = date


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (D(2026, 2, 1), D(2026, 2, 28)),  # inside
        (D(2026, 1, 1), None),  # around
        (D(2026, 1, 1), D(2026, 2, 2)),  # its first day
        (D(2026, 2, 27), D(2026, 4, 1)),  # its last day
    ],
)
def test_two_heads_on_one_day_are_refused_by_the_database(world, start, end):
    home = world.here.homes[2]
    assign(world.here.head, home, D(2026, 2, 1), D(2026, 2, 28))
    with pytest.raises(IntegrityError, match="home_has_one_head_at_a_time"), transaction.atomic():
        assign(second_head(world.here), home, start, end)


@pytest.mark.parametrize(("start", "end"), [(D(2026, 2, 28), None), (D(2026, 1, 1), D(2026, 2, 1))])
def test_one_head_may_begin_on_the_day_the_other_ends(world, start, end):
    """An assignment covers the days from the first up to, but not including, the last."""
    home = world.here.homes[2]
    assign(world.here.head, home, D(2026, 2, 1), D(2026, 2, 28))
    assert assign(second_head(world.here), home, start, end).pk


def test_an_assignment_cannot_run_backwards(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        assign(world.here.head, world.here.homes[2], D(2026, 2, 2), D(2026, 2, 1))


def test_a_person_lives_in_one_home(world):
    with pytest.raises(IntegrityError, match="resident_lives_in_one_home"), transaction.atomic():
        Resident.objects.create(home=world.here.homes[2], person=world.here.residents[0], moved_in_on=NOW.date())


def test_a_quarrel_without_a_case_is_refused(world):
    with pytest.raises(IntegrityError, match="sighting_of_a_quarrel_has_a_case"), transaction.atomic():
        Sighting.objects.create(
            station=world.here.station,
            village=world.here.villages[0],
            by=world.here.household_head,
            kind="quarrel",
            text="x",
            at=NOW,
        )


def crossing(name, here, there):
    """A row of each kind whose keys lead to two stations."""
    sighting = {"station": here.station, "village": here.villages[0], "by": here.household_head, "text": "x", "at": NOW}
    return {
        "home by its address": lambda: Home.objects.create(
            station=here.station,
            address=Address.objects.create(station=there.station, village=there.villages[0], door="99号"),
            householder="x",
        ),
        "resident by the person": lambda: Resident.objects.create(
            home=here.homes[2], person=make_person(there.station, there.villages[0], "外人"), moved_in_on=NOW.date()
        ),
        "head by the account": lambda: second_head(here, station=there.station),
        "assignment by the home": lambda: assign(here.head, there.homes[2], NOW.date(), None),
        "sighting by the home": lambda: Sighting.objects.create(**sighting, kind="other", home=there.homes[0]),
        "sighting by its author": lambda: Sighting.objects.create(**sighting | {"by": there.household_head}, kind="other"),
        "sighting by the case": lambda: Sighting.objects.create(**sighting, kind="quarrel", case=case_at(there)),
        "visit by the home": lambda: Visit.objects.create(
            station=here.station, home=there.homes[0], by=here.household_head, kind="care", at=NOW
        ),
    }[name]()


def case_at(place):
    return cases.open_case(
        station=place.station,
        village=place.villages[0],
        category=Category.objects.first(),
        channel="visit",
        story="x",
        by=place.officer,
        at=NOW,
    )


@pytest.mark.parametrize(
    "name",
    [
        "home by its address",
        "resident by the person",
        "head by the account",
        "assignment by the home",
        "sighting by the home",
        "sighting by its author",
        "sighting by the case",
        "visit by the home",
    ],
)
def test_a_key_to_another_station_is_refused(world, name):
    with pytest.raises(IntegrityError, match="a key leads to another station"), transaction.atomic():
        crossing(name, world.here, world.there)


def test_a_key_turned_to_another_station_later_is_refused_too(world):
    with pytest.raises(IntegrityError, match="a key leads to another station"), transaction.atomic():
        Assignment.objects.filter(home=world.here.homes[0]).update(home=world.there.homes[2])


@pytest.mark.parametrize("table", ["households_home", "households_householdhead", "organization_person", "organization_address"])
def test_a_row_stays_with_its_station(world, table):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET station_id = %s WHERE station_id = %s", [world.there.station.pk, world.here.station.pk]
        )


@pytest.mark.parametrize("table", ["households_sighting", "households_visit"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_was_told_is_not_edited(world, table, statement):
    Sighting.objects.create(
        station=world.here.station, village=world.here.villages[0], by=world.here.household_head, kind="other", text="x", at=NOW
    )
    Visit.objects.create(station=world.here.station, home=world.here.homes[0], by=world.here.household_head, kind="care", at=NOW)
    with pytest.raises(Exception, match=r"permission denied|Cannot|facts"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def test_who_sees_which_homes(world):
    here = world.here
    assert list(Home.objects.visible_to(here.officer)) == here.homes
    assert list(Home.objects.visible_to(here.household_head)) == here.homes[:2]
    for stranger in (here.resident, here.shop_keeper, here.township_leader, here.volunteer, here.post_liaison):
        assert list(Home.objects.visible_to(stranger)) == []
    assert list(Home.objects.visible_to(world.there.officer)) == world.there.homes


def test_an_auxiliary_sees_the_homes_of_the_village_he_is_posted_to(world):
    here = world.here
    other = make_home(here.station, here.villages[1], "1号", "别村")
    posted = make_user(here.station, here.villages[1], Role.AUX_POLICE, "驻村", "17799990000")
    assert list(Home.objects.visible_to(posted)) == [other]
    assert list(Home.objects.visible_to(here.aux_police)) == []


def test_homes_are_found_by_door_householder_resident_and_pinyin(world):
    here = world.here
    homes = Home.objects.visible_to(here.officer)
    for text in ("1号", "户主11", "居民11", "ju min 11"):
        assert list(homes.matching(text)) == [here.homes[0]], text
    assert list(homes.matching("没有")) == []


def test_doors_of_a_group_stand_with_their_group(world):
    group = make_unit(world.here.villages[0], "group", "01", "一组")
    address = Address.objects.create(station=world.here.station, village=world.here.villages[0], group=group, door="1号")
    assert str(address) == f"{world.here.villages[0]}一组1号"
