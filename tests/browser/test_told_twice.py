"""The same quarrel told twice: by a head without JavaScript, and at the desk with a point on the map."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from shengkang.cases import services as cases
from shengkang.cases.models import Category, DisputeCase
from tests.browser.conftest import DESK, PHONE
from tests.cases.conftest import told
from tests.journeys.town import STORY

pytestmark = pytest.mark.browser


def test_a_head_is_asked_whether_she_told_it_before_and_nothing_she_typed_is_lost(town, enter):
    here, at = town.here, timezone.now()
    url = reverse("households:quarrel", args=[here.homes[0].pk])
    with enter(here.household_head, PHONE, java_script_enabled=False) as page:
        for words in (STORY, f"{STORY}，今早又吵"):
            page.goto(url)
            page.check("input[name=category][value='02']")
            page.fill("textarea[name=story]", words)
            page.click("summary")
            page.fill("input[name=other_phone]", "13700000001")
            page.click("main form button[type=submit]")
            if words == STORY:
                assert DisputeCase.objects.filter(opened_at__gte=at).count() == 1
        assert DisputeCase.objects.filter(opened_at__gte=at).count() == 1
        page.click("button[name=answer][value=new]")
        page.wait_for_url(re.compile("/told/"))
    again = DisputeCase.objects.latest("pk")
    assert (again.story, again.parties.get(side="second").phone) == (f"{STORY}，今早又吵", "13700000001")


def test_the_desk_sets_a_point_on_the_map_compares_and_joins(town, enter):
    here = town.here
    category = Category.objects.get(pk="02")
    cases.settle_on_the_spot(**told(here, category, at=timezone.now() - timezone.timedelta(days=40)), terms="檐口装水槽")
    first = cases.open_case(**told(here, category, at=timezone.now()))
    with enter(here.officer, DESK) as page:
        page.goto(reverse("admin:cases_disputecase_add"))
        page.select_option("select[name=village]", str(here.villages[0].pk))
        page.select_option("select[name=category]", "02")
        page.fill("textarea[name=story]", "屋檐滴水起争执，昨晚动了手")
        page.fill("input[name=first_name]", "张三")
        page.fill("input[name=first_phone]", "13800001234")
        page.click(".register-group:has(.register-map) summary")
        page.locator(".register-map.leaflet-container").click(position={"x": 120, "y": 140})
        latitude = page.input_value("input[name=latitude]")
        assert re.fullmatch(r"3\d\.\d{6}", latitude)
        page.click("form[data-once] button[type=submit]")
        assert page.input_value("input[name=latitude]") == latitude
        assert DisputeCase.objects.filter(status="reported").count() == 1
        page.click(f"button[name=answer][value='{first.pk}']")
        page.wait_for_url(re.compile(f"/{first.pk}/change/"))
        page.goto(reverse("admin:cases_disputecase_relapses", args=[first.pk]))
        assert page.locator(".timeline li").count() == 2
    assert first.reports.filter(by=here.officer).count() == 1
