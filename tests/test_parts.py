"""Rows that belong to another row are seen by those who see that one, and never across stations."""

from points.models import EvaluationPeriod, PeriodStep, RedemptionLine
from shengkang.organization.models import Coverage, Membership
from tests.points.makers import hold, make_goods, make_wallet


def test_the_villages_a_station_serves_are_seen_from_that_station_only(world):
    seen = Coverage.objects.visible_to(world.here.officer)
    assert {each.unit for each in seen} == set(world.here.villages)


def test_roles_are_seen_with_their_accounts(world):
    assert {each.user for each in Membership.objects.visible_to(world.here.household_head)} == {world.here.household_head}
    stations = {
        each.user.station for each in Membership.objects.visible_to(world.here.station_chief).select_related("user__station")
    }
    assert stations == {world.here.station}


def test_the_steps_of_a_period_stay_in_their_station(world):
    periods = {}
    for side in (world.here, world.there):
        period = EvaluationPeriod.objects.create(station=side.station, starts_on="2026-03-01", ends_on="2026-03-31")
        PeriodStep.objects.create(period=period, from_status="open", to_status="review", by=side.officer, at=world.now)
        periods[side.station.pk] = period
    assert [step.period for step in PeriodStep.objects.visible_to(world.here.officer)] == [periods[world.here.station.pk]]


def test_the_lines_of_a_slip_are_seen_by_its_keeper_and_not_next_door(world):
    slips = {
        side.station.pk: hold(side, make_wallet(side, points=100), {make_goods(side, price=20): 1})
        for side in (world.here, world.there)
    }
    seen = RedemptionLine.objects.visible_to(world.here.shop_keeper)
    assert [line.redemption for line in seen] == [slips[world.here.station.pk]]
    assert list(RedemptionLine.objects.visible_to(world.here.household_head)) == []
