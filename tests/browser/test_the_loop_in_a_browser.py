"""The loop once more, by hand: a telephone of 360 pixels without JavaScript, a desk, a counter and a leader's screen."""

import io
import re

import pytest
from django.urls import reverse
from docx import Document

from points.models import EvaluationPeriod, Redemption
from points.selectors.ledger import wallet_of
from shengkang.attachments.models import Attachment
from shengkang.cases.models import DisputeCase
from tests.browser.conftest import DESK, PHONE
from tests.journeys.tables import run
from tests.journeys.town import HOUSEHOLDER, NEIGHBOUR, RICE, STORY, photo

pytestmark = pytest.mark.browser


def test_the_loop_goes_round_under_peoples_own_hands(town, enter):
    here = town.here
    with enter(here.household_head, PHONE, java_script_enabled=False) as page:
        case = she_reports_a_quarrel(page, here)
    with enter(here.officer, DESK) as page:
        he_settles_it(page, case, here)
    run("points.score_open_periods")
    with enter(here.station_chief, DESK) as page:
        the_month_is_closed(page, here)
    run("points.seal")
    with enter(here.household_head, PHONE) as page:
        she_reads_her_points(page, case)
    with enter(here.shop_keeper, PHONE) as page:
        he_hands_over_the_rice(page, here, town.rice)
    for task in ("reports.recount_days", "reports.freeze_last_month", "notices.deliver"):
        run(task)
    with enter(here.station_chief, DESK) as page:
        page.goto(reverse("reports:briefings"))
        page.click("form[action$='/issue/'] button")
    with enter(here.township_leader, DESK) as page:
        she_looks_how_the_town_is_doing(page, case)
    with enter(here.household_head, PHONE, java_script_enabled=False) as page:
        she_reads_what_became_of_it(page, case)


def she_reports_a_quarrel(page, here) -> DisputeCase:
    page.click(f"main a[href='{reverse('households:quarrel-where')}']")
    page.click(f"main a[href='{reverse('households:quarrel', args=[here.homes[0].pk])}']")
    page.check("input[name=category][value='02']")
    page.fill("textarea[name=story]", STORY)
    page.fill("input[name=other]", NEIGHBOUR)
    taken = photo()
    page.set_input_files("input[name=photos]", {"name": taken.name, "mimeType": "image/jpeg", "buffer": taken.bytes})
    page.click("main form button[type=submit]")
    case = DisputeCase.objects.get()
    assert case.no in page.inner_text("main")
    return case


def press(page, verb):
    page.click(f"nav.verbs a[href$='/{verb}/']")


def send(page):
    page.click(".verb-submit button")
    page.wait_for_selector("nav.verbs, .messagelist")


def he_settles_it(page, case, here):
    page.click(f".hand-rows a[href='{reverse('admin:cases_disputecase_change', args=[case.pk])}']")
    picture = page.wait_for_selector(f"img[src*='{Attachment.objects.of(case).get().pk}']")
    assert picture.evaluate("image => (image.scrollIntoView(), image.decode().then(() => image.naturalWidth))") == 320
    press(page, "accept")
    page.check("input[name=risk][value=yellow]")
    page.fill("input[name=reason]", "两家都在气头上")  # nothing was ticked, so the points suggest green
    page.check("input[name=grade][value=ordinary]")
    send(page)
    press(page, "gate")
    for no in page.query_selector_all("main input[type=radio][value=no], #content input[type=radio][value=no]"):
        no.check()
    send(page)
    press(page, "mediate")
    page.select_option("select[name=mediator]", str(here.household_head.pk))
    send(page)
    press(page, "inquire")
    page.fill("input[name=place]", "两家屋后")
    page.fill("input[name=whom]", "隔壁的住户")
    page.fill("textarea[name=record]", "屋檐的水确实滴进地窖。")
    send(page)
    press(page, "session")
    page.fill("input[name=place]", "村委会")
    page.fill("textarea[name=record]", "双方都愿意各退一步。")
    page.check("input[name=impartial]")
    page.check("input[name=outcome][value=agreed]")
    send(page)
    press(page, "agree")
    page.fill("textarea[name=terms]", "十日内装好檐沟。")
    send(page)
    press(page, "sign")
    paper = photo("paper.jpg")
    page.set_input_files("input[name=picture]", {"name": paper.name, "mimeType": "image/jpeg", "buffer": paper.bytes})
    send(page)
    press(page, "settle")
    send(page)
    press(page, "follow-up")
    page.check("input[name=outcome][value=holds]")
    send(page)
    press(page, "archive")
    send(page)
    case.refresh_from_db()
    assert case.status == "archived"


def the_month_is_closed(page, here):
    period = EvaluationPeriod.objects.get(station=here.station)
    page.goto(reverse("admin:points_evaluationperiod_change", args=[period.pk]))
    if page.query_selector("nav.verbs a[href$='/end-today/']"):  # not on the last day of a month
        press(page, "end-today")
        send(page)
    for verb in ("review", "publish", "close"):
        press(page, verb)
        send(page)
    period.refresh_from_db()
    assert period.status == "closed"


def she_reads_her_points(page, case):
    page.click(f"main a[href='{reverse('points:mine')}']")
    assert page.inner_text(".bignumber").startswith("5")
    page.goto(reverse("points:why"))
    assert page.inner_text("main").count(case.no) == 2
    page.goto(reverse("points:card"))
    assert page.locator("main img").first.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")


def he_hands_over_the_rice(page, here, rice):
    wallet = wallet_of(here.household_head.person)
    page.goto(reverse("points:basket", args=[wallet.card]))
    assert RICE in page.inner_text("main")
    page.click(f"button[value='+item-{rice.pk}']")
    assert page.inner_text("[data-total]") == "4"
    page.click(".points-pay button.btn-main")
    page.click("form[action$='/collect/'] button")
    page.wait_for_url(re.compile(r"/redemptions/\d+/"))
    wallet.refresh_from_db()
    assert (wallet.balance, rice.lots.get().left, Redemption.objects.get().status) == (1, 2, "collected")


def she_looks_how_the_town_is_doing(page, case):
    page.wait_for_selector(".figure-value")
    page.wait_for_selector("canvas, .chart svg")
    page.click("a[href*='part=disputes.found']")
    assert case.no in page.inner_text("main")
    page.goto(reverse("reports:briefings"))
    with page.expect_download() as download:
        page.click("main a[href*='/dashboard/reports/']")
    with open(download.value.path(), "rb") as file:
        paper = Document(io.BytesIO(file.read()))
    assert paper.tables[-1].rows[0].cells[0].text  # the sheet of formulas; last month was a quiet one
    for url in (reverse("reports:dashboard"), reverse("reports:briefings")):
        page.goto(url)
        assert not {HOUSEHOLDER, NEIGHBOUR} & set(re.findall(rf"{HOUSEHOLDER}|{NEIGHBOUR}", page.content()))


def she_reads_what_became_of_it(page, case):
    page.goto(reverse("cases:list"))
    page.click(f"main a[href='{case.get_absolute_url()}']")
    text = page.inner_text("main")
    case.refresh_from_db()
    assert case.get_status_display() in text
    assert STORY in text
