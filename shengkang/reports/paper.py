"""The sheet of an official document (GB/T 9704-2012): A4, 156 × 225 mm of text, 22 lines of 28 characters, fonts named and not embedded."""

import io

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

TITLE, BODY, HEADING, SUBHEADING, PLAIN = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
# Chinese type sizes in points: 二号 三号 四号 小四 五号
SECOND, THIRD, FOURTH, SMALL_FOURTH, FIFTH = 22, 16, 14, 12, 10.5
LINE = Pt(28.95)  # 22 lines fill 225 mm
# 28 characters of 16 pt in 156 mm stand a quarter of a point closer than their own width (in twentieths of a point).
CLOSER = -5


def _element(tag: str, **attributes):
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), str(value))
    return element


class Sheet:
    """Builds the document from top to bottom; `bytes()` ends it."""

    def __init__(self, title: str):
        self.document = Document()
        self.document.core_properties.title = title
        self.document.core_properties.author = ""
        self._page()
        self._normal()
        self._page_number()

    def _page(self):
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.left_margin, section.right_margin, section.bottom_margin = Mm(37), Mm(28), Mm(26), Mm(35)
        section.footer_distance = Mm(25)
        for grid in section._sectPr.findall(qn("w:docGrid")):
            section._sectPr.remove(grid)
        section._sectPr.append(_element("w:docGrid", type="lines", linePitch=579))

    def _normal(self):
        style = self.document.styles["Normal"]
        style.font.size = Pt(THIRD)
        self._fonts(style.element.get_or_add_rPr(), BODY)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        style.paragraph_format.line_spacing = LINE

    @staticmethod
    def _fonts(properties, name: str):
        for old in properties.findall(qn("w:rFonts")):
            properties.remove(old)
        properties.insert(0, _element("w:rFonts", eastAsia=name, ascii=name, hAnsi=name, cs=name))

    def _page_number(self):
        footer = self.document.sections[0].footer
        paragraph = footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for piece in ("— ", "begin", "PAGE", "end", " —"):
            run = self._run(paragraph, "", PLAIN, FOURTH)
            if piece in ("begin", "end"):
                run._r.append(_element("w:fldChar", fldCharType=piece))
            elif piece == "PAGE":
                code = OxmlElement("w:instrText")
                code.text = piece
                run._r.append(code)
            else:
                run.text = piece

    def _run(self, paragraph, text, font, size, bold=False):
        run = paragraph.add_run(text)
        run.font.size, run.bold = Pt(size), bold
        properties = run._r.get_or_add_rPr()
        self._fonts(properties, font)
        if size == THIRD:
            properties.insert_element_before(_element("w:spacing", val=CLOSER), "w:w", "w:kern", "w:position", "w:sz")
        return run

    def line(self, text, *, font=BODY, size=THIRD, indent=2, align=None, keep=False, right=0):
        """One paragraph; `indent` in characters of its own size, first line only; `right` characters from the right edge."""
        paragraph = self.document.add_paragraph()
        self._run(paragraph, str(text), font, size)
        shape = paragraph.paragraph_format
        shape.keep_with_next = keep
        shape.alignment = align if align is not None else WD_ALIGN_PARAGRAPH.JUSTIFY
        if indent or right:
            ind = _element("w:ind", firstLineChars=indent * 100, firstLine=indent * size * 20)
            if right:
                ind.set(qn("w:rightChars"), str(right * 100))
                ind.set(qn("w:right"), str(right * size * 20))
            paragraph._p.get_or_add_pPr().append(ind)
        return paragraph

    def title(self, *lines):
        """The title, each line centred and whole in its meaning (7.3.1)."""
        for text in lines:
            paragraph = self.line(text, font=TITLE, size=SECOND, indent=0, align=WD_ALIGN_PARAGRAPH.CENTER, keep=True)
            paragraph.paragraph_format.line_spacing = Pt(36)
        self.line("", indent=0)

    def appendix(self, no, name):
        """An appendix begins on a page of its own: its number flush left in bold type, its name centred below (7.3.4)."""
        paragraph = self.line(no, font=HEADING, indent=0, align=WD_ALIGN_PARAGRAPH.LEFT, keep=True)
        paragraph.paragraph_format.page_break_before = True
        self.line(name, font=TITLE, size=THIRD, indent=0, align=WD_ALIGN_PARAGRAPH.CENTER, keep=True)

    def heading(self, text):
        self.line(text, font=HEADING, keep=True)

    def subheading(self, text):
        self.line(text, font=SUBHEADING, keep=True)

    def signature(self, who, when):
        """The office right-aligned, the date below it four characters from the right edge (7.3.5.1 of the standard)."""
        self.line("", indent=0, keep=True)
        self.line(who, indent=0, align=WD_ALIGN_PARAGRAPH.RIGHT, keep=True, right=4)
        self.line(when, indent=0, align=WD_ALIGN_PARAGRAPH.RIGHT, right=4)

    def table(self, head: list[str], rows: list[list[str]], *, widths: list[float], texts=(0,), size=FIFTH):
        """A bordered table; the head repeats on each page, no row breaks over two; widths in millimetres, `texts`: columns set flush left."""
        table = self.document.add_table(rows=0, cols=len(head))
        table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for no, cells in enumerate([head, *rows]):
            row = table.add_row()
            properties = row._tr.get_or_add_trPr()
            properties.append(_element("w:cantSplit"))
            if no == 0:
                properties.append(_element("w:tblHeader"))
            for column, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
                cell.width = Mm(widths[column])
                cell.vertical_alignment = 1
                paragraph = cell.paragraphs[0]
                paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if column in texts and no else WD_ALIGN_PARAGRAPH.CENTER
                paragraph.paragraph_format.line_spacing = Pt(size * 1.5)
                properties = paragraph._p.get_or_add_pPr()
                properties.append(_element("w:snapToGrid", val=0))
                self._run(paragraph, str(text), HEADING if no == 0 else BODY, size)
        return table

    def copies(self, text):
        """抄送: between two rules at the foot of the text, size four, one character from each edge."""
        self.line("", indent=0, keep=True)
        paragraph = self.line(text, size=FOURTH, indent=1)
        borders = OxmlElement("w:pBdr")
        for side in ("top", "bottom"):
            borders.append(_element(f"w:{side}", val="single", sz=6, space=1, color="000000"))
        properties = paragraph._p.get_or_add_pPr()
        properties.insert_element_before(
            borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
        )

    def bytes(self) -> bytes:
        out = io.BytesIO()
        self.document.save(out)
        return out.getvalue()
