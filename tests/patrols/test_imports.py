"""Applications of volunteers as Excel."""

import pytest

from patrols.models import VettingStep, Volunteer
from shengkang.organization import sealed
from shengkang.organization.models import Person
from shengkang.organization.sheets import services
from shengkang.organization.sheets.nails import find
from tests.organization.sheet_files import sheet_file
from tests.world import NOW, make_person

KEYS = ("village", "name", "phone", "birth_year", "id_number", "motive")
ID = "110105197912310023"


def send(place, *rows):
    return services.plan_import(
        station=place.station, sheet=find("volunteers"), file_name="报名.xlsx", content=sheet_file("volunteers", KEYS, rows),
        by=place.officer, at=NOW,
    )  # fmt: skip


def take_in(place, *rows):
    run = send(place, *rows)
    assert run.status == "planned", services.picture_of(run)["faults"]
    return services.commit_import(run=run, seen=run.fingerprint, by=place.station_chief, at=NOW)


def letters(run):
    return [letter for _row, letter, _header, _message in services.picture_of(run)["faults"]]


@pytest.fixture
def here(world):
    return world.here


@pytest.mark.parametrize(
    ("row", "letter"),
    [
        (["试2村1", "张三"], "A"),
        (["试1村1", None], "B"),
        (["试1村1", "张三", None, 2012], "D"),
        (["试1村1", "张三", None, 1940], "D"),
        (["试1村1", "张三", None, None, "110105197912310020"], "E"),
    ],
)
def test_who_cannot_apply_is_refused_by_his_column(here, row, letter):
    assert letters(send(here, row)) == [letter]


def test_one_applicant_twice_is_refused(here):
    assert letters(send(here, ["试1村1", "张三", "13800000001"], ["试1村1", "张三", 13800000001.0])) == ["B"]


def test_several_namesakes_are_for_a_person_to_tell_apart(here):
    for _twice in range(2):
        make_person(here.station, here.villages[0], "张三")
    assert letters(send(here, ["试1村1", "张三"])) == ["B"]


def test_each_row_is_one_application_and_its_first_step(here):
    known = make_person(here.station, here.villages[0], "张三", phone="13800000001", birth_year=1980)
    run = take_in(here, ["试1村1", "张三", "13800000001", None, None, "愿意出力"], ["试1村2", "李四", None, None, ID])
    assert run.new == 2
    volunteer = Volunteer.objects.get(person=known)
    assert (volunteer.status, volunteer.motive, volunteer.applied_at) == ("applied", "愿意出力", NOW)
    assert VettingStep.objects.filter(volunteer=volunteer, move="apply", by=here.station_chief).count() == 1
    other = Volunteer.objects.get(village=here.villages[1]).person
    assert (other.name, other.birth_year, other.id_number_index) == ("李四", 1979, sealed.blind_index(ID))


def test_the_same_file_twice_adds_nobody(here):
    rows = [["试1村1", "张三", "13800000001", 1980, None, "愿意出力"], ["试1村2", "李四", None, None, ID]]
    take_in(here, *rows)
    people = Person.objects.count()
    again = send(here, *rows)
    assert (again.status, again.same, Person.objects.count()) == ("idle", 2, people)


def test_a_namesake_of_the_other_station_is_somebody_else(world):
    make_person(world.there.station, world.there.villages[0], "张三", phone="13800000001")
    take_in(world.here, ["试1村1", "张三", "13800000001"])
    assert Volunteer.objects.get().person.station == world.here.station
