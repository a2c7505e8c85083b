"""People by the hundred, with the checks of one."""

import pytest

from shengkang.organization import sealed
from shengkang.organization.many import NewPerson, mend_people, register_people
from shengkang.organization.models import Person
from shengkang.organization.services import AlreadyKnown, IdNumberInvalid, UnitNotServed
from tests.world import NOW

ID, OTHER = "11010519491231002X", "110105197912310023"


def register(place, *people):
    return register_people(station=place.station, people=people, by=place.officer, at=NOW)


def mend(place, changes):
    mend_people(station=place.station, changes=changes, by=place.officer, at=NOW)


def test_none_is_added_where_one_may_not_be(world):
    here, village = world.here, world.here.villages[0]
    good = NewPerson(village, "张三", id_number=ID)
    before = Person.objects.count()
    for refusal, bad in (
        (UnitNotServed, NewPerson(world.there.villages[0], "李四")),
        (IdNumberInvalid, NewPerson(village, "李四", id_number=ID[:-1] + "0")),
        (AlreadyKnown, NewPerson(village, "李四", id_number=ID.lower())),
    ):
        with pytest.raises(refusal):
            register(here, good, bad)
    register(here, good)
    with pytest.raises(AlreadyKnown):
        register(here, NewPerson(village, "李四", id_number=ID))
    assert Person.objects.count() == before + 1


def test_people_are_written_as_one_by_one(world):
    village = world.here.villages[0]
    first, second = register(world.here, NewPerson(village, "单田芳", "13800000001", 1950, ID), NewPerson(village, "制\t表\\人"))
    person = Person.objects.get(pk=first)
    assert (person.name_key, person.station, sealed.open_sealed(person.id_number_sealed)) == (
        "shan tian fang",
        world.here.station,
        ID,
    )
    assert Person.objects.get(pk=second).name == "制\t表\\人"
    assert register(world.here) == []


def test_only_what_is_given_is_mended_and_only_at_home(world):
    village = world.here.villages[0]
    [known] = register(world.here, NewPerson(village, "张三", "13800000001", 1950, ID))
    elsewhere = world.there.residents[0]
    mend(world.here, {known: {"name": "张山"}, elsewhere.pk: {"name": "改名"}})
    person = Person.objects.get(pk=known)
    assert (person.name, person.phone, sealed.open_sealed(person.id_number_sealed)) == ("张山", "13800000001", ID)
    elsewhere.refresh_from_db()
    assert elsewhere.name != "改名"
    event = Person.pgh_event_models["update"].objects.filter(pgh_label="update", pgh_obj=person)
    assert list(event.values_list("name", flat=True)) == ["张山"]
    [other] = register(world.here, NewPerson(village, "李四"))
    with pytest.raises(AlreadyKnown):
        mend(world.here, {other: {"id_number": ID}})
    mend(world.here, {other: {"id_number": OTHER}})
    assert Person.objects.get(pk=other).id_number_index == sealed.blind_index(OTHER)
