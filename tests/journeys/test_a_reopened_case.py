"""A peace that did not hold: the mediator finds it on her visit, the case comes back, and the figures say so."""

from datetime import datetime
from zoneinfo import ZoneInfo

import time_machine
from django.urls import reverse

from shengkang.cases import services
from shengkang.cases.models import DisputeCase
from shengkang.cases.services import PartyDetails
from shengkang.reports.nails import indicators
from tests.journeys.tables import run
from tests.journeys.visitor import Visitor
from tests.world import mediate, sign

SHANGHAI = ZoneInfo("Asia/Shanghai")


def moment(month, day, hour=10):
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def on(month, day, hour=10):
    return time_machine.travel(moment(month, day, hour), tick=False)


def settled(town, story) -> DisputeCase:
    """Told on 2 March, due on the 11th, settled on the 4th."""
    here, at = town.here, moment(3, 2)
    case = services.open_case(
        station=here.station, village=here.villages[0], category=town.category, channel="head", story=story,
        by=here.household_head, at=at, parties=[PartyDetails("first", "甲"), PartyDetails("second", "乙")],
    )  # fmt: skip
    services.accept_case(case=case, risk="green", grade="ordinary", officer=here.officer, by=here.officer, at=at)
    mediate(case, here.household_head, by=here.officer, at=at)
    at = moment(3, 4)
    services.record_agreement(case=case, facts=story, terms="互谅互让", effective_on=at.date(), by=here.officer, at=at)
    sign(case, here.officer, at=at)
    return services.settle_case(case=case, by=here.officer, at=at)


def figure(leader, key) -> dict:
    name = next(str(each.name) for each in indicators() if each.key == key)
    context = leader.get(reverse("reports:dashboard"), month="2026-03").context
    return next(figure for _group, figures in context["groups"] for figure in figures if str(figure["name"]) == name)


def test_a_quarrel_that_breaks_out_again_lowers_the_rate(town):
    here = town.here
    for story in ("争地界", "争水", "争路", "争树"):
        settled(town, story)
    broken = DisputeCase.objects.get(story="争水")
    with on(3, 11, 7):
        run("reports.recount_days")
        assert rate_and_reopened(here) == ("100%", "0")

    with on(3, 11):
        head = Visitor(here.household_head)
        rows = head.get(reverse("cases:visits")).context["rows"]
        assert len(rows) == 4
        row = next(each for each in rows if each["meta"] == broken.no)
        head.do(row["url"], outcome="broken", note="又打起来了")
        broken.refresh_from_db()
        assert (broken.status, broken.settled_at) == ("accepted", None)
        # The visits of a peace that broke are owed no more.
        assert all(each["meta"] != broken.no for each in head.get(reverse("cases:visits")).context["rows"])
    with on(3, 31, 20):
        run("reports.recount_days")
        assert rate_and_reopened(here) == ("75%", "1")
        leader = Visitor(here.township_leader)
        rows = leader.get(figure(leader, "disputes.came_back")["url"]).context["rows"]
        assert len(rows) == 1


def rate_and_reopened(here):
    leader = Visitor(here.township_leader)
    return tuple(str(figure(leader, key)["value"]) for key in ("disputes.success_rate", "disputes.came_back"))
