"""Homes and residents by the hundred, with the checks of one."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from households import many
from households.models import Assignment, Home, HouseholdHead, Resident
from households.services import DayRefused, HeadRefused, HomeAlreadyRegistered, LivesElsewhere, NotYourHome
from shengkang.organization.bulk import copy_rows, draw_ids
from shengkang.organization.services import UnitNotServed
from tests.world import NOW, make_person

TODAY = NOW.date()


def who(place):
    return {"station": place.station, "by": place.officer, "at": NOW}


def test_no_home_is_added_where_one_may_not_be(world):
    here, village = world.here, world.here.villages[0]
    good = many.NewHome(village, None, "9号", "张三")
    for refusal, bad in (
        (UnitNotServed, many.NewHome(world.there.villages[0], None, "9号", "李四")),
        (HomeAlreadyRegistered, many.NewHome(village, None, "9号", "李四")),
        (HomeAlreadyRegistered, many.NewHome(village, None, here.homes[0].address.door, "李四")),
    ):
        with pytest.raises(refusal):
            many.register_homes(homes=[good, bad], **who(here))
    assert Home.objects.filter(station=here.station).count() == 3


def test_the_other_stations_homes_are_refused(world):
    here, far = world.here, world.there.homes[0]
    with pytest.raises(NotYourHome):
        many.mend_homes(changes={far.pk: {"householder": "改名"}}, **who(here))
    person = make_person(here.station, here.villages[0], "张三")
    with pytest.raises(NotYourHome):
        many.move_in_people(moves=[many.MovingIn(far.pk, person.pk, TODAY)], **who(here))
    with pytest.raises(NotYourHome):
        many.entrust_homes(heads={far.pk: here.head.pk}, on=TODAY, **who(here))


def test_nobody_moves_in_twice_or_tomorrow(world):
    here, home = world.here, world.here.homes[2]
    new, known = make_person(here.station, here.villages[0], "张三"), here.residents[0]
    for refusal, moves in (
        (LivesElsewhere, [(new, TODAY), (new, TODAY)]),
        (LivesElsewhere, [(new, TODAY), (known, TODAY)]),
        (DayRefused, [(new, TODAY + timedelta(days=1))]),
    ):
        with pytest.raises(refusal):
            many.move_in_people(moves=[many.MovingIn(home.pk, person.pk, on) for person, on in moves], **who(here))
    assert not Resident.objects.filter(home=home).exists()


def test_residences_are_mended_not_ahead_and_only_at_home(world):
    here, resident = world.here, world.here.residents[0].residences.get()
    far = world.there.residents[0].residences.get()
    with pytest.raises(DayRefused):
        many.mend_residents(changes={resident.pk: {"moved_in_on": TODAY + timedelta(days=1)}}, **who(here))
    many.mend_residents(changes={resident.pk: {"need": "alone"}, far.pk: {"need": "alone"}}, **who(here))
    resident.refresh_from_db()
    far.refresh_from_db()
    assert (resident.need, resident.moved_in_on, far.need) == ("alone", here.head.active_from, "")


def test_homes_are_entrusted_to_serving_heads_only_and_not_twice(world):
    here, home = world.here, world.here.homes[0]
    with pytest.raises(HeadRefused):
        many.entrust_homes(heads={home.pk: world.there.head.pk}, on=TODAY, **who(here))
    with pytest.raises(DayRefused):
        many.entrust_homes(heads={home.pk: here.head.pk}, on=TODAY + timedelta(days=1), **who(here))
    many.entrust_homes(heads={home.pk: here.head.pk}, on=TODAY, **who(here))
    assert home.assignments.get().active_from == here.head.active_from
    HouseholdHead.objects.filter(pk=here.head.pk).update(active_to=TODAY)
    with pytest.raises(HeadRefused):
        many.entrust_homes(heads={home.pk: here.head.pk}, on=TODAY, **who(here))


def test_the_databases_own_rules_hold_for_sets(world):
    """Constraints and triggers are not walked around: a key to another station, a home with two heads."""
    here = world.here
    [pk] = draw_ids(Assignment, 1)
    names = ["id", "head_id", "home_id", "active_from"]
    for head, home in ((here.head, world.there.homes[2]), (here.head, here.homes[0])):
        with pytest.raises(IntegrityError), transaction.atomic():
            copy_rows(Assignment, names, [(pk, head.pk, home.pk, TODAY)])
