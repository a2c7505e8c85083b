"""The words of the monthly report, from frozen lines alone: how the month was, what rose, what fell, what is to be done."""

from datetime import date, datetime

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from docx.enum.text import WD_ALIGN_PARAGRAPH

from shengkang.organization.selectors import day_of, villages_of
from shengkang.reports import nails
from shengkang.reports.paper import FIFTH, Sheet
from shengkang.reports.selectors import SMALL_BASE, Line, figures, lines, next_month, previous_month, protected_figures
from shengkang.reports.wording import say_direction, say_month, say_movement, say_number, say_quarter, say_value

# More kinds than fit on the sheet's width are added up in one column.
COLUMNS = 7
# How many kinds each of the sections on rise and fall speaks of.
SPOKEN_OF = 3
NUMERALS = "一二三四五六七八九十"


def compose(*, station, month: date, root: str, at: datetime) -> tuple[str, bytes]:
    """(title, the .docx) of a closed month in the language of the house."""
    with translation.override(settings.LANGUAGE_CODE):
        title = _("monthly analysis of %s") % say_month(month)
        return f"{station.name}{title}", _Report(station, month, root, at).write(title)


class _Report:
    def __init__(self, station, month, root, at):
        self.station, self.month, self.root, self.at = station, month, root, at
        self.lines = lines(station, month, today=day_of(at))
        self.villages = {village.pk: village.name for village in villages_of(station)}
        self.sections = 0

    def write(self, title: str) -> bytes:
        self.sheet = Sheet(f"{self.station.name}{title}")
        self.sheet.title(self.station.name, title)
        self._whole_picture()
        for table in nails.tables():
            self._rise_and_fall(table.analysed)
        self._suggestions()
        self.sheet.signature(self.station.name, date_format(day_of(self.at), "DATE_FORMAT"))
        for no, table in enumerate(nails.tables(), 1):
            self._appendix(no, table)
        self._formulas(len(nails.tables()) + 1)
        self.sheet.copies(_("Copies to: the township's Party committee and government; the county public security bureau"))
        return self.sheet.bytes()

    def _section(self, name):
        self.sections += 1
        self.sheet.heading(_("%(no)s. %(name)s") % {"no": _numeral(self.sections), "name": name})

    def _whole_picture(self):
        self._section(_("The month as a whole"))
        groups: dict[str, list[Line]] = {}
        for line in self.lines:
            groups.setdefault(str(line.indicator.group), []).append(line)
        for no, (group, members) in enumerate(groups.items(), 1):
            self.sheet.subheading(_("(%(no)s) %(name)s") % {"no": _numeral(no), "name": group})
            self.sheet.line(_("; ").join(self._sentence(line) for line in members) + _("."))
        for part, quarter, shown in protected_figures(self.station, self.month):
            self.sheet.line(
                _("%(name)s: %(value)s in %(quarter)s (counted by quarter; not part of any other figure).")
                % {"name": part.name, "value": shown, "quarter": say_quarter(quarter)}
            )

    def _sentence(self, line: Line) -> str:
        said = _("%(name)s %(value)s%(unit)s") % {
            "name": line.indicator.name,
            "value": say_value(line),
            "unit": line.indicator.unit,
        }
        if line.indicator.bottom and line.terms[0][1] is not None:
            said += _(" (%(top)s of %(base)s)") % {"top": say_number(line.terms[0][1]), "base": say_number(line.of_how_many)}
        small, known = [], []
        for word, comparison in ((_("on last month"), line.last_month), (_("on last year"), line.last_year)):
            if comparison.small:
                small.append(word)
            elif comparison.change is not None:
                known.append(_("%(word)s %(change)s") % {"word": word, "change": say_movement(line, comparison)})
        if small:
            known.append(_("%(word)s: base too small") % {"word": _(" and ").join(small)})
        return said + (_(", ") + _(", ").join(known) if known else "")

    def _rise_and_fall(self, part):
        before = previous_month(self.month)
        counted = figures(self.station, {self.month, before}, [part], split=("kind",))
        now, then, names = counted.split_of(part, self.month), counted.split_of(part, before), part.kinds()
        moved = sorted(
            ((now.get(kind, 0) - then.get(kind, 0), kind) for kind in {*now, *then}), key=lambda pair: (-pair[0], pair[1])
        )
        self._section(_("What rose"))
        self._kinds(part, [(by, kind) for by, kind in moved if by > 0], now, then, names, _("No kind rose in this month."))
        self._section(_("What fell"))
        self._kinds(
            part, [(by, kind) for by, kind in reversed(moved) if by < 0], now, then, names, _("No kind fell in this month.")
        )

    def _kinds(self, part, moved, now, then, names, nothing):
        if not moved:
            self.sheet.line(nothing)
        for no, (by, kind) in enumerate(moved[:SPOKEN_OF], 1):
            earlier = then.get(kind, 0)
            share = (
                _("base too small") if earlier < SMALL_BASE else say_direction(by, f"{say_number(abs(by) * 100 / earlier, 1)}%")
            )
            said = _("%(name)s: %(now)s in the month, %(then)s in the month before (%(share)s)") % {
                "name": names.get(kind, kind),
                "now": say_number(now.get(kind, 0)),
                "then": say_number(earlier),
                "share": share,
            }
            self.sheet.line(_("(%(no)s) %(name)s") % {"no": _numeral(no), "name": said} + self._where(part, kind) + _("."))

    def _where(self, part, kind) -> str:
        """Mainly in …: the villages that hold the most, with their share."""
        cells = self._cells(part)
        rows = {village: value for (village, each), value in cells.items() if each == kind}
        total = sum(rows.values())
        top = sorted(((-count, pk) for pk, count in rows.items() if pk in self.villages and count > 1))[:2]
        if not top or not total:
            return ""
        places = [
            _("%(village)s (%(share)s%%)") % {"village": self.villages[pk], "share": say_number(-count * 100 / total, 1)}
            for count, pk in top
        ]
        return _(", mainly in ") + _(" and ").join(places)

    def _cells(self, part) -> dict[tuple[int, str], int]:
        """The month's values of a part by village and kind."""
        return figures(self.station, {self.month}, [part], split=("village_id", "kind")).split_of(part, self.month)

    def _suggestions(self):
        self._section(_("Suggestions for the work"))
        advice = [
            str(line.indicator.advice(line.value)) for line in self.lines if line.indicator.advice and line.value is not None
        ]
        advice = [sentence for sentence in advice if sentence]
        if not advice:
            self.sheet.line(_("The month's figures give no cause for a suggestion."))
        for no, sentence in enumerate(advice, 1):
            self.sheet.line(_("(%(no)s) %(name)s") % {"no": _numeral(no), "name": sentence}, keep=no == len(advice))

    def _appendix(self, no, table):
        """Village × kind; the biggest kinds have a column each, the rest one together."""
        counted = [self._cells(part) for part in table.parts]
        weight: dict[str, int] = {}
        for cells in counted:
            for (_pk, kind), value in cells.items():
                weight[kind] = weight.get(kind, 0) + value
        kinds = sorted(weight, key=lambda kind: (-weight[kind], kind))
        own, others = (kinds, []) if len(kinds) <= COLUMNS else (kinds[: COLUMNS - 1], kinds[COLUMNS - 1 :])
        names = table.parts[0].kinds()
        columns = [[kind] for kind in own] + ([others] if others else []) + [kinds]
        head = [_("Village"), *(str(names.get(kind, kind)) for kind in own), *([_("Others")] if others else []), _("Total")]

        def cell(villages, kinds_of_column):
            sums = [sum(cells.get((village, kind), 0) for village in villages for kind in kinds_of_column) for cells in counted]
            return " / ".join(map(say_number, sums)) if any(sums) else "—"

        rows = [[name, *(cell([pk], column) for column in columns)] for pk, name in self.villages.items()]
        rows.append([_("Total"), *(cell(list(self.villages), column) for column in columns)])
        self.sheet.appendix(_("Appendix %d") % no, table.title)
        if not kinds:
            self.sheet.line(_("Nothing was counted here in this month."))
            return
        width = (156 - 30 - 18) / (len(columns) - 1)
        self.sheet.table(head, rows, widths=[30, *[width] * (len(columns) - 1), 18], size=FIFTH)

    def _formulas(self, no):
        self.sheet.appendix(_("Appendix %d") % no, _("How the figures are counted"))
        rows = [[line.indicator.name, say_value(line), line.indicator.formula] for line in self.lines]
        self.sheet.table([_("Figure"), _("Value"), _("Formula")], rows, widths=[38, 22, 96], texts=(0, 2))
        self.sheet.line(
            _("Closed on %(day)s for %(first)s to %(last)s. The ids of all rows counted are kept with each line.")
            % {
                "day": date_format(day_of(self.at), "DATE_FORMAT"),
                "first": date_format(self.month, "DATE_FORMAT"),
                "last": date_format(previous_day(next_month(self.month)), "DATE_FORMAT"),
            },
            size=FIFTH,
        )
        if self.root:
            self.sheet.line(_("Root of the ledger's seals:"), size=FIFTH, keep=True)
            self.sheet.line(self.root, size=FIFTH, align=WD_ALIGN_PARAGRAPH.LEFT)


def previous_day(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _numeral(no: int) -> str:
    """The ordinal of a heading: 一 … 十 in Chinese, figures elsewhere and above ten."""
    return NUMERALS[no - 1] if translation.get_language() == "zh-hans" and no <= len(NUMERALS) else str(no)
