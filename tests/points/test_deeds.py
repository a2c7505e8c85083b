from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from points.models import Deed
from points.services.deeds import (
    AlreadyConfirmed,
    DayRefused,
    NotTakingPart,
    OwnDeed,
    ProtectedCase,
    RuleNotInForce,
    SecondPersonNeeded,
    confirm_deed,
    record_deed,
)
from shengkang.organization.models import Consent
from tests.points.facts import closed, deed, on, period_of, published, settled_case, with_tariff
from tests.world import NOW, make_unit, make_user

DAY = date(2026, 3, 10)


@pytest.fixture
def here(world):
    return with_tariff(world.here)


def record(here, **changes):
    given = {
        "person": here.residents[0],
        "rule": here.rules[16],
        "text": "救火",
        "done_on": DAY,
        "by": here.household_head,
        "at": NOW,
    }
    return record_deed(**given | changes)


def test_nobody_records_his_own_deed(here):
    with pytest.raises(OwnDeed):
        record(here, person=here.household_head.person)
    assert not Deed.objects.exists()


def test_nobody_confirms_his_own_deed(here):
    told = record(here, person=here.household_head.person, by=here.volunteer)
    with pytest.raises(OwnDeed):
        confirm_deed(deed=told, by=here.household_head, at=NOW)


def test_who_recorded_a_deed_does_not_confirm_it(here):
    told = record(here)
    with pytest.raises(SecondPersonNeeded):
        confirm_deed(deed=told, by=here.household_head, at=NOW)


def test_a_person_who_does_not_take_part_is_not_written_down(here):
    Consent.objects.filter(person=here.residents[0]).update(withdrawn_at=NOW)
    with pytest.raises(NotTakingPart):
        record(here)


def test_a_person_of_another_station_is_not_written_down(world, here):
    there = with_tariff(world.there)
    with pytest.raises(NotTakingPart):
        record(here, person=there.residents[0])


@pytest.mark.parametrize("no", [0, 44, 45, 47])
def test_what_the_evaluation_finds_by_itself_is_not_recorded_by_hand(here, no):
    with pytest.raises(RuleNotInForce):
        record(here, rule=here.rules[no])


def test_a_rule_counts_only_on_days_it_is_in_force(world, here):
    with pytest.raises(RuleNotInForce):
        record(here, done_on=date(2025, 12, 31))
    with pytest.raises(RuleNotInForce):
        record(here, rule=with_tariff(world.there).rules[16])


def test_a_deed_is_not_recorded_before_it_is_done(here):
    with pytest.raises(DayRefused):
        record(here, done_on=date(2026, 3, 12))


def test_a_protected_case_is_not_named_in_a_deed(here):
    with pytest.raises(ProtectedCase):
        record(here, case=settled_case(here, "A1", on(3, 4), restricted=True))


def test_a_published_month_takes_no_more_deeds(here):
    waiting = record(here)
    published(here, period_of(here))
    with pytest.raises(DayRefused):
        record(here, at=on(4, 3))
    with pytest.raises(DayRefused):
        confirm_deed(deed=waiting, by=here.officer, at=on(4, 3))


def test_a_third_person_is_told_that_it_is_done(here):
    told = confirm_deed(deed=record(here), by=here.officer, at=NOW)
    with pytest.raises(AlreadyConfirmed):
        confirm_deed(deed=told, by=here.station_chief, at=NOW)


def test_the_database_refuses_a_confirmation_by_the_recorder(here):
    told = record(here)
    with pytest.raises(IntegrityError, match="deed_confirmed_by_a_second_person"), transaction.atomic():
        Deed.objects.filter(pk=told.pk).update(confirmed_by=told.by, confirmed_at=NOW)


def test_the_database_refuses_that_somebody_rewards_himself(here):
    with pytest.raises(IntegrityError, match="his own deed"), transaction.atomic():
        deed(here, here.household_head.person, 16, DAY, confirmed=False, by=here.household_head)
    told = deed(here, here.household_head.person, 16, DAY, confirmed=False)
    with pytest.raises(IntegrityError, match="his own deed"), transaction.atomic():
        Deed.objects.filter(pk=told.pk).update(confirmed_by=here.household_head, confirmed_at=NOW)


def test_the_database_keeps_a_deed_within_one_station(world, here):
    there = with_tariff(world.there)
    with pytest.raises(DatabaseError, match="one station"), transaction.atomic():
        deed(here, there.residents[0], 16, DAY)


def test_a_deed_is_confirmed_by_a_second_person_and_once(here):
    told = confirm_deed(deed=record(here), by=here.officer, at=NOW)
    assert (told.confirmed_by, told.confirmed_at) == (here.officer, NOW)
    assert confirm_deed(deed=told, by=here.officer, at=on(3, 12)).confirmed_at == NOW


def test_everyone_is_asked_only_for_what_he_may_confirm(world, here):
    there = with_tariff(world.there)
    far = make_unit(here.town, "village", "429901109999", "远村")
    elsewhere = make_user(here.station, far, "household_head", "远头", "19900009999")
    mine, other = record(here), record(here, by=here.officer, person=here.residents[1])
    deed(here, here.household_head.person, 16, DAY, confirmed=False)
    waiting = {
        user.phone: set(Deed.objects.waiting_for(user).values_list("pk", flat=True))
        for user in (here.household_head, elsewhere, here.volunteer, there.household_head, there.officer)
    }
    assert list(waiting.values()) == [{other.pk}, set(), set(), set(), set()]
    assert mine in Deed.objects.waiting_for(here.officer)


def test_a_closed_period_keeps_the_deeds_it_paid(here):
    told = deed(here, here.residents[0], 16, DAY)
    period = closed(here, period_of(here))
    assert period.lines.filter(deed=told).exists()
