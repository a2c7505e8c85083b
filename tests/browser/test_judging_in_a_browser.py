"""Ticking the signals of a dispute: the form adds them up under one's hands, and the desk keeps what they weighed."""

import pytest
from django.urls import reverse
from django.utils import timezone

from shengkang.cases import services
from shengkang.cases.models import Category
from tests.browser.conftest import DESK

pytestmark = pytest.mark.browser


def test_the_points_add_up_while_one_ticks(town, enter):
    here = town.here
    case = services.open_case(
        station=here.station,
        village=here.villages[0],
        category=Category.objects.get(code="02"),
        channel="visit",
        story="为屋檐滴水争吵",
        by=here.officer,
        at=timezone.now(),
    )
    with enter(here.officer, DESK) as page:
        page.goto(reverse("admin:cases_disputecase_accept", args=[case.pk]))
        assert "0" in page.inner_text("output")
        page.check("input[name=signals][value=knife]")
        page.check("input[name=signals][value=alcohol]")
        assert "40" in page.inner_text("output")
        page.uncheck("input[name=signals][value=alcohol]")
        assert "30" in page.inner_text("output")
        page.check("input[name=grade][value=ordinary]")
        page.click(".verb-submit button")
        page.wait_for_selector("nav.verbs")
    case.refresh_from_db()
    assert (case.risk, case.assessments.get().points) == ("yellow", 30)
