"""Posts, member units, alarm points and cameras as Excel."""

from datetime import date

import pytest

from posts.models import AlarmPoint, Camera, MemberUnit, SecurityPost
from shengkang.audit.models import AuditEntry
from shengkang.organization import services as organization
from shengkang.organization.sheets import services
from shengkang.organization.sheets.nails import find
from tests.organization.sheet_files import sheet_file, table
from tests.world import NOW

KEYS = {
    "posts": ("village", "name", "kind", "place", "latitude", "longitude", "radius", "gear", "phone", "active_from"),
    "units": ("village", "name", "kind", "post", "place", "contact", "phone"),
    "alarm-points": ("name", "kind", "village", "post", "place", "latitude", "longitude"),
    "cameras": (
        "code",
        "village",
        "place",
        "looks_at",
        "latitude",
        "longitude",
        "state",
        "checked_on",
        "installed_on",
        "retired_on",
    ),
}
POST = ["试1村1", "东门岗", "shop", "东门口", 31.5, 111.2, None, "盾牌", "0710-1234567", "2025-1-1"]


def send(place, key, *rows, by=None):
    return services.plan_import(
        station=place.station, sheet=find(key), file_name="表.xlsx", content=sheet_file(key, KEYS[key], rows),
        by=by or place.station_chief, at=NOW,
    )  # fmt: skip


def take_in(place, key, *rows):
    run = send(place, key, *rows)
    assert run.status == "planned", services.picture_of(run)["faults"]
    return services.commit_import(run=run, seen=run.fingerprint, by=place.station_chief, at=NOW)


def letters(run):
    return [letter for _row, letter, _header, _message in services.picture_of(run)["faults"]]


def counts(run):
    return run.new, run.changed, run.same, run.errors


@pytest.fixture
def here(world):
    return world.here


@pytest.mark.parametrize(
    ("key", "row", "letter"),
    [
        ("posts", ["试2村1", *POST[1:]], "A"),
        ("posts", [*POST[:2], "网吧", *POST[3:]], "C"),
        ("posts", [*POST[:4], None, *POST[5:]], "E"),
        ("posts", [*POST[:6], 5, *POST[7:]], "G"),
        ("posts", [*POST[:9], "2026-4-1"], "J"),
        ("units", ["试1村1", "烟酒店", "shop", "没有岗"], "D"),
        ("alarm-points", ["柜台1", "fixed", None, None, "大厅"], "C"),
        ("alarm-points", ["柜台1", "fixed", "试1村1", None, None], "E"),
        ("alarm-points", ["公交1", "mobile", None, None, None, 31.5, 111.2], "F"),
        ("cameras", ["42062500001320000001", "没有村", "路口"], "B"),
        ("cameras", [42062500001320000001, "试1村1", "路口"], "A"),
        ("cameras", ["42062500001320000001", "试1村1", "路口", None, None, None, None, "2026-4-1"], "H"),
        ("cameras", ["42062500001320000001", "试1村1", "路口", None, None, None, None, None, "2026-4-1"], "I"),
        ("cameras", ["42062500001320000001", "试1村1", "路口", None, None, None, None, None, None, "2026-3-1"], "J"),
        ("cameras", ["42062500001320000001", "试1村1", "路口", None, None, None, "已拆除", None, "2026-3-1", "2026-2-1"], "J"),
    ],
)
def test_what_cannot_be_is_refused_by_its_column(here, key, row, letter):
    run = send(here, key, row)
    assert (letters(run), run.status) == ([letter], "refused")


def test_the_name_of_another_stations_post_leads_nowhere(world):
    take_in(world.there, "posts", ["试2村1", *POST[1:]])
    assert letters(send(world.here, "units", ["试1村1", "烟酒店", "shop", "东门岗"])) == ["D"]


def test_a_post_its_units_and_its_alarm_point_come_in_one_after_another(here):
    take_in(here, "posts", POST)
    post = SecurityPost.objects.get()
    assert (post.village, post.radius, post.active_from, post.phone) == (here.villages[0], 100, date(2025, 1, 1), "07101234567")
    shop = str(SecurityPost.Kind.SHOP.label)
    take_in(here, "units", ["试1村1", "烟酒店", shop, "东门岗", None, "张 三", 13800000001.0], ["试1村2", "药店", shop])
    unit = MemberUnit.objects.get(name="烟酒店")
    assert (unit.post, unit.contact, unit.phone, unit.kind) == (post, "张三", "13800000001", "shop")
    take_in(here, "alarm-points", ["柜台1", "fixed", "试1村1", "东门岗", "大厅"], ["公交1", "mobile"])
    assert AlarmPoint.objects.get(name="柜台1").post == post
    assert AlarmPoint.objects.get(name="公交1").village is None
    assert AuditEntry.objects.filter(verb="import_alarmpoint").count() == 1


def test_only_what_differs_changes(here):
    take_in(here, "posts", POST)
    again = send(here, "posts", POST)
    assert (again.status, counts(again)) == ("idle", (0, 0, 1, 0))
    run = take_in(here, "posts", [*POST[:6], 150, None, None, POST[9]])
    assert counts(run) == (0, 1, 0, 0)
    post = SecurityPost.objects.get()
    assert (post.radius, post.gear, post.phone) == (150, "盾牌", "07101234567")


def test_fifteen_hundred_cameras_come_in_and_go_out_and_are_the_same(here):
    rows = [[f"4206250000132{no:07}", "试1村1", f"路口{no}", None, 31.5, 111.2, None, "2026-1-5"] for no in range(1_500)]
    run = take_in(here, "cameras", *rows)
    assert (run.new, Camera.objects.filter(state="working").count()) == (1_500, 1_500)
    content = services.export_sheet(sheet=find("cameras"), station=here.station, by=here.officer, at=NOW).read()
    again = services.plan_import(
        station=here.station, sheet=find("cameras"), file_name="x.xlsx", content=content, by=here.officer, at=NOW
    )
    assert (again.status, counts(again)) == ("idle", (0, 0, 1_500, 0))


def test_contacts_of_units_leave_the_house_under_an_approval_only(here):
    take_in(here, "units", ["试1村1", "烟酒店", "shop", None, None, "张三"])
    with pytest.raises(organization.ApprovalNeeded):
        services.export_sheet(sheet=find("units"), station=here.station, by=here.station_chief, at=NOW)
    approval = services.ask_to_export(sheet=find("units"), reason="核对", by=here.officer, at=NOW)
    organization.decide_approval(approval=approval, grant=True, by=here.station_chief, at=NOW)
    content = services.export_sheet(sheet=find("units"), station=here.station, by=here.officer, at=NOW).read()
    assert table(content)[1][:2] == ("试1村1", "烟酒店")
