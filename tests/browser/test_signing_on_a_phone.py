"""An agreement is read and signed with a finger on a telephone that is handed over; without JavaScript the paper is photographed."""

import io

import pytest
from django.urls import reverse
from PIL import Image

from shengkang.attachments.models import Attachment
from shengkang.cases import agreements, services
from shengkang.cases.services import PartyDetails, instalments
from tests.browser.conftest import DESK, PHONE
from tests.journeys.town import HOUSEHOLDER, NEIGHBOUR, photo
from tests.world import mediate

pytestmark = pytest.mark.browser


@pytest.fixture
def case(town):
    here, at = town.here, town.now
    case = services.open_case(
        station=here.station, village=here.villages[0], category=town.category, channel="head", story="借钱不还",
        by=here.household_head, at=at, parties=[PartyDetails("first", HOUSEHOLDER), PartyDetails("second", NEIGHBOUR)],
    )  # fmt: skip
    services.accept_case(case=case, risk="green", grade="ordinary", officer=here.officer, by=here.officer, at=at)
    mediate(case, here.household_head, by=here.officer, at=at)
    day = at.date()
    owed = instalments(what="归还借款", total=1000, count=3, first_due_on=day, party=case.parties.last())
    services.record_agreement(
        case=case, facts="借款一千元", terms="分三期归还", effective_on=day, obligations=owed, by=here.officer, at=at
    )
    return case


def draw(page):
    """A stroke from one corner of the field to the other."""
    box = page.locator("[data-sign-canvas]").bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(box["x"] + 30 + step * 25, box["y"] + 40 + (step % 3) * 30)
    page.mouse.up()


def sign(page):
    page.click("form[data-sign] button[type=submit]")
    page.wait_for_selector("#signatures-title")


def test_three_sign_on_one_telephone(town, case, enter):
    here, agreement = town.here, case.agreements.get()
    with enter(here.household_head, PHONE) as page:
        page.goto(case.get_absolute_url())
        page.click(f"main a[href='{reverse('cases:agreement', args=[case.pk])}']")
        for _signer in range(3):
            page.click("main a[href*='/sign/'] >> nth=0")
            canvas = page.locator("[data-sign-canvas]")
            canvas.scroll_into_view_if_needed()
            assert canvas.bounding_box()["width"] > 280
            page.click("form[data-sign] button[type=submit]")  # nothing drawn yet
            page.wait_for_selector("[role=alert]")
            page.locator("[data-sign-canvas]").scroll_into_view_if_needed()
            draw(page)
            sign(page)
        assert page.query_selector("main a[href*='/sign/']") is None
    assert agreements.is_signed(agreement)
    for signature in agreement.signatures.all():
        kept = Attachment.objects.of(signature).get()
        picture = Image.open(io.BytesIO(kept.file.read())).convert("L")
        assert picture.width > 500
        assert picture.getextrema()[0] < 60 < 200 < picture.getextrema()[1]  # dark ink on white


def test_what_was_drawn_can_be_wiped_away(town, case, enter):
    with enter(town.here.household_head, PHONE) as page:
        page.goto(reverse("cases:sign", args=[case.pk, "mediator"]))
        page.locator("[data-sign-canvas]").scroll_into_view_if_needed()
        draw(page)
        page.click("[data-sign-clear]")
        page.click("form[data-sign] button[type=submit]")
        page.wait_for_selector("[role=alert]")
    assert case.agreements.get().signatures.count() == 0


def test_without_javascript_the_paper_is_photographed(town, case, enter):
    with enter(town.here.household_head, PHONE, java_script_enabled=False) as page:
        page.goto(reverse("cases:sign", args=[case.pk, "mediator"]))
        assert not page.is_visible("[data-sign-canvas]")
        taken = photo()
        page.set_input_files("input[name=photo]", {"name": taken.name, "mimeType": "image/jpeg", "buffer": taken.bytes})
        sign(page)
    signature = case.agreements.get().signatures.get()
    assert (signature.mediator, signature.how) == (town.here.household_head, "paper")


def test_the_desk_shows_who_signed(town, case, enter):
    with enter(town.here.officer, DESK) as page:
        page.goto(reverse("admin:cases_disputecase_change", args=[case.pk]))
        page.click("nav.verbs a[href$='/sign/']")
        taken = photo()
        page.set_input_files("input[name=picture]", {"name": taken.name, "mimeType": "image/jpeg", "buffer": taken.bytes})
        page.click(".verb-submit button")
        page.wait_for_selector("nav.verbs a[href$='/settle/']")
        assert NEIGHBOUR in page.inner_text("#content")
