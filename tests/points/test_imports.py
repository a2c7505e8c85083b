"""Goods of the points supermarkets as Excel."""

from datetime import timedelta

import pytest

from points import services as points
from points.models import Item, Price
from shengkang.organization.selectors import day_of
from shengkang.organization.sheets import services
from shengkang.organization.sheets.nails import find
from tests.organization.sheet_files import sheet_file
from tests.world import NOW

KEYS = ("name", "measure", "points", "is_offered")


def send(place, *rows):
    return services.plan_import(
        station=place.station, sheet=find("items"), file_name="货品.xlsx", content=sheet_file("items", KEYS, rows),
        by=place.station_chief, at=NOW,
    )  # fmt: skip


def commit(place, *rows):
    run = send(place, *rows)
    return services.commit_import(run=run, seen=run.fingerprint, by=place.station_chief, at=NOW)


def faults(run):
    return [(row, letter) for row, letter, _header, _message in services.picture_of(run)["faults"]]


@pytest.mark.parametrize(
    ("row", "letter"),
    [
        (["米", "袋", None, None], "C"),
        (["米", "袋", 0, None], "C"),
        (["米", "袋", "三", None], "C"),
        (["米", None, 3, None], "B"),
        ([None, "袋", 3, None], "A"),
        (["米", "袋", 3, "也许"], "D"),
        (["米", "一" * 11, 3, None], "B"),
    ],
)
def test_goods_that_cannot_be_are_refused_by_row_and_column(world, row, letter):
    assert faults(send(world.here, ["面", "袋", 4, None], row)) == [(3, letter)]


def test_goods_named_twice_are_refused(world):
    assert faults(send(world.here, ["米", "袋", 3, None], ["米", "包", 4, None])) == [(3, "A")]


def test_new_goods_come_with_a_price_from_today(world):
    assert commit(world.here, ["米", "袋", 3, None], ["面", "袋", "４", "0"]).status == "committed"
    price = Price.objects.get(item__name="米")
    assert (price.points, price.active_from) == (3, day_of(NOW))
    assert not Item.objects.get(name="面").is_offered
    assert set(Item.objects.values_list("station", flat=True)) == {world.here.station.pk}


def test_another_price_begins_today_and_the_old_one_stays_written(world):
    item = Item.objects.create(station=world.here.station, name="米", measure="袋")
    before = NOW - timedelta(days=9)
    points.set_price(item=item, points=3, from_day=day_of(before), by=world.here.officer, at=before)
    run = send(world.here, ["米", "袋", 5, None])
    assert (run.changed, services.picture_of(run)["lines"][0][3]) == (
        1, [[str(find("items").column("points").header), "3", "5"]],
    )  # fmt: skip
    commit(world.here, ["米", "袋", 5, None])
    assert list(item.prices.order_by("active_from").values_list("points", "active_to")) == [(3, day_of(NOW)), (5, None)]


def test_the_other_stations_goods_are_not_touched(world):
    Item.objects.create(station=world.there.station, name="米", measure="包")
    commit(world.here, ["米", "袋", 3, None])
    assert Item.objects.get(station=world.there.station).measure == "包"
