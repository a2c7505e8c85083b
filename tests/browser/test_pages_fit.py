"""Each phone page fits a thumb and 360 pixels, each desk page a screen of 1440."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from households.services import parties_at, report_quarrel
from points.services import open_wallet
from posts import services as posts
from shengkang.cases import services as cases
from shengkang.cases.models import Category
from shengkang.hazards import services as hazards
from shengkang.hazards.models import HazardGroup
from shengkang.notices.services import notify
from shengkang.organization.services import sign_on
from tests.browser.conftest import DESK, PHONE
from tests.journeys.town import NEIGHBOUR, STORY
from tests.patrols.conftest import make_shift
from tests.points.makers import make_award
from tests.posts.conftest import LATITUDE, LONGITUDE, lay_ground
from tests.world import mediate

pytestmark = pytest.mark.browser

# In CSS pixels: what a thumb hits (WCAG 2.2 asks 44 at its strictest level), what tired eyes read.
TAP, TEXT = 44, 18
TOO_SMALL = """tap => [...document.querySelectorAll("main a, main button, main select, main summary, main input:not([type=hidden])")]
    .filter(one => !one.closest(".visually-hidden") && one.checkVisibility())
    .map(one => [one.closest("label") || one, one.tagName + " " + (one.innerText || one.name || one.className)])
    .map(([one, name]) => [Math.round(one.getBoundingClientRect().height), Math.round(one.getBoundingClientRect().width), name])
    .filter(([height, width]) => Math.min(height, width) < tap)"""


@pytest.fixture
def lived_in(town):
    """A dispute under mediation, points on the head's card, a message for her."""
    here, at = town.here, timezone.now()
    sighting = report_quarrel(
        home=here.homes[0], category=Category.objects.get(pk="02"), story=STORY, parties=parties_at(here.homes[0], NEIGHBOUR),
        by=here.household_head, at=at,
    )  # fmt: skip
    case = sighting.case
    cases.accept_case(case=case, risk="yellow", grade="ordinary", officer=here.officer, by=here.officer, at=at)
    mediate(case, here.household_head, by=here.officer, at=at)
    wallet = open_wallet(person=here.household_head.person, by=here.officer, at=at)
    make_award(here, wallet, 9)
    town.case, town.sighting, town.wallet = case, sighting, wallet
    # An alarm of the liaison, of which an auxiliary on duty was told.
    lay_ground(here, at)
    sign_on(by=here.aux_police, at=at, latitude=LATITUDE, longitude=LONGITUDE)
    town.alarm = posts.raise_alarm(kind="help", source="phone", by=here.post_liaison, at=at)
    posts.dispatch_due(at)
    # A hazard that the head should have put right days ago, and a patrol shift to sign up for.
    seen = {
        "station": here.station, "village": here.villages[0], "group": HazardGroup.objects.get(code="03"), "level": "at_once",
        "channel": "head", "place": "三组水塘边", "text": STORY, "by": here.household_head, "at": at - timedelta(days=9),
    }  # fmt: skip
    hazard = hazards.find_hazard(**seen)
    town.hazard = hazards.assign_hazard(hazard=hazard, to=here.household_head, by=here.officer, at=at - timedelta(days=9))
    town.shift = make_shift(here, starts_at=at + timedelta(hours=5), at=at)
    return town


def phone_pages(town):
    home = town.here.homes[0].pk
    return {
        "household_head": [
            reverse("portal:home"),
            reverse("portal:account"),
            reverse("households:homes"),
            reverse("households:home", args=[home]),
            reverse("households:quarrel-where"),
            reverse("households:quarrel", args=[home]),
            reverse("households:visit", args=[home]),
            reverse("households:report-sighting"),
            reverse("households:sightings"),
            reverse("households:sighting", args=[town.sighting.pk]),
            reverse("households:told", args=[town.sighting.pk]),
            reverse("households:visits"),
            reverse("cases:list"),
            reverse("cases:mediating"),
            reverse("cases:detail", args=[town.case.pk]),
            reverse("notices:list"),
            reverse("points:mine"),
            reverse("points:why"),
            reverse("points:card"),
            reverse("points:redemptions"),
            reverse("points:record-deed"),
            reverse("points:publication"),
            reverse("hazards:report"),
            reverse("hazards:tasks"),
            reverse("hazards:found"),
            reverse("hazards:detail", args=[town.hazard.pk]),
            reverse("hazards:told", args=[town.hazard.pk]),
            reverse("hazards:put-right", args=[town.hazard.pk]),
            reverse("households:campaigns"),
            reverse("households:trainings"),
            reverse("patrols:shifts"),
            reverse("patrols:shift", args=[town.shift.pk]),
            reverse("patrols:waiting"),
            reverse("password-change"),
            reverse("sessions"),
        ],
        "post_liaison": [
            reverse("portal:home"),
            reverse("posts:raise"),
            reverse("posts:alarm", args=[town.alarm.pk]),
            reverse("posts:alarms"),
            reverse("posts:dispute"),
            reverse("posts:duty"),
            reverse("posts:mine"),
        ],
        "volunteer": [
            reverse("portal:home"),
            reverse("patrols:shifts"),
            reverse("patrols:record"),
            reverse("hazards:tasks"),
            reverse("households:sightings"),
        ],
        "village_cadre": [
            reverse("portal:home"),
            reverse("households:nominations"),
            reverse("households:campaigns"),
            reverse("patrols:waiting"),
        ],
        "aux_police": [
            reverse("patrols:lead"),
            reverse("posts:alarm", args=[town.alarm.pk]),
            reverse("posts:alarms"),
            reverse("posts:duty"),
        ],
        "shop_keeper": [
            reverse("portal:home"),
            reverse("points:counter"),
            reverse("points:basket", args=[town.wallet.card]),
            reverse("points:stock"),
            reverse("points:receive"),
        ],
    }


def test_each_phone_page_fits_the_screen_the_thumb_and_the_eyes(lived_in, enter):
    found = []
    for role, urls in phone_pages(lived_in).items():
        with enter(getattr(lived_in.here, role), PHONE) as page:
            for url in urls:
                answer = page.goto(url)
                assert (url, answer.status) == (url, 200)
                width = page.evaluate("document.documentElement.scrollWidth")
                size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('main')).fontSize)")
                if width > 360:
                    found.append(f"{url}: {width} px wide")
                if size < TEXT:
                    found.append(f"{url}: text of {size} px")
                found += [
                    f"{url}: target of {height} × {width} px: {name}" for height, width, name in page.evaluate(TOO_SMALL, TAP)
                ]
    assert found == []


@pytest.mark.parametrize("role", ["household_head", "post_liaison", "volunteer"])
def test_the_alarm_and_the_main_task_are_there_without_scrolling(lived_in, enter, role):
    user = getattr(lived_in.here, role)
    for number in range(5):
        notify(to=user, kind="test", text="有一条消息" * 9, key=str(number), at=timezone.now())
    with enter(user, PHONE) as page:
        page.goto(reverse("portal:home"))
        for tile in (".tile-danger", ".tile-main"):
            box = page.locator(tile).bounding_box()
            assert 0 <= box["y"] < box["y"] + box["height"] <= 640, tile


def desk_pages(town):
    case = town.case.pk
    return {
        "station_chief": [
            "/admin/",
            "/admin/cases/disputecase/",
            reverse("admin:cases_disputecase_change", args=[case]),
            reverse("admin:cases_disputecase_add"),
            reverse("admin:cases_disputecase_relapses", args=[case]),
            reverse("admin:cases_disputecase_merge", args=[case]),
            reverse("admin:cases_disputecase_session", args=[case]),
            reverse("admin:cases_disputecase_agree", args=[case]),
            "/admin/cases/disputecase/add/",
            "/admin/households/home/",
            "/admin/points/tariff/",
            "/admin/points/rule/",
            "/admin/points/deed/",
            "/admin/points/transfer/",
            "/admin/points/redemption/",
            "/admin/organization/person/",
            reverse("posts:board"),
            "/admin/posts/alarm/",
            "/admin/posts/alarm/add/",
            reverse("admin:posts_alarm_change", args=[town.alarm.pk]),
            reverse("admin:posts_alarm_close", args=[town.alarm.pk]),
            reverse("admin:posts_alarm_close_as_dispute", args=[town.alarm.pk]),
            "/admin/organization/logincard/",
            "/admin/organization/logincard/add/",
            reverse("sessions"),
            reverse("second-factor"),
        ],
        "township_leader": [
            reverse("reports:dashboard"),
            f"{reverse('reports:rows')}?part=disputes.found&month={timezone.localtime():%Y-%m}",
            reverse("reports:briefings"),
        ],
    }


def test_no_desk_page_is_wider_than_the_screen(lived_in, enter):
    found = []
    for role, urls in desk_pages(lived_in).items():
        with enter(getattr(lived_in.here, role), DESK) as page:
            for url in urls:
                answer = page.goto(url)
                assert (url, answer.status) == (url, 200)
                width = page.evaluate("document.documentElement.scrollWidth")
                if width > DESK["viewport"]["width"]:
                    found.append(f"{url}: {width} px wide")
    assert found == []
