"""The monthly report: opens in Word, in the official layout, and says what the frozen lines say."""

import io
import re
from datetime import date

import pytest
from django.utils import translation
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from points.models import Seal
from points.services import seal_ledger
from shengkang.organization.selectors import start_of
from shengkang.reports import nails, selectors, services
from shengkang.reports.models import ReportLine
from tests.reports import facts
from tests.reports.facts import on

FEBRUARY = date(2026, 2, 1)


@pytest.fixture
def briefing(february):
    """Closed on the eleventh, with one seal of February and one of March."""
    seal_ledger(at=on(2026, 2, 27))
    facts.an_award(february.here, on(2026, 3, 1, 0, 1))
    seal_ledger(at=on(2026, 3, 1, 0, 2))
    return services.freeze_month(station=february.here.station, month=FEBRUARY, at=february.now)


def opened(briefing):
    with briefing.file.open("rb") as file:
        return Document(io.BytesIO(file.read()))


def words(document):
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_sheet_is_the_official_one(briefing):
    document = opened(briefing)
    section = document.sections[0]
    text = section.page_width - section.left_margin - section.right_margin
    height = section.page_height - section.top_margin - section.bottom_margin
    sizes = (section.page_width, section.page_height, section.top_margin, section.left_margin, text, height)
    assert [round(size.mm if hasattr(size, "mm") else size / Mm(1)) for size in sizes] == [210, 297, 37, 28, 156, 225]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "lines"
    assert Mm(225) // Pt(int(grid.get(qn("w:linePitch"))) / 20) == 22
    body = document.element.body.findall(f".//{qn('w:spacing')}[@{qn('w:val')}]")
    assert {Mm(156) // Pt(16 + int(spacing.get(qn("w:val"))) / 20) for spacing in body} == {28}


def test_fonts_are_named_and_none_is_embedded(briefing):
    document = opened(briefing)
    fonts = {run.get(qn("w:eastAsia")) for run in document.element.iter(qn("w:rFonts"))}
    assert fonts == {"方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"}
    assert not [
        part
        for part in document.part.package.iter_parts()
        if "font" in part.content_type.lower() and part.partname.endswith("odttf")
    ]


def test_numbers_equal_the_frozen_lines(briefing, february):
    document = opened(briefing)
    station = february.here.station
    table = nails.tables()[0]
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert rows[0][1:-1] == ["邻里纠纷", "婚姻家庭纠纷"]
    for no, village in enumerate(february.here.villages, 1):
        lines = ReportLine.objects.filter(station=station, village=village)
        sums = [sum(line.value for line in lines if line.part == part.key) for part in table.parts]
        assert rows[no][-1] == (" / ".join(map(str, sums)) if any(sums) else "—")
    totals = [sum(line.value for line in ReportLine.objects.filter(station=station, part=part.key)) for part in table.parts]
    assert rows[-1][-1] == " / ".join(map(str, totals)) == "9 / 3"
    shown = {row.cells[0].text: row.cells[1].text for row in document.tables[1].rows}
    awarded = next(indicator for indicator in nails.indicators() if indicator.key == "points.awarded")
    assert shown[str(awarded.name)] == "42"


def test_the_report_is_written_from_frozen_lines_alone(february):
    station = february.here.station
    first = services.freeze_month(station=station, month=FEBRUARY, at=february.now)
    text = words(opened(first))
    facts.a_case(february.here, on(2026, 2, 21))
    first.delete()
    again = services.write_briefing(station=station, month=FEBRUARY, at=february.now)
    assert words(opened(again)) == text


def test_no_percentage_stands_on_a_small_base(briefing, february):
    text = words(opened(briefing))
    lines = selectors.lines(february.here.station, FEBRUARY, today=date(2026, 3, 11))
    assert all(line.last_month.change is None for line in lines if line.last_month.small)
    assert re.findall(r"(?:up|down|上升|下降)[ ]?[\d.]+%", text) == []


def test_the_root_is_the_last_one_of_the_month(briefing):
    february, march = Seal.objects.order_by("id").values_list("root", flat=True)
    assert briefing.ledger_root == february == nails.anchor(briefing.station, start_of(date(2026, 3, 1)))
    assert february in words(opened(briefing))
    assert march not in words(opened(briefing))


def test_nobody_is_named_and_protected_cases_are_told_by_quarter(february):
    facts.a_case(february.here, on(2026, 2, 14), restricted=True)
    briefing = services.freeze_month(station=february.here.station, month=FEBRUARY, at=february.now)
    text = words(opened(briefing))
    for name in (february.here.officer.name, february.here.residents[0].name, february.here.homes[0].householder, "老槐树"):
        assert name not in text
    assert "<5" in text


def test_the_report_speaks_the_language_of_the_house(february):
    with translation.override("en"):
        english = services.freeze_month(station=february.here.station, month=FEBRUARY, at=february.now)
    assert "2026年2月" in english.title


def test_a_month_in_which_nothing_happened_has_its_report(world):
    briefing = services.freeze_month(station=world.here.station, month=FEBRUARY, at=world.now)
    assert len(opened(briefing).tables) == 1  # the formulas
