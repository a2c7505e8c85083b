"""The 110 feed: calls as rows of their own, found again by their number."""

from datetime import datetime

import pytest

from shengkang.cases import services as cases
from shengkang.cases.models import Call, Category, DisputeCase, PoliceClass
from shengkang.organization import services as organization
from shengkang.organization.services import ApprovalNeeded
from shengkang.organization.sheets import services
from shengkang.organization.sheets.nails import find
from tests.organization.sheet_files import sheet_file, table
from tests.world import NOW, SHANGHAI

KEYS = ("no", "received_at", "police_class", "village", "place", "text", "phone")
CALL = ["JJ2026030001", "2026-3-1 13:05", "邻里纠纷", "试1村1", "晒场边", "两家为排水吵起来", "13800000001"]
AT_HOME = ["JJ2026030009", "2026-3-2 22:10", "家庭暴力警情", "试1村1", "三组", "丈夫动手", "13800000002"]


def send(place, *rows, by=None, key="calls", keys=KEYS):
    return services.plan_import(
        station=place.station, sheet=find(key), file_name="表.xlsx", content=sheet_file(key, keys, rows),
        by=by or place.station_chief, at=NOW,
    )  # fmt: skip


def take_in(place, *rows, **given):
    run = send(place, *rows, **given)
    assert run.status == "planned", services.picture_of(run)["faults"]
    return services.commit_import(run=run, seen=run.fingerprint, by=place.station_chief, at=NOW)


def taken_out(place, key="calls"):
    """The station's rows as a file, after the chief agreed."""
    approval = services.ask_to_export(sheet=find(key), reason="年度分析", by=place.officer, at=NOW)
    organization.decide_approval(approval=approval, grant=True, by=place.station_chief, at=NOW)
    return services.export_sheet(sheet=find(key), station=place.station, by=place.officer, at=NOW).read()


def sent_again(place, content, key="calls"):
    return services.plan_import(
        station=place.station, sheet=find(key), file_name="回.xlsx", content=content, by=place.station_chief, at=NOW
    )


def letters(run):
    return [letter for _row, letter, _header, _message in services.picture_of(run)["faults"]]


def counts(run):
    return run.new, run.changed, run.same, run.errors


@pytest.fixture
def here(world):
    return world.here


def with_cell(row, place, value):
    return [*row[:place], value, *row[place + 1 :]]


@pytest.mark.parametrize(
    ("place", "value", "letter"),
    [
        (0, None, "A"),
        (0, 42062500001320000001, "A"),
        (1, "2026-3-1", "B"),
        (1, "2026-2-30 10:00", "B"),
        (1, "2026-3-11 10:01", "B"),
        (2, "不知道", "C"),
        (3, "试2村1", "D"),
        (6, "一二三", "G"),
    ],
)
def test_what_cannot_be_is_refused_by_its_column(here, place, value, letter):
    run = send(here, with_cell(CALL, place, value))
    assert (letters(run), run.status, Call.objects.count()) == ([letter], "refused", 0)


def test_the_same_number_twice_in_one_file_is_refused(here):
    assert letters(send(here, CALL, CALL)) == ["A"]


def test_an_auxiliary_takes_no_feed_in(here):
    with pytest.raises(services.SheetNotYours):
        send(here, CALL, by=here.aux_police)


@pytest.mark.parametrize(
    "told",
    ["2026-3-1 13:05", "2026/03/01 13:05:00", "2026年3月1日13时5分", "２０２６－３－１　１３：０５", datetime(2026, 3, 1, 13, 5), 46082.545138888890],
)  # fmt: skip
def test_a_moment_is_understood_in_every_spelling(here, told):
    take_in(here, with_cell(CALL, 1, told))
    assert Call.objects.get().received_at == datetime(2026, 3, 1, 13, 5, tzinfo=SHANGHAI)


@pytest.mark.parametrize("told", ["邻里纠纷", "11", 11])
def test_a_class_is_found_by_its_name_or_code(here, told):
    take_in(here, with_cell(CALL, 2, told))
    assert Call.objects.get().police_class.name == "邻里纠纷"


def test_a_class_whose_zero_excel_dropped_is_found(here):
    take_in(here, with_cell(CALL, 2, 3))
    assert Call.objects.get().police_class_id == "03"


def test_calls_come_in_once_and_a_later_feed_corrects_them(here):
    assert counts(take_in(here, CALL, ["JJ2", "2026-3-1 9:00", "99"])) == (2, 0, 0, 0)
    again = send(here, CALL)
    assert (again.status, counts(again)) == ("idle", (0, 0, 1, 0))
    take_in(here, ["JJ2026030001", "2026-3-1 13:05", "15", None, "塘边"])
    call = Call.objects.get(no="JJ2026030001")
    assert (call.police_class_id, call.place, call.village, call.phone) == ("15", "塘边", here.villages[0], "13800000001")


def test_the_same_number_at_another_station_is_another_call(world):
    take_in(world.here, CALL)
    take_in(world.there, with_cell(CALL, 3, "试2村1"))
    assert Call.objects.filter(no=CALL[0]).count() == 2


def test_what_goes_out_is_the_same_when_it_comes_back_and_is_no_formula(here):
    take_in(here, with_cell(CALL, 5, "'=1+1 报警"), ["JJ2", "2026-3-1 9:00", "99"], AT_HOME)
    content = taken_out(here)
    rows = table(content)
    assert [row[0] for row in rows[1:]] == ["JJ2026030001", "JJ2"]
    assert rows[1][5] == "'=1+1 报警"
    assert counts(sent_again(here, content)) == (0, 0, 2, 0)


def test_an_export_of_calls_needs_an_approval(here):
    with pytest.raises(ApprovalNeeded):
        services.export_sheet(sheet=find("calls"), station=here.station, by=here.officer, at=NOW)


# Who sees a call, and what becomes of it


@pytest.fixture
def call(here):
    take_in(here, CALL)
    return Call.objects.get()


@pytest.fixture
def at_home(here):
    take_in(here, AT_HOME)
    return Call.objects.get(no=AT_HOME[0])


def seen_by(*users):
    return [Call.objects.visible_to(user).exists() for user in users]


def test_the_desk_sees_its_calls_and_nobody_else_does(world, call):
    assert seen_by(world.here.station_chief, world.here.officer, world.here.aux_police) == [True, True, True]
    others = (world.here.household_head, world.here.township_leader, world.here.administrator, world.there.station_chief)
    assert seen_by(*others) == [False] * 4


def test_a_call_about_domestic_violence_is_seen_by_the_chief_alone(here, at_home):
    assert seen_by(here.station_chief, here.officer, here.aux_police) == [True, False, False]


def dispute(here, call, **given):
    told = {"category": Category.objects.get(code="02"), "village": here.villages[0], "story": "两家为排水吵起来"}
    return cases.dispute_from_call(call=call, by=here.officer, at=NOW, **{**told, **given})


def test_a_call_of_a_protected_case_is_seen_by_those_who_see_the_case(here, call):
    dispute(here, call, story="孩子身上有伤", restricted=True)
    assert seen_by(here.station_chief, here.officer, here.aux_police) == [True, True, False]


def test_a_call_becomes_a_dispute_with_its_channel_and_class(here, call):
    case = dispute(here, call)
    call.refresh_from_db()
    assert call.case == case
    assert (case.channel, case.police_class, case.restricted) == ("call_110", PoliceClass.objects.get(code="11"), False)
    assert [step.move for step in case.steps.all()] == ["open"]


def test_a_call_becomes_a_dispute_once(here, call):
    dispute(here, call)
    with pytest.raises(cases.CallTaken):
        dispute(here, call)
    with pytest.raises(cases.CallTaken):
        cases.tie_call(call=call, case=DisputeCase.objects.get(), by=here.officer, at=NOW)


def test_a_call_about_domestic_violence_becomes_a_protected_case_whatever_was_ticked(here, at_home):
    assert dispute(here, at_home, restricted=False).restricted


def test_a_call_about_domestic_violence_belongs_to_a_protected_case_only(here, call, at_home):
    ordinary = dispute(here, call)
    with pytest.raises(cases.CaseProtected):
        cases.tie_call(call=at_home, case=ordinary, by=here.station_chief, at=NOW)
    at_home.refresh_from_db()
    assert at_home.case is None


def test_a_call_that_belongs_to_a_case_leaves_one_step_there(here, call):
    take_in(here, with_cell(CALL, 0, "JJ7"))
    case = dispute(here, call)
    again = Call.objects.get(no="JJ7")
    cases.tie_call(call=again, case=case, by=here.officer, at=NOW)
    assert [(step.move, step.no) for step in case.steps.all()] == [("open", 1), ("join", 2)]
    assert case.steps.last().note.endswith("JJ7")
    assert case.calls.count() == 2


def test_a_case_of_another_station_takes_no_call(world, call):
    take_in(world.there, with_cell(CALL, 3, "试2村1"))
    other = dispute(world.here, call)
    with pytest.raises(cases.WrongStation):
        cases.tie_call(call=Call.objects.get(station=world.there.station), case=other, by=world.there.officer, at=NOW)
