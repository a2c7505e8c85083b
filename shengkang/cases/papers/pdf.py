"""The same papers as PDF, and the whole file as one: drawn from the forms, with a font of our own."""

import io
import logging
from datetime import datetime
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import Align, TableCellFillMode, VAlign
from fpdf.fonts import FontFace

from shengkang.cases.papers import forms

MEDIA_TYPE = "application/pdf"
# Noto Sans SC cut down to the characters of GB 2312 (SIL Open Font License, beside it).
FONT = Path(__file__).resolve().parent / "fonts" / "NotoSansSC-gb2312.otf"
MISSING = "□"
# Signs the font writes with another code point.
LOOKS_LIKE = str.maketrans({"—": "―", "–": "-", "·": "・", "•": "・", "\xa0": " ", "〇": "○", "\t": "　"})
MISSING_NOTE = "□：字库中没有的字，请用笔补写。"
SIZE, SMALL, TITLE, LINE = 12, 10, 20, 6.5  # points; the line in millimetres
GRID = (28, 50, 28, 50)
TOP, LEFT, RIGHT, BOTTOM = 25, 28, 26, 22
GREY = 242
LABEL = FontFace(fill_color=(GREY, GREY, GREY))
PADDING = 1
LEAST = 6  # a long text begins on the next page rather than with fewer lines than this
CONTINUED = "（续）"

# It tells at length which characters it put into a file: names and stories.
logging.getLogger("fontTools").setLevel(logging.WARNING)


@cache
def known() -> frozenset[int]:
    with TTFont(FONT, lazy=True) as font:
        return frozenset(font.getBestCmap())


def drawable(text: str) -> str:
    """`text` in characters the font has; one it lacks becomes an empty square, to be seen and written by hand."""
    return "".join(each if each == "\n" or ord(each) in known() else MISSING for each in text.translate(LOOKS_LIKE))


class _Sheet(FPDF):
    """Numbers its pages, and says at the foot of a page that characters are missing on it."""

    missing = False

    def footer(self):
        self.set_y(-15)
        self.set_font_size(SMALL)
        self.cell(0, 6, MISSING_NOTE if self.missing else "", align=Align.L)
        self.set_x(LEFT)
        self.cell(0, 6, f"― {self.page_no()} ―", align=Align.C)


class Pdf:
    """Draws papers one after the other; `bytes()` ends it. `at` is when it was written."""

    def __init__(self, title: str, at: datetime):
        self.pdf = _Sheet(format="A4")
        self.pdf.set_creation_date(at)
        self.pdf.set_title(drawable(title))
        self.pdf.set_lang("zh-CN")
        self.pdf.set_margins(LEFT, TOP, RIGHT)
        self.pdf.set_auto_page_break(True, BOTTOM)
        self.pdf.add_font("paper", fname=FONT)
        self.pdf.set_font("paper", size=SIZE)

    def paper(self, kind: str, content: dict) -> int:
        """One paper on pages of its own; returns how many pages it took."""
        self.pdf.add_page()
        before, self.pdf.missing = self.pdf.page_no(), False
        self._line(content["title"], size=TITLE, align=Align.C, height=12)
        if kind == "cover":
            self._line(content["body"], size=14, align=Align.C, height=10)
        self.pdf.ln(4)
        drawn = forms.parts(kind)
        foot = next((no for no, part in enumerate(drawn) if isinstance(part, forms.Sign | forms.Close)), len(drawn))
        for part in drawn[:foot]:
            self._draw(part, content)
        # Who signs sees the others sign, and the day: the foot is not torn over two pages.
        height = sum((8 + LINE) * len(part.who) if isinstance(part, forms.Sign) else 10 + 2 * LINE for part in drawn[foot:])
        if self.pdf.will_page_break(height):
            self.pdf.add_page()
        for part in drawn[foot:]:
            self._draw(part, content)
        return self.pdf.page_no() - before + 1

    def picture(self, title: str, content: bytes) -> None:
        """A photo on a page of its own."""
        self.pdf.add_page()
        self._line(title, size=SIZE)
        width, height = self.pdf.epw, self.pdf.page_break_trigger - self.pdf.get_y() - 4
        self.pdf.image(io.BytesIO(content), x=LEFT, y=self.pdf.get_y() + 2, w=width, h=height, keep_aspect_ratio=True)

    def bytes(self) -> bytes:
        return bytes(self.pdf.output())

    def _text(self, text: str) -> str:
        drawn = drawable(text)
        self.pdf.missing = self.pdf.missing or drawn.count(MISSING) > text.count(MISSING)
        return drawn

    def _line(self, text, *, size=SIZE, align=Align.L, height=LINE):
        self.pdf.set_font_size(size)
        self.pdf.multi_cell(0, height, self._text(text), align=align, wrapmode="CHAR", new_x="LMARGIN", new_y="NEXT")
        self.pdf.set_font_size(SIZE)

    def _draw(self, part, content):
        match part:
            case forms.Grid(rows):
                for row in rows:
                    if len(row) == 2:
                        self._long_row(row[0], self._filled(row[1], content))
                        continue
                    with self._table(GRID) as table:
                        drawn = table.row()
                        for place, text in enumerate(row):
                            drawn.cell(self._filled(text, content), style=None if place % 2 else LABEL)
            case forms.Box(label, value, lines):
                self._long_row(label, self._filled(value, content), lines)
            case forms.Table(title, name, columns):
                if self.pdf.will_page_break(3 + 4 * LINE):  # its title does not stay behind alone
                    self.pdf.add_page()
                self.pdf.ln(3)
                self._line(title)
                with self._table([width for _label, _key, width in columns]) as table:
                    head = table.row()
                    for label, _key, _width in columns:
                        head.cell(label, style=LABEL)
                    for row in content[name]:
                        drawn = table.row()
                        for _label, key, _width in columns:
                            drawn.cell(self._text(row[key]))
            case forms.Text(text):
                if said := self._filled(text, content):
                    self.pdf.ln(2)
                    self._line(f"　　{said}")
            case forms.Sign(who):
                for each in who:
                    self.pdf.ln(8)
                    self._line(f"{each}：")
            case forms.Close(office):
                self.pdf.ln(10)
                self._line(forms.filled(office, content), align=Align.R)
                self._line("年　　月　　日", align=Align.R)

    def _long_row(self, label, text, lines=1):
        """A label and its text, which goes on over as many pages as it needs; at least `lines` high."""
        widths = (GRID[0], sum(GRID[1:]))
        left = self.pdf.multi_cell(
            widths[1] - 2 * (PADDING + self.pdf.c_margin), LINE, text, dry_run=True, output="LINES", wrapmode="CHAR"
        )
        page = int((self.pdf.h - TOP - BOTTOM - 2 * PADDING) / LINE) - 1
        while True:
            room = int((self.pdf.page_break_trigger - self.pdf.get_y() - 2 * PADDING) / LINE) - 1
            fits = len(left) if len(left) <= max(room, LEAST) else room if room >= LEAST else page
            here, left = left[:fits], left[fits:]
            with self._table(widths) as table:
                drawn = table.row(min_height=LINE * min(lines, page))
                drawn.cell(label, style=LABEL)
                drawn.cell("\n".join(here), v_align=VAlign.T if lines > 1 else VAlign.M)
            if not left:
                return
            label, lines = f"{label.removesuffix(CONTINUED)}{CONTINUED}", 1

    def _filled(self, text, content) -> str:
        return self._text(forms.filled(text, content))

    def _table(self, widths):
        return self.pdf.table(
            col_widths=tuple(widths), width=sum(widths), align=Align.L, line_height=LINE, padding=PADDING, wrapmode="CHAR",
            first_row_as_headings=False, text_align=Align.L, v_align=VAlign.M, cell_fill_mode=TableCellFillMode.NONE,
        )  # fmt: skip
