"""What is counted about visits."""

from datetime import date, timedelta

from households import indicators
from tests.households.test_answering import answer, tell
from tests.households.test_campaigns import check, open_campaign
from tests.households.test_services import quarrel
from tests.households.test_training import hold
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


def test_a_campaign_counts_the_homes_asked_and_those_looked_at(world):
    campaign = open_campaign(world)
    check(world, campaign, result="nobody")
    check(world, campaign, 1)
    march = (world.here.station, date(2026, 3, 1), date(2026, 4, 1), world.now + timedelta(hours=1))
    assert indicators.homes_asked.between(*march).count() == 3
    assert set(indicators.homes_looked_at.between(*march)) == {world.here.homes[1]}
    february = (world.here.station, date(2026, 2, 1), date(2026, 3, 1), world.now)
    assert indicators.homes_asked.between(*february).count() == 0


def test_heads_are_trained_in_the_year_up_to_the_month(world):
    hold(world.here, held_on=date(2026, 2, 3))
    given = {"station": world.here.station, "at": world.now}
    january, march = (date(2026, 1, 1), date(2026, 2, 1)), (date(2026, 3, 1), date(2026, 4, 1))
    for (first, until), trained in ((january, 0), (march, 1)):
        span = given["station"], first, until, given["at"]
        assert indicators.heads_serving.between(*span).count() == 1
        assert indicators.heads_trained.between(*span).count() == trained
    assert set(indicators.homes_without_head.between(given["station"], *march, given["at"])) == {world.here.homes[2]}


def test_only_the_first_answer_to_a_sighting_is_timed_and_a_quarrel_waits_for_none(world):
    quarrel(world)
    sighting = tell(world)
    for hours in (3, 50):
        answer(world, sighting, at=world.now + timedelta(hours=hours))
    march = (world.here.station, date(2026, 3, 1), date(2026, 4, 1), world.now + timedelta(days=3))
    assert set(indicators.sightings_told.between(*march)) == set(indicators.sightings_answered.between(*march)) == {sighting}
    assert [round(each.tenths_of_hours) for each in indicators.hours_to_answer.between(*march)] == [30]
