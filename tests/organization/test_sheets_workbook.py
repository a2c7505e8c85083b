"""A file is measured before it is opened, and never believed."""

import random
import zipfile
from io import BytesIO

import pytest
from openpyxl import Workbook

from shengkang.organization.sheets import workbook
from shengkang.organization.sheets.cells import text, whole
from shengkang.organization.sheets.nails import Column, Sheet
from shengkang.organization.sheets.workbook import SheetRefused
from tests.organization.sheet_files import saved, table, xlsx

GOODS = Sheet(
    key="test",
    title="货品",
    columns=(
        Column("name", "名称", text(20), required=True),
        Column("pieces", "件数", whole(1, 99)),
        Column("secret", "密", text(20), secret=True),
    ),
    identity="名称",
    cell=("catalogue", "update"),
    plan=lambda plan, rows, scene: None,
    write=lambda plan, scene: {},
    rows=lambda scene: (),
    most_rows=50,
)


def read(content, sheet=GOODS):
    plan, rows = workbook.read(sheet, content)
    return [(row.number, row.cells) for row in rows], [(each.row, each.letter, each.header) for each in plan.faults]


def zipped(parts: dict[str, bytes]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """A good file in which one part is another."""
    with zipfile.ZipFile(BytesIO(xlsx([["名称"], ["米"]]))) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    return zipped(parts | {name: content})


BOMB = b"<x>" + b"0" * (workbook.MOST_UNZIPPED + 1)
ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is>
<t>&b;</t></is></c></row></sheetData></worksheet>"""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * (workbook.MOST_BYTES + 1),
        b"name,pieces\nrice,3\n",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,  # an old .xls, or an .xlsx behind a password
        b"PK\x03\x04 and nothing of a zip file",
        zipped({"word/document.xml": b"<x/>", "[Content_Types].xml": b"<x/>"}),
        zipped({"xl/workbook.xml": b"not xml at all", "[Content_Types].xml": b"<x/>"}),
        zipped({"xl/workbook.xml": b"", "[Content_Types].xml": b"", "xl/worksheets/sheet1.xml": BOMB}),
        zipped({"xl/workbook.xml": b"", "[Content_Types].xml": b""} | {f"xl/{no}": b"" for no in range(workbook.MOST_PARTS)}),
        with_part("xl/worksheets/sheet1.xml", ENTITIES),
        with_part("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row r='1'><c"),
    ],
    ids=["empty", "large", "csv", "xls", "no zip", "word", "broken", "bomb", "many parts", "entities", "torn"],
)
def test_what_is_no_small_xlsx_is_refused(content):
    with pytest.raises(SheetRefused):
        workbook.read(GOODS, content)


def test_a_bomb_is_refused_before_anything_is_unpacked(monkeypatch):
    monkeypatch.setattr(workbook, "load_workbook", lambda *args, **kwargs: pytest.fail("it was opened"))
    with pytest.raises(SheetRefused):
        workbook.read(GOODS, zipped({"xl/workbook.xml": b"", "[Content_Types].xml": b"", "x": BOMB}))


def test_a_file_without_the_needed_header_or_without_rows_is_refused():
    for rows in ([["件数"], [3]], [], [["名称", "件数"]], [["名称"], [None], ["  "]], [["名称", "名称"], ["米", "面"]]):
        with pytest.raises(SheetRefused):
            workbook.read(GOODS, xlsx(rows))


def test_too_many_rows_or_columns_are_refused():
    with pytest.raises(SheetRefused):
        workbook.read(GOODS, xlsx([["名称"], *([f"货{no}"] for no in range(51))]))
    with pytest.raises(SheetRefused):
        workbook.read(GOODS, xlsx([["名称", *(f"列{no}" for no in range(workbook.MOST_COLUMNS))], ["米"]]))
    assert len(read(xlsx([["名称"], *([f"货{no}"] for no in range(50))]))[0]) == 50


def test_mistakes_are_told_by_row_and_column_and_their_rows_are_left_out():
    rows, faults = read(xlsx([["件数", "名称"], [3, "米"], ["三", "面"], [100, None], [4, "油"]]))
    assert rows == [(2, {"name": "米", "pieces": 3}), (5, {"name": "油", "pieces": 4})]
    assert faults == [(3, "A", "件数"), (4, "B", "名称"), (4, "A", "件数")]


def test_headers_with_stars_blanks_remarks_and_titles_above_are_found():
    rows, faults = read(xlsx([["某派出所货品表", None], [None], [" 名 称＊", "件数（个）", "别的"], ["米", 3, "x"]]))
    assert (rows, faults) == ([(4, {"name": "米", "pieces": 3})], [])
    plan, _rows = workbook.read(GOODS, xlsx([["名称*", "备注"], ["米", "x"]]))
    assert plan.unread == ["备注"]


def test_blank_rows_between_and_behind_cost_nothing():
    def formatted(worksheet):
        worksheet.cell(row=60_000, column=1).number_format = "@"

    rows, faults = read(xlsx([["名称"], ["米"], [None], ["  "], ["面"]], formatted))
    assert (rows, faults) == ([(2, {"name": "米"}), (5, {"name": "面"})], [])


def test_a_cell_merged_over_several_rows_means_each_of_them():
    rows, faults = read(
        xlsx([["名称", "件数"], ["米", 3], [None, 4], [None, 5], ["面", 6]], lambda worksheet: worksheet.merge_cells("A2:A4"))
    )
    assert faults == []
    assert [cells for _number, cells in rows] == [
        {"name": "米", "pieces": 3}, {"name": "米", "pieces": 4}, {"name": "米", "pieces": 5}, {"name": "面", "pieces": 6},
    ]  # fmt: skip


def test_the_second_worksheet_is_read_where_the_first_is_another():
    book = Workbook()
    book.active.append(["说明"])
    other = book.create_sheet("表")
    other.append(["名称"])
    other.append(["米"])
    assert read(saved(book))[0] == [(2, {"name": "米"})]


def test_a_file_that_lies_about_its_size_is_read_as_it_is():
    with zipfile.ZipFile(BytesIO(xlsx([["名称", "件数"], ["米", 3]]))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b'ref="A1:B2"' in sheet
    lie = sheet.replace(b'ref="A1:B2"', b'ref="A1"')
    assert read(with_part("xl/worksheets/sheet1.xml", lie)) == ([(2, {"name": "米", "pieces": 3})], [])
    far = sheet.replace(b'<row r="2">', b'<row r="99999999999">')
    with pytest.raises(SheetRefused):
        workbook.read(GOODS, with_part("xl/worksheets/sheet1.xml", far))


def test_whatever_bytes_are_sent_nothing_but_a_refusal_comes_of_it():
    """A good file with bytes turned over: it is read, or it is refused."""
    good, chance = xlsx([["名称", "件数"], ["米", 3]]), random.Random(7)
    for _try in range(120):
        broken = bytearray(good)
        for _byte in range(chance.randint(1, 8)):
            broken[chance.randrange(4, len(broken))] = chance.randrange(256)
        try:
            workbook.read(GOODS, bytes(broken))
        except SheetRefused:
            continue


def test_what_is_written_can_be_read_again_without_formulas_and_secrets():
    rows = [{"name": "=1+1", "pieces": 3, "secret": "420625"}, {"name": "米\x07", "pieces": None}]
    file, count = workbook.write(GOODS, rows)
    content = file.read()
    assert count == 2
    assert table(content) == [("名称*", "件数", "密"), ("'=1+1", 3, None), ("米", None, None)]
    assert b"420625" not in content
    assert read(content)[0] == [(2, {"name": "=1+1", "pieces": 3}), (3, {"name": "米"})]


def test_the_template_holds_the_headers_and_explains_them():
    content = workbook.template(GOODS).read()
    assert table(content) == [("名称*", "件数", "密")]
    with pytest.raises(SheetRefused):
        workbook.read(GOODS, content)
