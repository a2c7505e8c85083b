"""What is counted about patrols: each figure is the number of its rows."""

from datetime import date, timedelta

import pytest

from patrols import indicators, services
from patrols.models import Finding
from tests.patrols.conftest import make_shift, make_volunteer
from tests.world import NOW

pytestmark = pytest.mark.django_db
START = NOW + timedelta(hours=9)


@pytest.fixture
def march(here):
    return here.station, date(2026, 3, 1), date(2026, 4, 1), NOW + timedelta(days=5)


def counted(part, march):
    return part.between(*march).count()


@pytest.fixture
def evening(here, volunteer):
    """Two signed up, one came, and a neighbour besides; one thing was found."""
    shift = make_shift(here)
    for each in (volunteer, make_volunteer(here, name="志愿乙")):
        services.sign_up(shift=shift, volunteer=each, by=here.officer, at=NOW)
    patrol = services.start_patrol(shift=shift, by=here.aux_police, at=START)
    services.report_finding(patrol=patrol, kind="other", text="路灯不亮", by=here.aux_police, at=START)
    there = [volunteer, make_volunteer(here, name="志愿丙")]
    return services.end_patrol(patrol=patrol, present=there, by=here.aux_police, at=START + timedelta(minutes=90))


def test_an_evening_counts_as_its_rows_say(evening, march):
    parts = ("made", "people", "places", "places_kept", "findings", "active")
    assert {name: counted(getattr(indicators, name), march) for name in parts} == {
        "made": 1, "people": 2, "places": 2, "places_kept": 1, "findings": 1, "active": 2
    }  # fmt: skip
    assert sum(row.minutes for row in indicators.hours.between(*march)) == 180


def test_what_is_under_way_and_what_the_other_station_did_is_not_counted(world, evening, march):
    services.start_patrol(by=world.here.officer, at=START, village=world.here.villages[0], kind="night")
    there = services.start_patrol(by=world.there.officer, at=START, village=world.there.villages[0], kind="night")
    services.end_patrol(patrol=there, present=[], by=world.there.officer, at=START + timedelta(hours=1))
    assert counted(indicators.made, march) == 1


def test_an_enrolment_counts_in_its_month(here, march):
    make_volunteer(here, name="志愿甲", at=NOW - timedelta(days=60))
    make_volunteer(here, name="志愿乙", at=NOW)
    assert counted(indicators.enrolled, march) == 1


def test_a_protected_case_is_no_finding_of_the_figures(world, here, march):
    patrol = services.start_patrol(by=here.aux_police, at=START, village=here.villages[0], kind="night")
    services.report_finding(
        patrol=patrol, kind="dispute", text="家暴线索", category=world.category, protected=True, by=here.aux_police, at=START
    )
    assert Finding.objects.count() == 1
    assert counted(indicators.findings, march) == 0


def test_no_row_tells_a_name(here, evening, march):
    parts = (indicators.made, indicators.people, indicators.places, indicators.findings, indicators.active, indicators.enrolled)
    names = {"志愿乙", "志愿丙", here.aux_police.name, here.volunteer.person.name}
    for part in parts:
        for row in part.between(*march):
            said = part.describe(row)
            assert not [name for name in names if name in f"{said['title']}{said['state']}{said['sort']}"]
