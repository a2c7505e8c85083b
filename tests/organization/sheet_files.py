"""Excel files as people send them, for tests: rows of cells under the sheet's own headers, or under any others."""

from io import BytesIO

from openpyxl import Workbook, load_workbook

from shengkang.organization.sheets.nails import Sheet, find


def headers(sheet: Sheet, *keys: str) -> list[str]:
    return [str(sheet.column(key).header) for key in keys]


def saved(book: Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def xlsx(rows, change=None) -> bytes:
    """A workbook of these rows; `change(worksheet)` may do more to it."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book.active)
    return saved(book)


def sheet_file(key: str, keys, rows, change=None) -> bytes:
    """A file of the sheet `key`, with the columns `keys`."""
    return xlsx([headers(find(key), *keys), *rows], change)


def table(content: bytes) -> list[tuple]:
    """The rows of a workbook as Excel would show them, formulas as formulas."""
    return list(load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True))


def body(response) -> bytes:
    return b"".join(response.streaming_content)
