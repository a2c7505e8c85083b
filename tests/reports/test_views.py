"""The leaders' pages: who reaches them, what they say, and that every figure opens exactly its rows."""

import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from shengkang.audit.models import AccessEntry
from shengkang.cases.indicators import lasting
from shengkang.reports import nails, selectors, services
from tests.reports import facts
from tests.reports.facts import on

FEBRUARY = date(2026, 2, 1)
MONTH = {"month": "2026-02"}
OPEN_PARTS = [key for key, part in nails.parts().items() if not part.hidden]
# What the busy month has something of; the wings above the disputes hold their figures against rows of their own in their handbooks.
FILLED = ("disputes.", "follow_ups.", "reports.", "visits.", "points.")
# Whether a settlement lasts is seen over longer times than this month; tests/cases/test_indicators_lasting.py fills these.
LASTING = tuple(part.key for part in vars(lasting).values() if isinstance(part, nails.Part))


@pytest.fixture(autouse=True)
def the_eleventh_of_march(monkeypatch, world):
    monkeypatch.setattr(timezone, "now", lambda: world.now)


@pytest.fixture
def briefing(february):
    return services.freeze_month(station=february.here.station, month=FEBRUARY, at=february.now)


def page(client, user, name, query=None, args=()):
    client.force_login(user)
    return client.get(reverse(f"reports:{name}", args=args), query or {})


PAGES = [("dashboard", MONTH), ("rows", MONTH | {"part": "disputes.found"}), ("briefings", {})]


@pytest.mark.parametrize(("name", "query"), PAGES)
@pytest.mark.parametrize(
    "role", ["household_head", "shop_keeper", "post_liaison", "volunteer", "resident", "device", "aux_police"]
)
def test_the_hall_does_not_exist_for_those_without_figures(client, world, role, name, query):
    assert page(client, getattr(world.here, role), name, query).status_code == 404


@pytest.mark.parametrize(("name", "query"), PAGES)
def test_a_stranger_is_asked_to_log_in(client, world, name, query):
    answer = client.get(reverse(f"reports:{name}"), query)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("login"))


@pytest.mark.parametrize(
    "query",
    [
        {"part": "disputes.protected"},
        {"part": "nothing.of.the.kind"},
        {"part": "disputes.found", "kind": "zz"},
        {"part": "disputes.found", "month": "2026-13"},
        {"part": "disputes.found", "village": "0"},
        {},
    ],
)
def test_rows_that_are_nobodys_do_not_exist(client, february, query):
    assert page(client, february.here.station_chief, "rows", MONTH | query).status_code == 404


def test_a_village_of_another_station_does_not_exist(client, february):
    village = february.there.villages[0].pk
    for name in ("dashboard", "rows"):
        query = MONTH | {"part": "disputes.found", "village": village}
        assert page(client, february.here.township_leader, name, query).status_code == 404


def test_another_stations_report_does_not_exist(client, february, briefing):
    for role in ("station_chief", "officer", "township_leader"):
        assert page(client, getattr(february.there, role), "briefing", args=[briefing.pk]).status_code == 404
        assert page(client, getattr(february.there, role), "briefings").context["rows"] == []


def test_a_draft_does_not_exist_for_leaders(client, february, briefing):
    assert page(client, february.here.township_leader, "briefing", args=[briefing.pk]).status_code == 404


def test_only_the_chief_issues_a_report(client, february, briefing):
    issue = reverse("reports:issue", args=[briefing.pk])
    client.force_login(february.here.officer)
    assert client.post(issue).status_code == 403
    client.force_login(february.here.township_leader)
    assert client.post(issue).status_code == 404
    client.force_login(february.there.station_chief)
    assert client.post(issue).status_code == 404
    briefing.refresh_from_db()
    assert briefing.issued_at is None


def test_an_issued_report_reaches_the_leader_and_who_took_it_is_written_down(client, february, briefing):
    client.force_login(february.here.station_chief)
    assert client.post(reverse("reports:issue", args=[briefing.pk])).status_code == 302
    answer = page(client, february.here.township_leader, "briefing", args=[briefing.pk])
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    look = AccessEntry.objects.get(what="briefing")
    assert look.by_ref == f"organization.User:{february.here.township_leader.pk}"


def test_issuing_twice_says_why_not(client, february, briefing):
    client.force_login(february.here.station_chief)
    for _time in range(2):
        answer = client.post(reverse("reports:issue", args=[briefing.pk]), follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]


@pytest.mark.parametrize("frozen", [False, True], ids=["moving", "frozen"])
def test_every_figure_equals_its_rows(client, february, frozen):
    station = february.here.station
    if frozen:
        services.freeze_month(station=station, month=FEBRUARY, at=february.now)
    for key in OPEN_PARTS:
        part = nails.parts()[key]
        counted = selectors.figures(station, {FEBRUARY}, [part]).of(part, FEBRUARY)
        shown = page(client, february.here.station_chief, "rows", MONTH | {"part": key}).context
        behind = shown["behind"]
        assert behind.value == (counted / part.scale if part.scale > 1 and counted is not None else counted), key
        assert (behind.frozen, behind.gone) == (frozen, 0), key
        assert len(shown["rows"]) == behind.count, key
        if part.gather is nails.Gather.COUNT:
            assert behind.count == counted, key
        assert counted or not key.startswith(FILLED) or key in LASTING, key


@pytest.mark.parametrize("frozen", [False, True], ids=["moving", "frozen"])
def test_every_village_and_kind_equals_its_rows(february, frozen):
    station = february.here.station
    if frozen:
        services.freeze_month(station=station, month=FEBRUARY, at=february.now)
    for key in OPEN_PARTS:
        part = nails.parts()[key]
        split = selectors.figures(station, {FEBRUARY}, [part], split=("village_id", "kind")).split_of(part, FEBRUARY)
        assert split or not key.startswith(FILLED) or key in LASTING, key
        for (village, kind), counted in split.items():
            kind = kind if part.kind else None
            behind = selectors.rows_behind(station, part, FEBRUARY, at=february.now, village=village, kind=kind)
            assert behind.value == (counted / part.scale if part.scale > 1 else counted), (key, village, kind)


def test_every_number_on_the_dashboard_leads_to_rows_that_match(client, february):
    for query in (MONTH, MONTH | {"village": february.here.villages[1].pk}):
        html = page(client, february.here.township_leader, "dashboard", query).content.decode()
        links = re.findall(r'<a href="([^"]*rows/[^"]*)">([\d,.]+)</a>', html)
        assert len(links) > 10
        for url, number in set(links):
            answer = client.get(url.replace("&amp;", "&"))
            assert answer.context["value"] == number, url


def test_a_case_reopened_after_the_close_is_still_among_the_rows_counted(client, february):
    case = facts.a_case(february.here, on(2026, 2, 12), settled_at=on(2026, 2, 13))
    services.freeze_month(station=february.here.station, month=FEBRUARY, at=on(2026, 3, 1, 3))
    facts.reopen(case, february.here, on(2026, 3, 5))
    shown = page(client, february.here.officer, "rows", MONTH | {"part": "disputes.due_settled"}).context
    assert case.no in [row["title"] for row in shown["rows"]]
    assert shown["behind"].count == shown["behind"].value


def test_a_row_protected_after_the_close_is_counted_and_not_shown(client, february):
    case = facts.a_case(february.here, on(2026, 2, 12))
    services.freeze_month(station=february.here.station, month=FEBRUARY, at=on(2026, 3, 1, 3))
    case.restricted = True
    case.save()
    shown = page(client, february.here.station_chief, "rows", MONTH | {"part": "disputes.found"})
    assert case.no not in shown.content.decode()
    assert (shown.context["behind"].gone, len(shown.context["rows"])) == (1, shown.context["behind"].count - 1)


def test_leaders_see_no_name_place_or_text(client, february):
    facts.an_award(february.here, on(2026, 2, 8), 5, confidential=True)
    leader = february.here.township_leader
    people = [person.name for person in february.here.residents] + [home.householder for home in february.here.homes]
    users = [february.here.officer.name, february.here.household_head.name, february.here.shop_keeper.name]
    phones = [person.phone for person in february.here.residents]
    hidden = [*people, *users, *phones, "老槐树", "争吵", "吵起来", "举报有功", "/admin/"]
    for key in OPEN_PARTS:
        html = page(client, leader, "rows", MONTH | {"part": key}).content.decode()
        html = html.replace(leader.name, "")  # his own name stands in the bar
        assert [word for word in hidden if word in html] == [], key


def test_the_dashboard_names_nobody(client, february):
    html = page(client, february.here.township_leader, "dashboard", MONTH).content.decode()
    assert february.here.officer.name not in html
    assert "老槐树" not in html


def test_a_percentage_on_a_small_base_is_not_printed(client, february):
    for day in range(1, 10):
        facts.a_case(february.here, on(2026, 1, day))
    services.recount_everything_open(station=february.here.station, at=february.now)

    def found():
        groups = page(client, february.here.township_leader, "dashboard", MONTH).context["groups"]
        figure = next(iter(groups))[1][0]
        return figure["comparisons"][0]["small"], figure["comparisons"][0]["change"]

    # January: these nine and the three of the month before February.
    small, change = found()
    assert small is False
    assert "%" in change
    assert selectors.SMALL_BASE == 10


def test_a_base_of_nine_is_small_and_of_ten_is_not(february):
    def change():
        services.recount_everything_open(station=february.here.station, at=february.now)
        return selectors.lines(february.here.station, FEBRUARY, today=date(2026, 3, 11))[0].last_month

    for day in range(1, 8):
        facts.a_case(february.here, on(2026, 1, day))
    assert (change().base, change().change, change().small) == (9, None, True)
    facts.a_case(february.here, on(2026, 1, 9))
    assert (change().base, change().change, change().small) == (10, -10.0, False)


def test_a_running_month_is_compared_with_the_same_days(february):
    for day in (2, 11, 12):
        facts.a_case(february.here, on(2025, 3, day))
    services.recount_everything_open(station=february.here.station, at=february.now)
    line = selectors.lines(february.here.station, date(2026, 3, 1), today=date(2026, 3, 11))[0]
    assert line.last_year.base == 2


@pytest.mark.parametrize("name", ["dashboard", "rows", "briefings"])
def test_a_page_costs_the_same_for_one_row_and_for_many(client, february, name, django_assert_max_num_queries):
    """Dashboard and reports read stored figures, and the rows page reads one page; none grows with history."""
    query, station = MONTH | {"part": "disputes.found"}, february.here.station
    services.freeze_month(station=station, month=date(2025, 11, 1), at=february.now)
    page(client, february.here.station_chief, name, query)

    def cost():
        services.recount_everything_open(station=station, at=february.now)
        with django_assert_max_num_queries(24) as captured:
            client.get(reverse(f"reports:{name}"), query)
        return len(captured)

    few = cost()
    for day in range(1, 4):
        facts.a_case(february.here, on(2026, 2, 20 + day), village=day % 2, category="01")
    services.freeze_month(station=station, month=date(2025, 12, 1), at=february.now)
    assert cost() == few
