"""Pictures of the dashboard as templates/parts/chart.html wants them: the picture and its table are one set of rows."""

from datetime import date

from shengkang.organization.selectors import villages_of
from shengkang.reports import nails
from shengkang.reports.nails import Chart
from shengkang.reports.selectors import Figures, figures, months_up_to

MONTHS = 12


def drawn(station, month: date, *, today: date, village=None, url) -> list[dict]:
    """Every chart that was hung, for `month` and the eleven before it. `url(part, month, village, kind)` leads to the rows.

    Three reads of stored figures, however many charts and rows there are.
    """
    charts = nails.charts()
    hung = {by: [part for chart in charts if chart.by == by for part in chart.parts] for by in ("month", "kind", "village")}
    months = months_up_to(month, MONTHS)
    trend = figures(station, months, hung["month"], village=village)
    kinds = figures(station, {month}, hung["kind"], village=village, split=("kind",))
    villages = figures(station, {month}, hung["village"], split=("village_id",))
    places = list(villages_of(station))
    labels: dict = {}
    answer = []
    for chart in charts:
        if chart.by == "month":
            rows = _by_month(chart, months, trend, village, url)
        elif chart.by == "kind":
            first = chart.parts[0]
            if first.kinds not in labels:
                labels[first.kinds] = first.kinds()
            rows = _by_kind(chart, month, kinds, labels[first.kinds], village, url)
        elif village is None:
            rows = _by_village(chart, month, villages, places, url)
        else:
            continue
        answer.append(
            {
                "id": f"chart-{chart.key.replace('.', '-')}",
                "kind": chart.drawn,
                "title": str(chart.title),
                "unit": str(chart.unit),
                "format": "number",
                "head": str(chart.head),
                "series": [{"name": str(part.name)} for part in chart.parts],
                "rows": rows,
                "wide": chart.by == "village",
            }
        )
    return answer


def _shown(counted: Figures, part, month, *split):
    value = counted.of(part, month, *split)
    return value / part.scale if value is not None and part.scale > 1 else value


def _by_month(chart: Chart, months, counted, village, url):
    place = village.pk if village else None
    return [
        {
            "label": f"{month:%y-%m}",
            "values": [_shown(counted, part, month) for part in chart.parts],
            "url": url(chart.parts[0], month, place),
        }
        for month in months
    ]


def _by_kind(chart: Chart, month, counted, names, village, url):
    """Kinds that occur, the biggest first; a scale that has an order of its own (risk) keeps it."""
    place = village.pk if village else None
    present = {kind for part in chart.parts for kind in counted.split_of(part, month)}
    order = [kind for kind in names if kind in present] + sorted(present - names.keys())
    if len(order) > 4:
        order.sort(key=lambda kind: -(counted.of(chart.parts[0], month, kind) or 0))
    return [
        {
            "label": str(names.get(kind, kind)),
            "values": [_shown(counted, part, month, kind) for part in chart.parts],
            "url": url(chart.parts[0], month, place, kind),
        }
        for kind in order
    ]


def _by_village(chart: Chart, month, counted, places, url):
    return [
        {
            "label": place.name,
            "values": [_shown(counted, part, month, place.pk) for part in chart.parts],
            "url": url(chart.parts[0], month, place.pk),
        }
        for place in places
    ]
