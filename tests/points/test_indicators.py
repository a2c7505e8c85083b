"""What is counted about points."""

from datetime import date

from django.db.models import Sum

from points import indicators
from points.models import Wallet
from tests.reports import facts
from tests.reports.facts import on

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)


def total(world, part, first=FEBRUARY, until=MARCH):
    return part.between(world.here.station, first, until, world.now).aggregate(s=Sum(part.amount))["s"] or 0


def test_awarded_less_redeemed_is_outstanding(world):
    facts.an_award(world.here, on(2026, 2, 3), 30)
    facts.a_redemption(world.here, on(2026, 2, 9), 8)
    assert [total(world, part) for part in (indicators.awarded, indicators.redeemed, indicators.outstanding)] == [30, 8, 22]


def test_what_was_outstanding_then_does_not_move_with_what_comes_later(world):
    facts.an_award(world.here, on(2026, 2, 3), 30)
    facts.a_redemption(world.here, on(2026, 3, 2), 8)
    facts.an_award(world.here, on(2026, 3, 3), 5, person=1)
    assert total(world, indicators.outstanding) == 30
    assert total(world, indicators.outstanding, MARCH, APRIL) == 27
    assert total(world, indicators.outstanding, MARCH, APRIL) == Wallet.objects.aggregate(s=Sum("balance"))["s"]


def test_another_stations_points_are_not_counted(world):
    facts.an_award(world.there, on(2026, 2, 3), 30)
    facts.a_redemption(world.there, on(2026, 2, 4), 3)
    parts = (indicators.awarded, indicators.redeemed, indicators.outstanding, indicators.taking_part)
    assert [part.between(world.here.station, FEBRUARY, MARCH, world.now).count() for part in parts] == [0, 0, 0, 0]


def test_a_confidential_rule_is_not_named(world):
    award = facts.an_award(world.here, on(2026, 2, 3), 5, confidential=True)
    assert award.rule.name not in str(indicators.awarded.describe(award)["sort"])


def test_people_take_part_when_their_points_move(world):
    facts.an_award(world.here, on(2026, 2, 3), 30)
    facts.an_award(world.here, on(2026, 2, 4), 30)
    assert indicators.taking_part.between(world.here.station, FEBRUARY, MARCH, world.now).count() == 1
    assert indicators.taking_part.between(world.here.station, MARCH, APRIL, world.now).count() == 0
