"""An old ledger: its cases are taken over once, in the state in which they ended, by steps the table of moves allows."""

from datetime import date, timedelta

import pytest

from shengkang.cases import services as cases
from shengkang.cases.models import CaseStep, DisputeCase, Party, Report
from shengkang.cases.moves import MOVES
from shengkang.notices.models import Notice
from shengkang.organization.selectors import day_of
from shengkang.organization.services import ApprovalNeeded
from shengkang.organization.sheets import services
from shengkang.organization.sheets.nails import find
from tests.cases import test_imports_calls as feed
from tests.cases.test_imports_calls import counts, letters, with_cell
from tests.organization.sheet_files import table
from tests.world import NOW, mediate, sign

KEYS = (
    "ledger_no", "village", "category", "channel", "opened_on", "story", "first_name", "first_phone", "second_name", "status",
    "ended_on", "procedure", "mediator", "terms", "written", "visited_on",
)  # fmt: skip
CASE = [
    "台账2023-017", "试1村1", "邻里纠纷", "百户长", "2023-5-4", "两家为滴水吵了半年", "张三", "13800000001", "李四", "已归档",
    "2023-5-20", "人民调解", "王老五", "各退一尺", "是", "2023-6-1",
]  # fmt: skip
CLASS, CHANNEL, OPENED, FIRST, PHONE, STATE, ENDED, PROCEDURE, MEDIATOR, TERMS = 2, 3, 4, 6, 7, 9, 10, 11, 12, 13


def row(**changes):
    told = dict(zip(KEYS, CASE, strict=True)) | changes
    return [told[key] for key in KEYS]


def send(place, *rows, **given):
    return feed.send(place, *rows, key="cases", keys=KEYS, **given)


def take_in(place, *rows):
    return feed.take_in(place, *rows, key="cases", keys=KEYS)


@pytest.fixture
def here(world):
    return world.here


# Choices by their codes, so that no test hangs on a language.
SPELT = {"邻里纠纷": "02", "百户长": "head", "已归档": "archived", "人民调解": "people", "是": "yes"}
CASE = [SPELT.get(each, each) for each in CASE]


@pytest.mark.parametrize(
    ("changes", "letter"),
    [
        ({"ledger_no": None}, "A"),
        ({"village": "试2村1"}, "B"),
        ({"category": "吵架"}, "C"),
        ({"channel": "听说"}, "D"),
        ({"opened_on": "2026-4-1", "ended_on": "2026-4-2"}, "E"),
        ({"first_name": None}, "H"),
        ({"status": "mediating"}, "J"),
        ({"ended_on": None}, "K"),
        ({"ended_on": "2023-5-3"}, "K"),
        ({"mediator": "张三"}, "M"),
        ({"terms": None}, "N"),
        ({"visited_on": "2023-5-19"}, "P"),
    ],
)
def test_what_cannot_have_been_is_refused_by_its_column(here, changes, letter):
    run = send(here, row(**changes))
    assert (letters(run), run.status, DisputeCase.objects.count()) == ([letter], "refused", 0)


def test_one_mistake_and_nothing_of_the_file_is_taken_over(here):
    run = send(here, CASE, row(ledger_no="台账2", terms=None))
    assert (run.status, counts(run)) == ("refused", (1, 0, 0, 1))
    with pytest.raises(services.ImportOver):
        services.commit_import(run=run, seen=run.fingerprint, by=here.station_chief, at=NOW)


def test_who_may_not_take_cases_on_takes_no_ledger_over(here):
    with pytest.raises(services.SheetNotYours):
        send(here, CASE, by=here.aux_police)


def test_a_protected_matter_is_not_taken_over_from_a_file(here):
    keys = (*KEYS, "police_class")
    assert letters(feed.send(here, [*CASE, "07"], key="cases", keys=keys)) == ["Q"]


@pytest.mark.parametrize(
    ("changes", "moves"),
    [
        ({}, ["open", "accept", "mediate", "agree", "settle", "archive"]),
        ({"status": "settled"}, ["open", "accept", "mediate", "agree", "settle"]),
        ({"status": "settled", "procedure": "informal"}, ["open", "settle_on_the_spot"]),
        ({"procedure": "informal"}, ["open", "settle_on_the_spot", "archive"]),
        ({"status": "referred"}, ["open", "refer"]),
        ({"status": "terminated"}, ["open", "accept", "terminate"]),
    ],
)
def test_each_case_came_to_its_end_by_steps_of_the_table(here, changes, moves):
    take_in(here, row(**changes))
    case = DisputeCase.objects.get()
    steps = list(case.steps.order_by("no"))
    assert [step.move for step in steps] == moves
    status = ""
    for step in steps:
        assert step.from_status == status
        assert status in MOVES[step.move].origins or step.no == 1
        status = step.to_status
    assert (status, case.steps_taken) == (case.status, len(steps))
    assert {step.by for step in steps} == {here.station_chief}
    assert {step.credited for step in steps} == {None}
    assert (day_of(steps[0].at), day_of(steps[-1].at)) == (date(2023, 5, 4), date(2023, 5, 20))


def test_what_the_ledger_says_stands_in_the_case(here):
    take_in(here, CASE)
    case = DisputeCase.objects.get()
    assert (case.ledger_no, case.no[-9:], case.grade, case.risk) == ("台账2023-017", "2023-0001", "ordinary", "yellow")
    assert (case.mediator, day_of(case.settled_at), case.procedure) == (here.station_chief, date(2023, 5, 20), "people")
    assert "王老五" in case.steps.get(move="settle").note
    assert [(party.side, party.name) for party in case.parties.all()] == [("first", "张三"), ("second", "李四")]
    assert (case.agreements.get().terms, case.agreements.get().oral) == ("各退一尺", False)
    assert case.follow_ups.get().outcome == "holds"


def test_a_mediator_with_an_account_is_the_mediator(here):
    take_in(here, row(mediator=here.household_head.name))
    assert DisputeCase.objects.get().mediator == here.household_head


def test_nobody_is_told_or_thanked_for_what_is_long_past(here):
    take_in(here, CASE, row(ledger_no="台账2", status="referred"))
    assert (Notice.objects.count(), Report.objects.count()) == (0, 0)


def test_a_settled_case_that_nobody_visited_owes_a_visit(here):
    take_in(here, row(status="settled", visited_on=None))
    visit = DisputeCase.objects.get().follow_ups.get()
    assert (visit.done_at, visit.due_on) == (None, NOW.date() + timedelta(days=7))


def test_the_same_file_twice_adds_nothing(here):
    take_in(here, CASE, row(ledger_no="台账2"))
    again = send(here, CASE, row(ledger_no="台账2", terms="改了"))
    assert (again.status, counts(again)) == ("idle", (0, 0, 2, 0))


def test_the_same_number_at_another_station_is_another_case(world):
    take_in(world.here, CASE)
    take_in(world.there, row(village="试2村1"))
    assert DisputeCase.objects.filter(ledger_no=CASE[0]).count() == 2


def test_numbers_are_drawn_by_year_in_the_order_of_registration_after_those_given(here):
    take_in(here, row(ledger_no="b", opened_on="2023-5-9"), row(ledger_no="a"), row(ledger_no="c", opened_on="2022-12-30"))
    assert dict(DisputeCase.objects.values_list("ledger_no", "no")) == {
        "a": "429901101-2023-0001", "b": "429901101-2023-0002", "c": "429901101-2022-0001",
    }  # fmt: skip
    take_in(here, row(ledger_no="d"))
    assert DisputeCase.objects.get(ledger_no="d").no == "429901101-2023-0003"


def test_a_thousand_cases_are_a_few_statements(here, django_assert_max_num_queries):
    run = send(here, *(row(ledger_no=f"台账{no}", opened_on=f"2023-5-{no % 5 + 1}") for no in range(1_000)))
    with django_assert_max_num_queries(150):
        services.commit_import(run=run, seen=run.fingerprint, by=here.station_chief, at=NOW)
    assert CaseStep.objects.count() == 6_000


# Out


def settled(world, **given):
    here = world.here
    told = {
        "station": here.station,
        "village": here.villages[0],
        "category": world.category,
        "channel": "visit",
        "story": "为地界争吵",
    }
    parties = [
        cases.PartyDetails(side="first", name="=张三"),
        cases.PartyDetails(side="second", name="小五", is_minor=True, guardian_name="五父"),
    ]
    case = cases.open_case(**told, parties=parties, by=here.officer, at=NOW, **given)
    if given.get("restricted"):
        return case
    cases.accept_case(case=case, risk="green", grade="simple", by=here.officer, at=NOW, officer=here.officer)
    mediate(case, here.household_head, by=here.officer)
    cases.record_agreement(case=case, facts="地界", terms="以石为界", effective_on=NOW.date(), by=here.officer, at=NOW)
    sign(case, here.officer)
    return cases.settle_case(case=case, by=here.officer, at=NOW)


def test_cases_do_not_leave_the_house_without_an_approval(here):
    with pytest.raises(ApprovalNeeded):
        services.export_sheet(sheet=find("cases"), station=here.station, by=here.station_chief, at=NOW)


def test_what_goes_out_names_no_minor_and_no_protected_case_and_is_no_formula(world):
    case = settled(world)
    settled(world, restricted=True)
    rows = table(feed.taken_out(world.here, "cases"))
    assert len(rows) == 2
    told = dict(zip([column.key for column in find("cases").columns], rows[1], strict=True))
    assert (told["ledger_no"], told["first_name"], told["terms"]) == (case.no, "'=张三", "以石为界")
    assert "小五" not in str(rows)
    assert Party.objects.filter(name="小五").exists()


def test_what_went_out_and_comes_back_adds_nothing(world):
    settled(world)
    take_in(world.here, CASE, with_cell(CASE, 0, "台账2025-1"))
    DisputeCase.objects.exclude(ledger_no="").update(opened_at=NOW - timedelta(days=90))
    again = feed.sent_again(world.here, feed.taken_out(world.here, "cases"), "cases")
    assert counts(again) == (0, 0, 3, 0)
