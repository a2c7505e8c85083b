"""What is counted about visits."""

from datetime import date

from households import indicators
from tests.reports import facts
from tests.reports.facts import on


def test_three_visits_to_two_homes_are_three_and_two(world):
    for home, day in ((0, 3), (0, 9), (1, 9)):
        facts.a_visit(world.here, on(2026, 2, day), home)
    facts.a_visit(world.there, on(2026, 2, 9))
    february = (world.here.station, date(2026, 2, 1), date(2026, 3, 1), world.now)
    assert indicators.visits.between(*february).count() == 3
    assert set(indicators.homes_visited.between(*february)) == set(world.here.homes[:2])


def test_a_visit_is_described_without_its_home(world):
    visit = facts.a_visit(world.here, on(2026, 2, 3))
    said = indicators.visits.describe(visit)
    assert {key: said[key] for key in ("day", "sort")} == {"day": date(2026, 2, 3), "sort": ""}
    assert world.here.homes[0].householder not in str(said["title"]) + str(said["state"])
