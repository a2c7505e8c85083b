"""What stands in a cell is understood as people mean it."""

from datetime import date, datetime

import pytest

from shengkang.organization.services import IdNumberInvalid
from shengkang.organization.sheets import cells
from shengkang.organization.sheets.cells import CellRefused


@pytest.mark.parametrize("typed", ["2024-2-30", "24-5-1", "五月一日", "2024-13-1", 5, "1", "2024-5"])
def test_what_is_no_day_is_refused(typed):
    with pytest.raises(CellRefused):
        cells.day(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "2024-5-1", "2024/5/1", "2024.05.01", "2024年5月1日", "２０２４年５月１日", " 2024-05-01 00:00:00 ", "20240501", 20240501, 20240501.0,
        45413, date(2024, 5, 1), datetime(2024, 5, 1, 8, 30),
    ],
)  # fmt: skip
def test_a_day_is_understood_in_every_spelling(typed):
    assert cells.day(typed) == date(2024, 5, 1)


@pytest.mark.parametrize("typed", ["无", "12", "138000000000000000000", "张三", 1.5])
def test_what_is_no_telephone_is_refused(typed):
    with pytest.raises(CellRefused):
        cells.phone(typed)


@pytest.mark.parametrize(
    "typed", [13800000000.0, 13800000000, "138 0000 0000", "+86-138-0000-0000", "１３８００００００００", "'+8613800000000"]
)
def test_a_telephone_survives_what_excel_makes_of_it(typed):
    assert cells.phone(typed) == "13800000000"


def test_an_id_number_that_excel_has_rounded_is_refused():
    with pytest.raises(CellRefused):
        cells.id_number(110101199003070000)
    with pytest.raises(IdNumberInvalid):
        cells.id_number("110101199003070000")
    assert cells.id_number(" 11010519491231002x ") == "11010519491231002X"


@pytest.mark.parametrize("typed", ["#REF!", "#N/A", "长" * 41])
def test_a_text_that_is_none_is_refused(typed):
    with pytest.raises(CellRefused):
        cells.name(typed)


def test_a_name_loses_the_blanks_between_its_characters():
    assert [cells.name(typed) for typed in ("张 三", "　张三 ", "阿依古丽·买买提", "John Smith")] == [
        "张三", "张三", "阿依古丽·买买提", "John Smith",
    ]  # fmt: skip


def test_a_door_of_digits_gets_its_word():
    assert [cells.door(typed) for typed in (12, 12.0, "１２", "12 号", "东头")] == ["12号", "12号", "12号", "12号", "东头"]


@pytest.mark.parametrize("typed", ["1.5", "-1", "11", "十", "1e1"])
def test_a_number_outside_its_bounds_is_refused(typed):
    with pytest.raises(CellRefused):
        cells.whole(1, 10)(typed)


def test_numbers_are_read_as_text_or_number():
    assert [cells.whole(1, 10)(typed) for typed in (3, 3.0, "３", " 3 ")] == [3, 3, 3, 3]
    assert cells.decimal(-90, 90)("31.5000001") == 31.5
    with pytest.raises(CellRefused):
        cells.decimal(-90, 90)(131.2)


def test_yes_and_no():
    assert [cells.yes_no(typed) for typed in ("1", 1.0, True, "√", "0", False)] == [True, True, True, True, False, False]
    with pytest.raises(CellRefused):
        cells.yes_no("也许")


def test_a_choice_is_one_of_its_words():
    read = cells.choice((("", "无"), ("alone", "独居老人")))
    assert [read("独居老人"), read("alone")] == ["alone", "alone"]
    with pytest.raises(CellRefused):
        read("孤寡")


@pytest.mark.parametrize("text", ["=1+1", "+86", "-3", "@sum", "\tx", "\r=x", "'=1+1", "''+1"])
def test_what_looks_like_a_formula_goes_out_behind_an_apostrophe_and_comes_back_without(text):
    out = cells.neutral(text)
    assert out == "'" + text
    assert cells.as_text(out) == cells.as_text(text) if text[0] in "\t\r" else cells.as_text(out) == text


@pytest.mark.parametrize("text", ["张三", "3号", "'", "it's", "1-2"])
def test_other_texts_are_left_alone(text):
    assert (cells.neutral(text), cells.as_text(text)) == (text, text)
