"""Reading what people send, and writing what they get. A file is measured before it is opened, and never believed."""

import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from io import BytesIO
from itertools import pairwise
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from zlib import error as ZlibError

from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation

from shengkang.errors import RuleViolation
from shengkang.organization.sheets.cells import neutral
from shengkang.organization.sheets.nails import Sheet
from shengkang.organization.sheets.plan import Plan, Row

MOST_BYTES = 2 * 1024 * 1024
# What the file unfolds to: 20,000 rows of twelve columns are 15 MB. The directory's sizes are binding, zipfile reads no further.
MOST_UNZIPPED = 48 * 1024 * 1024
MOST_PARTS = 200
MOST_COLUMNS = 40
# The last row Excel knows. Rows that were only formatted are empty and cost nothing.
LAST_ROW = 1_048_576
# Above the header there may be a title or two.
HEADER_WITHIN = 10
# A damaged or hostile file makes zipfile, the XML parser and openpyxl raise any of these; openpyxl promises no error of its own.
UNREADABLE = (
    zipfile.BadZipFile, ZlibError, ParseError, DefusedXmlException, InvalidFileException,
    KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, EOFError, NotImplementedError, RuntimeError,
)  # fmt: skip
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')


class SheetRefused(RuleViolation):
    """The file as a whole is not taken: too large, of another kind, or not this sheet."""


def _unreadable() -> SheetRefused:
    return SheetRefused(
        _("This file cannot be read. Open it in Excel or WPS, save it as .xlsx without a password, and send it again.")
    )


def _measure(content: bytes) -> None:
    """Look at the size and at the directory of the zip file; nothing is unpacked. Raises SheetRefused."""
    if not content:
        raise SheetRefused(_("This file is empty. Choose it once more."))
    if len(content) > MOST_BYTES:
        raise SheetRefused(
            _("This file is larger than %(most)s MB. Divide it into several files, village by village.")
            % {"most": MOST_BYTES // 2**20}
        )
    if not content.startswith(b"PK\x03\x04"):
        raise SheetRefused(_("This is no .xlsx file. Open it in Excel or WPS and save it as .xlsx."))
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as broken:
        raise _unreadable() from broken
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= {part.filename for part in parts}:
        raise SheetRefused(_("This is no .xlsx file. Open it in Excel or WPS and save it as .xlsx."))
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNZIPPED:
        raise SheetRefused(
            _(
                "This file unfolds to more than can be read. Copy only the rows that are needed into a fresh template and send that."
            )
        )


def _plain_header(value: Any) -> str:
    """A header as it is compared: without stars, blanks, and remarks in brackets."""
    return re.sub(r"\(.*?\)|[\s*:]", "", unicodedata.normalize("NFKC", str(value or ""))).casefold()


def _header_of(sheet: Sheet, cells: tuple) -> dict[str, int] | None:
    """Which column stands where, if this row is the header; None where a required one is missing."""
    found = {}
    titles = [_plain_header(cell) for cell in cells]
    for column in sheet.columns:
        name = _plain_header(column.header)
        if name in titles:
            found[column.key] = titles.index(name)
    return found if all(column.key in found for column in sheet.columns if column.required) else None


def _find_header(sheet: Sheet, book) -> tuple[Any, int, tuple, dict[str, int]]:
    """The worksheet, the number of the header row, its cells, and where each column stands. Raises SheetRefused."""
    for worksheet in book.worksheets[:3]:
        rows = worksheet.iter_rows(max_row=HEADER_WITHIN, max_col=MOST_COLUMNS + 1, values_only=True)
        for number, cells in enumerate(rows, start=1):
            where = _header_of(sheet, cells)
            if where is None:
                continue
            if cells[MOST_COLUMNS:][0:1] not in ((), (None,)):
                raise SheetRefused(
                    _("This sheet has more than %(most)s columns. Copy the rows into a fresh template.") % {"most": MOST_COLUMNS}
                )
            titles = [title for title in map(_plain_header, cells) if title]
            for one, other in pairwise(sorted(titles)):
                if one == other:
                    raise SheetRefused(_("The column “%(header)s” stands there twice. Delete one of the two.") % {"header": one})
            return worksheet, number, cells, where
    wanted = "、".join(str(column.header) for column in sheet.columns if column.required)
    raise SheetRefused(
        _(
            "The first row must hold the headers of the template; needed are: %(headers)s. Download the template and copy the rows into it."
        )
        % {"headers": wanted}
    )


def read(sheet: Sheet, content: bytes) -> tuple[Plan, list[Row]]:
    """The rows of a file, understood cell by cell; cells that cannot be are faults of the plan, and their rows are left out.

    Raises SheetRefused for the file as a whole: over 2 MB, unfolding too far, no .xlsx by its content, other headers, too many rows.
    """
    _measure(content)
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            return _read_book(sheet, book)
        finally:
            book.close()
    except UNREADABLE as broken:
        raise _unreadable() from broken


def _read_book(sheet: Sheet, book) -> tuple[Plan, list[Row]]:
    worksheet, header_row, header, where = _find_header(sheet, book)
    plan = Plan(
        {column.key: (get_column_letter(where[column.key] + 1), column) for column in sheet.columns if column.key in where}
    )
    plan.unread = [str(cell).strip() for place, cell in enumerate(header) if cell is not None and place not in where.values()]
    raw: dict[int, list] = {}
    rows = worksheet.iter_rows(min_row=header_row + 1, max_row=LAST_ROW, max_col=MOST_COLUMNS, values_only=True)
    for number, cells in enumerate(rows, start=header_row + 1):
        if all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells):
            continue
        raw[number] = list(cells)
        if len(raw) > sheet.most_rows:
            raise SheetRefused(
                _("This sheet has more than %(most)s rows. Divide it into several files, village by village.")
                % {"most": sheet.most_rows}
            )
    _fill_merged(worksheet, raw)
    understood = [row for number, cells in raw.items() if (row := _understand(sheet, plan, where, number, cells))]
    if not raw:
        raise SheetRefused(_("There are no rows under the header. Fill in the template and send it again."))
    return plan, understood


def _fill_merged(worksheet, raw: dict[int, list]) -> None:
    """A cell merged over several rows means each of them: its value is written down again."""
    with worksheet._get_source() as source:
        merged = [range_boundaries(ref.decode()) for ref in _MERGED.findall(source.read())]
    numbers = sorted(raw)
    for column, first, _last_column, last in merged[: len(numbers)]:
        if first not in raw or column > MOST_COLUMNS or last == first:
            continue
        value = raw[first][column - 1]
        for number in range(first + 1, min(last, numbers[-1]) + 1):
            if number in raw:
                raw[number][column - 1] = value


def _understand(sheet: Sheet, plan: Plan, where: dict[str, int], number: int, cells: list) -> Row | None:
    """The row, or None when one of its cells was refused."""
    found: dict[str, Any] = {}
    well = True
    for column in sheet.columns:
        value = cells[where[column.key]] if column.key in where else None
        if value is None or (isinstance(value, str) and not value.strip().strip("\u3000")):
            if column.required:
                plan.refuse(number, column.key, _("This cell must be filled in."))
                well = False
            continue
        try:
            found[column.key] = column.read(value)
        except RuleViolation as refusal:
            plan.refuse(number, column.key, refusal)
            well = False
    return Row(number, found) if well else None


def _styled(worksheet, sheet: Sheet) -> list[WriteOnlyCell]:
    cells = []
    for place, column in enumerate(sheet.columns, start=1):
        cell = WriteOnlyCell(worksheet, value=f"{column.header}{'*' if column.required else ''}")
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8EEF7")
        cell.alignment = Alignment(vertical="center")
        cells.append(cell)
        dimension = worksheet.column_dimensions[get_column_letter(place)]
        dimension.width = column.width
        if column.as_text:
            dimension.number_format = "@"
    return cells


def _cells(sheet: Sheet, row: dict[str, Any]) -> Iterator[Any]:
    for column in sheet.columns:
        value = row.get(column.key)
        if column.secret or value is None:
            yield None
        elif isinstance(value, date) or (isinstance(value, int | float) and not isinstance(value, bool) and not column.choices):
            yield value
        else:
            # Control characters are no part of a text and would spoil the file.
            yield neutral("".join(c for c in column.words(value) if c >= " " or c in "\t\n\r"))


def write(sheet: Sheet, rows: Iterable[dict[str, Any]]) -> tuple[IO[bytes], int]:
    """A workbook with the columns of the template, row after row, and the number of rows.

    Texts that Excel would run as formulas get an apostrophe in front; what is secret is left out.
    """
    book = Workbook(write_only=True)
    worksheet = book.create_sheet(str(sheet.title)[:31])
    worksheet.freeze_panes = "A2"
    worksheet.append(_styled(worksheet, sheet))
    count = 0
    for row in rows:
        worksheet.append(list(_cells(sheet, row)))
        count += 1
    file = SpooledTemporaryFile(max_size=MOST_BYTES)  # noqa: SIM115 the response closes it
    book.save(file)
    file.seek(0)
    return file, count


def template(sheet: Sheet) -> IO[bytes]:
    """An empty workbook to fill in: headers with a star where needed, lists to choose from, and a second sheet that explains."""
    book = Workbook()
    worksheet, notes = book.active, book.create_sheet(_("How to fill in"))
    worksheet.title = str(sheet.title)[:31]
    worksheet.freeze_panes = "A2"
    for place, (cell, column) in enumerate(zip(_styled(worksheet, sheet), sheet.columns, strict=True), start=1):
        target = worksheet.cell(row=1, column=place, value=cell.value)
        target.font, target.fill = Font(bold=True), PatternFill("solid", fgColor="E8EEF7")
        words = [str(word) for code, word in column.choices if code != ""]
        if words and len(",".join(words)) < 250:
            choose = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
            letter = get_column_letter(place)
            choose.add(f"{letter}2:{letter}{sheet.most_rows + 1}")
            worksheet.add_data_validation(choose)
    for line in _notes(sheet):
        notes.append(line)
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width, notes.column_dimensions["C"].width = 20, 12, 80
    file = SpooledTemporaryFile(max_size=MOST_BYTES)  # noqa: SIM115 the response closes it
    book.save(file)
    file.seek(0)
    return file


def _notes(sheet: Sheet) -> Iterator[list[str]]:
    yield [_("Column"), _("Needed"), _("How to fill in")]
    for column in sheet.columns:
        words = "、".join(str(word) for code, word in column.choices if code != "")
        yield [str(column.header), _("needed") if column.required else "", f"{column.help}{words}"]
    yield []
    yield [_("Rows are the same when these agree"), "", str(sheet.identity)]
    yield [_("Empty cells"), "", _("An empty cell leaves what is known as it is.")]
    yield [_("Limits"), "", _("At most %(rows)s rows and 2 MB in one file.") % {"rows": sheet.most_rows}]
