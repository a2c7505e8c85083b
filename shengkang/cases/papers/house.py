"""Draws the house's own Word templates from the forms: ``python -m shengkang.cases.papers.house`` after a change of data/papers.toml."""

import io
from pathlib import Path

from docx import Document
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from shengkang.cases.papers import forms

TEMPLATES = Path(__file__).resolve().parent / "templates"
KINDS = ("cover", "register", "application", "inquiry", "session", "agreement", "confirmation", "follow_up")
# Fonts are named and not embedded (GB/T 9704); sizes in points: 二号, 小四, 12 pt text on 20 pt lines.
TITLE, LABEL, BODY = "方正小标宋简体", "黑体", "仿宋_GB2312"
TITLE_SIZE, SIZE, LINE = 22, 12, 20
GRID = (28, 50, 28, 50)
SIGNING = Pt(36)  # room above for a signature or a fingerprint


class House:
    """One template from top to bottom: A4, 37 mm above, 28 mm to the left."""

    def __init__(self, kind: str):
        self.document = Document()
        properties = self.document.core_properties
        properties.title, properties.author, properties.comments = "", "", ""
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.left_margin, section.right_margin, section.bottom_margin = Mm(37), Mm(28), Mm(26), Mm(35)
        self._normal()
        self._line("{{ title }}", TITLE, TITLE_SIZE, align=WD_ALIGN_PARAGRAPH.CENTER, after=Pt(12), spacing=36)
        if kind == "cover":
            self._line("{{ body }}", BODY, 16, align=WD_ALIGN_PARAGRAPH.CENTER, after=Pt(24), spacing=30)
        for part in forms.parts(kind):
            self._draw(part)

    def _normal(self):
        style = self.document.styles["Normal"]
        style.font.size = Pt(SIZE)
        _name(style.element.get_or_add_rPr(), BODY)
        shape = style.paragraph_format
        shape.space_before = shape.space_after = Pt(0)
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE)

    def _line(self, text, font=BODY, size=SIZE, *, align=None, before=None, after=None, spacing=LINE, keep=False):
        paragraph = self.document.add_paragraph()
        _write(paragraph, text, font, size)
        shape = paragraph.paragraph_format
        shape.alignment, shape.space_before, shape.space_after, shape.keep_with_next = align, before, after, keep
        shape.line_spacing = Pt(spacing)
        return paragraph

    def _draw(self, part):
        match part:
            case forms.Grid(rows):
                table = self._table(GRID)
                for row in rows:
                    cells = table.add_row().cells
                    if len(row) == 2:
                        cells[1].merge(cells[3])
                    for cell, text, is_label in zip([cells[0], cells[1], cells[2], cells[3]], row, (1, 0, 1, 0), strict=False):
                        _fill(cell, text, LABEL if is_label else BODY)
            case forms.Box(label, value, lines):
                table = self._table((GRID[0], sum(GRID[1:])))
                row = table.add_row()
                row.height = Pt(LINE * lines)
                _fill(row.cells[0], label, LABEL)
                _fill(row.cells[1], value, BODY)
            case forms.Table(title, name, columns):
                self._line(title, LABEL, before=Pt(8), after=Pt(4), keep=True)
                table = self._table([width for _label, _key, width in columns])
                for cell, (label, _key, _width) in zip(table.add_row().cells, columns, strict=True):
                    _fill(cell, label, LABEL)
                _fill(table.add_row().cells[0], f"{{%tr for row in {name} %}}", BODY)
                for cell, (_label, key, _width) in zip(table.add_row().cells, columns, strict=True):
                    _fill(cell, f"{{{{ row.{key} }}}}", BODY)
                _fill(table.add_row().cells[0], "{%tr endfor %}", BODY)
                return
            case forms.Text(text):
                paragraph = self._line(text, before=Pt(6))
                paragraph.paragraph_format.first_line_indent = Pt(2 * SIZE)
                return
            case forms.Sign(who):
                for each in who:
                    self._line(f"{each}：", before=SIGNING)
                return
            case forms.Close(office):
                self._line(office, align=WD_ALIGN_PARAGRAPH.RIGHT, before=SIGNING, keep=True)
                self._line("年　　月　　日", align=WD_ALIGN_PARAGRAPH.RIGHT)
                return
        # Without a line between them Word would join the tables and even out their columns.
        self._line("", size=1, spacing=1)

    def _table(self, widths):
        table = self.document.add_table(rows=0, cols=len(widths))
        table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        return table

    def bytes(self) -> bytes:
        out = io.BytesIO()
        self.document.save(out)
        return out.getvalue()


def _name(properties, font):
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = properties.makeelement(qn("w:rFonts"), {})
        properties.insert(0, fonts)
    for script in ("eastAsia", "ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), font)


def _write(paragraph, text, font, size):
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    _name(run._r.get_or_add_rPr(), font)


def _fill(cell, text, font):
    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    _write(cell.paragraphs[0], text, font, SIZE)


def main() -> None:
    for kind in KINDS:
        (TEMPLATES / f"{kind}.docx").write_bytes(House(kind).bytes())


if __name__ == "__main__":
    main()
