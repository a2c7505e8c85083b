"""Every home is looked at: opened at the desk, walked by a head, watched by the village, closed with what was left."""

from datetime import datetime
from zoneinfo import ZoneInfo

import time_machine
from django.urls import reverse

from households.models import Campaign, HomeCheck
from shengkang.hazards.models import Hazard
from shengkang.notices.models import Notice
from tests.journeys.visitor import Visitor

SHANGHAI = ZoneInfo("Asia/Shanghai")


def on(day, hour=10):
    return time_machine.travel(datetime(2026, 3, day, hour, 0, tzinfo=SHANGHAI), tick=False)


def desk(verb, *args):
    return reverse(f"admin:households_campaign_{verb}", args=args)


def test_a_winter_fire_check_goes_through_every_home(town):
    here = town.here
    with on(11):
        campaign = the_officer_opens_it(here)
        the_head_finds_one_home_in_order_and_one_that_burns_charcoal(here, campaign)
    with on(12):
        a_mistake_is_put_right_by_looking_again(here, campaign)
        the_village_reads_how_far_it_is(here, campaign)
    with on(20):
        the_officer_closes_it_with_what_was_left(here, campaign)


def the_officer_opens_it(here) -> Campaign:
    officer = Visitor(here.officer)
    url = desk("add") + "?kind=winter_fire"
    form = officer.get(url).context["form"]
    lines = [form[f"line_{no}"].initial for no in range(1, 9) if form[f"line_{no}"].initial]
    sent = {"name": "冬春防火", "starts_on": "2026-03-11", "ends_on": "2026-03-18", "villages": [str(here.villages[0].pk)]}
    for no, line in enumerate(lines, start=1):
        sent |= {f"line_{no}_0": line.text, f"line_{no}_1": line.group, f"line_{no}_2": line.level}
    officer.do(url, **sent)
    campaign = Campaign.objects.get()
    assert campaign.items.count() == len(lines) > 3
    assert Notice.objects.get(to=here.household_head, kind="campaign.new").link == campaign.get_absolute_url()
    return campaign


def the_head_finds_one_home_in_order_and_one_that_burns_charcoal(here, campaign):
    head = Visitor(here.household_head)
    assert reverse("households:campaigns") in head.read(head.front)
    rows = head.get(campaign.get_absolute_url()).context["rows"]
    assert len(rows) == 2
    led = head.do(rows[0]["url"], result="right")
    rows = head.get(led).context["rows"]
    assert [bool(row["badge"]) for row in rows] == [False, True], "what is left stands first"
    # Ticked, but the wrong button: nothing is written, nothing typed is lost.
    assert head.send(rows[0]["url"], result="right", problems="1").status_code == 200
    head.do(rows[0]["url"], result="problem", problems="1", note="已提醒开窗")
    assert HomeCheck.objects.count() == 2
    hazard = Hazard.objects.get()
    assert (hazard.channel, hazard.level, hazard.found_by) == ("campaign", "at_once", here.household_head)
    assert str(hazard.group) in Visitor(here.officer).read(reverse("admin:hazards_hazard_changelist"))


def a_mistake_is_put_right_by_looking_again(here, campaign):
    head = Visitor(here.household_head)
    url = reverse("households:check", args=[campaign.pk, here.homes[0].pk])
    head.do(url, result="nobody")
    assert head.get(campaign.get_absolute_url()).context["mine"]["left"] == 1
    assert HomeCheck.objects.filter(home=here.homes[0]).count() == 2


def the_village_reads_how_far_it_is(here, campaign):
    cadre = Visitor(here.village_cadre)
    page = cadre.get(campaign.get_absolute_url())
    assert page.context["total"]["done"] == 1
    assert here.homes[0].householder not in page.content.decode()
    leader = Visitor(here.township_leader)
    assert "专项排查进度" in leader.read("/dashboard/") or "Campaign progress" in leader.read("/dashboard/")


def the_officer_closes_it_with_what_was_left(here, campaign):
    officer = Visitor(here.officer)
    shown = officer.get(desk("change", campaign.pk)).context
    assert shown["whole"]["left"] == 2
    left = officer.get(shown["progress"][0]["left_url"]).context["cl"].result_list
    assert {home.pk for home in left} == {here.homes[0].pk, here.homes[2].pk}
    officer.do(desk("close", campaign.pk), sure="on")
    head = Visitor(here.household_head)
    url = reverse("households:check", args=[campaign.pk, here.homes[0].pk])
    assert 'name="result"' not in head.read(url)
    assert head.client.post(url, {"key": "late", "result": "right"}).status_code in (200, 403)
    assert HomeCheck.objects.count() == 3
