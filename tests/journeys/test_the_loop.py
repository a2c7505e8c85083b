"""One quarrel through the whole house: found on a phone, settled at the desk, thanked for, redeemed, reported, and told of."""

import io
import re
import zipfile
from datetime import datetime
from html import unescape
from zoneinfo import ZoneInfo

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from docx import Document
from PIL import Image

from points.models import EvaluationPeriod, Redemption, ScoreLine
from points.selectors.ledger import wallet_of
from shengkang.attachments.models import Attachment
from shengkang.cases.models import DisputeCase
from shengkang.notices.models import Notice
from shengkang.reports.models import Briefing
from shengkang.reports.nails import indicators
from tests.journeys.tables import clock_tasks, counts, run
from tests.journeys.town import HOUSEHOLDER, NEIGHBOUR, RICE, STORY, drawn, photo
from tests.journeys.visitor import Visitor
from tests.world import no_at_the_gate

SHANGHAI = ZoneInfo("Asia/Shanghai")


def on(month, day, hour=10, minute=0):
    """The station's clock stands at this moment of 2026."""
    return time_machine.travel(datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI), tick=False)


def desk(case, verb="change"):
    return reverse(f"admin:cases_disputecase_{verb}", args=[case.pk])


def test_a_quarrel_is_found_early_settled_lawfully_followed_up_and_its_helper_thanked(town):
    here = town.here
    with on(3, 11):
        case = the_head_reports_a_quarrel_with_a_photo(here)
    the_station_settles_it(here, case)
    the_month_is_scored_reviewed_published_and_closed(here, case)
    with on(4, 12):
        the_head_redeems_a_bag_of_rice(here, town.rice)
    the_leader_reads_how_the_town_is_doing(here)
    with on(5, 2):
        the_head_reads_what_became_of_it(here, case)
        call_command("verify_ledger")
        every_task_again_changes_nothing()


def the_head_reports_a_quarrel_with_a_photo(here) -> DisputeCase:
    head = Visitor(here.household_head)
    assert head.front == reverse("portal:home")

    # She finds the homes assigned to her, and no other.
    homes = head.get(reverse("households:homes")).context["rows"]
    assert [row["url"] for row in homes] == [reverse("households:home", args=[home.pk]) for home in here.homes[:2]]
    assert head.get(reverse("households:home", args=[here.homes[2].pk])).status_code == 404

    taken = photo()
    told = head.do(
        reverse("households:quarrel", args=[here.homes[0].pk]),
        category="02",
        story=STORY,
        other=NEIGHBOUR,
        photos=SimpleUploadedFile(taken.name, taken.bytes, "image/jpeg"),
    )
    case = DisputeCase.objects.get()
    assert case.no in head.read(told)
    assert (case.status, case.village, case.station) == ("reported", here.villages[0], here.station)
    assert {party.name for party in case.parties.all()} == {HOUSEHOLDER, NEIGHBOUR}
    return case


def the_station_settles_it(here, case):
    with on(3, 11, 14):
        officer = Visitor(here.officer)
        assert officer.front == reverse("admin:index")
        waiting = [panel for panel in officer.get("/admin/").context["desk_panels"] if panel["count"]]
        assert [(panel["count"], [row["url"] for row in panel["rows"]]) for panel in waiting] == [(1, [desk(case)])]

        # The photo hangs on the case; where it was taken and by which telephone is gone from it.
        picture = Attachment.objects.of(case).get()
        kept = b"".join(officer.get(reverse("attachments:file", args=[picture.pk])).streaming_content)
        assert str(picture.pk) in officer.read(desk(case))
        assert Image.open(io.BytesIO(kept)).size == (320, 240)
        assert not Image.open(io.BytesIO(kept)).getexif()
        assert b"SECRETPHONE" not in kept

        officer.do(desk(case, "accept"), risk="yellow", grade="ordinary", officer=here.officer.pk, reason="两家都在气头上")
        officer.do(desk(case, "gate"), **dict.fromkeys(no_at_the_gate(), "no"))
        officer.do(desk(case, "mediate"), procedure="people", mediator=here.household_head.pk)
    with on(3, 13, 16):
        asked = {"held_at": "2026-03-13T09:00", "place": "两家屋后", "whom": "隔壁的住户", "record": "屋檐的水确实滴进地窖。"}
        officer.do(desk(case, "inquire"), **asked)
        officer.do(
            desk(case, "session"),
            held_at="2026-03-13T14:30",
            place="村委会调解室",
            mediators=[here.household_head.pk, here.officer.pk],
            parties=[party.pk for party in case.parties.all()],
            impartial="on",
            record="双方各自讲了经过，都愿意各退一步。",
            outcome="agreed",
        )
        officer.do(
            desk(case, "agree"),
            facts=STORY,
            terms="邻居十日内装好檐沟，祁家自己修地窖。",
            effective_on="2026-03-13",
            what_1="装檐沟",
            due_on_1="2026-03-18",
        )
        head = Visitor(here.household_head)
        for who in [f"party-{party.pk}" for party in case.parties.all()] + ["mediator"]:
            head.do(reverse("cases:sign", args=[case.pk, who]), drawn=drawn())
        officer.do(desk(case, "settle"), note="当场握手")
    with on(3, 20, 7, 30):
        run("cases.remind_of_follow_ups")
        run("notices.deliver")
        officer = Visitor(here.officer)
        owed = next(panel for panel in officer.get("/admin/").context["desk_panels"] if panel["count"])
        assert [row["url"] for row in owed["rows"]] == [desk(case)]
    with on(3, 20, 15):
        obligation = case.agreements.get().obligations.get()
        officer.do(desk(case, "perform"), obligation=obligation.pk, performed_on="2026-03-17")
        officer.do(desk(case, "follow_up"), outcome="holds", note="檐沟已装好，两家和好")
        officer.do(desk(case, "archive"))

    moves = [
        (step.move, step.to_status, step.by, f"{step.at.astimezone(SHANGHAI):%m-%d %H}") for step in case.steps.order_by("no")
    ]
    assert moves == [
        ("open", "reported", here.household_head, "03-11 10"),
        ("accept", "accepted", here.officer, "03-11 14"),
        ("gate", "accepted", here.officer, "03-11 14"),
        ("mediate", "mediating", here.officer, "03-11 14"),
        ("inquire", "mediating", here.officer, "03-13 16"),
        ("session", "mediating", here.officer, "03-13 16"),
        ("agree", "agreed", here.officer, "03-13 16"),
        *[("sign", "agreed", here.household_head, "03-13 16")] * 3,
        ("settle", "settled", here.officer, "03-13 16"),
        ("perform", "settled", here.officer, "03-20 15"),
        ("follow_up", "settled", here.officer, "03-20 15"),
        ("archive", "archived", here.officer, "03-20 15"),
    ]


def the_month_is_scored_reviewed_published_and_closed(here, case):
    with on(3, 21, 1):
        run("points.score_open_periods")
    period = EvaluationPeriod.objects.get(station=here.station, starts_on="2026-03-01")
    assert hers(here, period) == [(44, 3), (47, 2)]  # mediated it; told of it first

    def press(user, verb):
        Visitor(user).do(reverse(f"admin:points_evaluationperiod_{verb}", args=[period.pk]))

    with on(4, 1, 1):
        run("points.score_open_periods")
    with on(4, 1, 3):
        run("reports.freeze_last_month")
    with on(4, 1, 9):
        press(here.officer, "review")
    with on(4, 2, 9):
        press(here.officer, "publish")
    with on(4, 3):
        assert here.household_head.person.name[0] in Visitor(here.volunteer).read(reverse("points:publication"))
        assert wallet_of(here.household_head.person) is None or wallet_of(here.household_head.person).balance == 0
    with on(4, 10, 9):
        press(here.station_chief, "close")
        run("points.seal")

    with on(4, 10, 18):
        head = Visitor(here.household_head)
        assert head.get(reverse("points:mine")).context["wallet"].balance == 5
        month = head.get(reverse("points:why")).context["months"][-1]
        assert (month["bonus"], month["provisional"], month["period"]) == (5, False, period)
        assert len(month["rows"]) == 2
        assert all(case.no in row["text"] for row in month["rows"])


def hers(here, period):
    lines = ScoreLine.objects.filter(period=period, person=here.household_head.person, rule__part="bonus")
    return list(lines.order_by("rule__no").values_list("rule__no", "points"))


def the_head_redeems_a_bag_of_rice(here, rice):
    head, keeper = Visitor(here.household_head), Visitor(here.shop_keeper)
    wallet = wallet_of(here.household_head.person)
    assert head.get(reverse("points:card_picture"))["Content-Type"] == "image/svg+xml"
    card = reverse("points:basket", args=[wallet.card])
    # The address behind the code opens for the keeper only.
    assert head.get(card).status_code == 404

    basket = keeper.read(card)
    assert RICE in basket
    assert here.household_head.person.name not in basket
    slip = keeper.do(card, **{f"item-{rice.pk}": "1"})
    keeper.do(slip, to=reverse("points:collect", args=[Redemption.objects.get().pk]))

    wallet.refresh_from_db()
    assert (wallet.balance, rice.lots.get().left, Redemption.objects.get().status) == (1, 2, "collected")
    statement = head.get(reverse("points:mine")).context["statement"].lines
    assert (statement[0].points, statement[0].after) == (-4, 1)
    assert sorted(line.points for line in statement) == [-4, 2, 3]
    assert len(head.get(reverse("points:redemptions")).context["rows"]) == 1


def the_leader_reads_how_the_town_is_doing(here):
    with on(5, 1, 1):
        run("points.score_open_periods")
    with on(5, 1, 3):
        run("reports.freeze_last_month")
    with on(5, 1, 9):
        chief = Visitor(here.station_chief)
        for briefing in Briefing.objects.filter(station=here.station):
            chief.do(reverse("reports:briefings"), to=reverse("reports:issue", args=[briefing.pk]))

        leader = Visitor(here.township_leader)
        assert leader.front == reverse("reports:dashboard")
        march, april = (figures_of(leader, month) for month in ("2026-03", "2026-04"))
        rate = march["disputes.settlement_rate"]
        assert (march["disputes.found"]["value"], march["disputes.settled"]["value"], rate["value"]) == ("1", "1", "100%")
        assert rate["formula"]
        assert [term["value"] for term in rate["terms"]] == ["1", "0", "1", "0"]
        assert (april["points.awarded"]["value"], april["points.redeemed"]["value"]) == ("5", "4")

        # Behind each figure lie its rows, and they match it.
        assert [row["title"] for row in rows_behind(leader, march["disputes.found"])] == [DisputeCase.objects.get().no]
        assert len(rows_behind(leader, march["disputes.settled"])) == 1
        assert [row["amount"] for row in rows_behind(leader, april["points.awarded"])] in (["2", "3"], ["3", "2"])
        assert [row["amount"] for row in rows_behind(leader, april["points.redeemed"])] == ["4"]

        the_word_reports_say_the_same(leader, here)
        nothing_a_leader_reaches_names_a_party(leader, here)


def figures_of(leader, month):
    """The dashboard's key figures by the name of their indicator."""
    from_names = {str(each.name): each.key for each in indicators()}
    context = leader.get(reverse("reports:dashboard"), month=month).context
    return {from_names[str(figure["name"])]: figure for _group, figures in context["groups"] for figure in figures}


def rows_behind(leader, figure):
    return leader.get(figure["url"]).context["rows"]


def words(document) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def the_word_reports_say_the_same(leader, here):
    papers = {}
    for row in leader.get(reverse("reports:briefings")).context["rows"]:
        file = leader.get(row["url"])
        papers[row["briefing"].month.month] = Document(io.BytesIO(b"".join(file.streaming_content)))
    assert sorted(papers) == [3, 4]
    figures = {}
    for month, paper in papers.items():
        figures[month] = {row.cells[0].text: row.cells[1].text for row in paper.tables[-1].rows}
    names = {each.key: str(each.name) for each in indicators()}
    assert figures[3][names["disputes.found"]].startswith("1")
    assert figures[3][names["disputes.settlement_rate"]] == "100%"
    assert figures[4][names["points.awarded"]].startswith("5")
    assert figures[4][names["points.redeemed"]].startswith("4")
    assert "1 / 0" in words(papers[3])  # settled / not settled, in the table of villages


def nothing_a_leader_reaches_names_a_party(leader, here):
    """Every page and file that links lead to from the leader's front page, in the months of this story."""
    secret = [HOUSEHOLDER, NEIGHBOUR, STORY, *(person.name for person in here.residents), here.household_head.name]
    waiting, seen = [leader.front, reverse("portal:home")], set()
    while waiting:
        url = waiting.pop()
        if url in seen:
            continue
        seen.add(url)
        assert len(seen) < 800, "the leader's pages go round in circles"
        response = leader.client.get(url, follow=True)
        assert response.status_code in (200, 404), url
        text = text_of(response)
        assert [word for word in secret if word in text] == [], url
        path = response.request["PATH_INFO"]
        for link in re.findall(r'href="([^"#]+)"', text):
            link = unescape(link)
            link = path + link if link.startswith("?") else link
            month = re.search(r"month=([0-9-]+)", link)
            elsewhere = link.startswith(("//", "/static/", "/logout/")) or (month and month[1] not in ("2026-03", "2026-04"))
            if link.startswith("/") and not elsewhere:
                waiting.append(link)
    assert any("/rows/" in url for url in seen)
    assert any(re.search(r"/reports/[0-9a-f-]{36}/", url) for url in seen)


def text_of(response) -> str:
    """The body as text; of Word files, what is written in them."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as paper:
            body = b"\n".join(paper.read(name) for name in paper.namelist())
    return body.decode("utf-8", errors="replace")


def the_head_reads_what_became_of_it(here, case):
    head = Visitor(here.household_head)
    (row,) = head.get(reverse("cases:list")).context["rows"]
    case.refresh_from_db()
    assert (row["url"], row["badge"], row["tone"]) == (case.get_absolute_url(), case.get_status_display(), "ok")
    page = head.read(row["url"])
    assert case.no in page
    assert STORY in page
    # The message that told her waits on her phone, and leads there.
    outcome = Notice.objects.get(to=here.household_head, kind="case.outcome")
    messages = {message["url"] for message in head.get(reverse("notices:list")).context["rows"]}
    assert reverse("notices:open", args=[outcome.pk]) in messages
    assert outcome.delivered_at
    assert head.get(reverse("notices:open", args=[outcome.pk])).headers["Location"] == case.get_absolute_url()


def every_task_again_changes_nothing():
    for _night in range(2):
        before = counts()
        for name in clock_tasks():
            run(name)
        after = counts()
    assert {table: (before[table], after[table]) for table in after if before[table] != after[table]} == {}
