"""The official list of villages, loaded for a real station."""

import pytest
from django.core.management import CommandError, call_command

from shengkang.organization import imports
from shengkang.organization.models import Coverage, Station, Unit
from tests.world import NOW


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def rows():
    return imports.villages_on_file()


def test_the_town_comes_with_everything_above_it(db, now, rows):
    villages = imports.load_units(rows=rows, groups={"420625102200": 11}, by=None, at=now)
    assert len(villages) == 28
    assert [str(villages[0]), str(villages[2])] == ["竹园街社区", "贾庙村"]
    above, line = villages[2], []
    while above := above.parent:
        line.append(f"{above.level} {above.name}")
    assert line == ["town 盛康镇", "county 谷城县", "city 襄阳市", "province 湖北省"]
    groups = Unit.objects.filter(parent=villages[2]).order_by("path")
    assert [str(groups[0]), str(groups[9]), str(groups[10])] == ["一组", "十组", "十一组"]


def test_loading_again_changes_only_what_the_list_changed(db, now, rows):
    imports.load_units(rows=rows, by=None, at=now)
    before = Unit.objects.count()
    rows[2]["name"] = "贾家庙村委会"
    villages = imports.load_units(rows=rows, by=None, at=now)
    assert Unit.objects.count() == before
    assert Unit.objects.get(code="420625102200").name == str(villages[2]) == "贾家庙村"


def test_a_list_with_a_hole_is_refused(db, now, rows):
    rows[1]["town_name"] = ""
    with pytest.raises(imports.UnitListIncomplete):
        imports.load_units(rows=rows, by=None, at=now)
    assert not Unit.objects.exists()


def test_a_village_is_not_taken_from_another_station(db, now, rows):
    villages = imports.load_units(rows=rows, by=None, at=now)
    imports.open_station(name="一所", sits_in=villages[0].parent, covers=villages[:3], by=None, at=now)
    with pytest.raises(imports.UnitServedElsewhere):
        imports.open_station(name="二所", sits_in=villages[0].parent, covers=villages[2:], by=None, at=now)
    assert Coverage.objects.count() == 3


def test_the_command_founds_a_station_and_may_run_twice(db):
    for _turn in range(2):
        call_command("load_units", groups=2, station="盛康派出所", verbosity=0)
    assert Station.objects.get().covers.count() == 28
    assert Unit.objects.filter(level=Unit.Level.GROUP).count() == 56


def test_the_command_says_what_is_wrong_with_a_file(db, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_units", tmp_path / "none.csv")
    empty = tmp_path / "empty.csv"
    empty.write_text("code,name\n", encoding="utf-8")
    with pytest.raises(CommandError, match="no village"):
        call_command("load_units", empty)
    with pytest.raises(CommandError, match="0 to 99"):
        call_command("load_units", groups=100)
