"""A mediation that fails: asked after in vain, told up the ladder, stopped, handed to a colleague, and in the end to the court."""

from datetime import datetime

import pytest
import time_machine
from django.urls import reverse

from shengkang.cases import services
from shengkang.cases.models import DisputeCase, GateQuestion
from shengkang.notices.models import Notice
from tests.journeys.tables import run
from tests.journeys.town import NEIGHBOUR, STORY
from tests.journeys.visitor import Visitor, hidden_fields
from tests.world import SHANGHAI, make_user

pytestmark = pytest.mark.django_db


def on(day, hour=10):
    """The station's clock stands at this moment of March 2026; the 11th is a Wednesday."""
    return time_machine.travel(datetime(2026, 3, day, hour, tzinfo=SHANGHAI), tick=False)


def desk(case, verb="change"):
    return reverse(f"admin:cases_disputecase_{verb}", args=[case.pk])


def told(user) -> list[str]:
    return [notice.kind for notice in Notice.objects.filter(to=user).order_by("id")]


def dues(case) -> tuple[str, str]:
    case.refresh_from_db()
    return tuple(f"{limit.astimezone(SHANGHAI):%m-%d}" for limit in (case.due_at, case.state_due_at))


def test_a_failed_mediation_goes_to_the_court_and_nobody_loses_sight_of_it(world):
    here = world.here
    colleague = make_user(here.station, here.town, "officer", "同事", "19900019999")
    head, officer, chief = (lambda user=user: Visitor(user) for user in (here.household_head, here.officer, here.station_chief))

    with on(11):
        head().do(reverse("households:quarrel", args=[here.homes[0].pk]), category="02", story=STORY, other=NEIGHBOUR)
    case = DisputeCase.objects.get()
    with on(11, 14):
        at_desk = officer()
        at_desk.do(desk(case, "accept"), signals=["threats"], grade="ordinary", officer=here.officer.pk)
        at_desk.do(desk(case, "gate"), **dict.fromkeys(GateQuestion.objects.values_list("code", flat=True), "no"))
        at_desk.do(desk(case, "mediate"), procedure="people", mediator=here.household_head.pk)
        typed = {"to": colleague.pk, "reason": "下周外出培训"}
        at_desk.client.post(desk(case, "offer"), hidden_fields(at_desk.read(desk(case, "offer"))) | typed)
    assert (case.assessments.get().suggested, dues(case)) == ("yellow", ("03-20", "03-18"))
    with on(12):
        assert "case.task" in told(colleague)
        Visitor(colleague).do(desk(case, "take_over"), answer="可以")
    case.refresh_from_db()
    assert (case.officer, told(here.officer)) == (colleague, ["case.task"])

    # One side is away: the clock stands for one working day, Monday, and asks again on that morning.
    with on(13):
        Visitor(colleague).do(desk(case, "pause"), kind="party", reason="一方外出", look_again_on="2026-03-16")
    with on(16, 8):
        run("cases.escalate")
        run("cases.escalate")
        assert told(colleague).count("case.pause") == 1
        Visitor(colleague).do(desk(case, "resume"), note="人已回村")
    assert dues(case) == ("03-23", "03-19")

    # Nothing comes of it, the limit passes: officer at once, chief a working day later, the township hears a number on Wednesday.
    for day in (20, 20, 21, 25, 25):
        with on(day, 8):
            run("cases.escalate")
    assert [told(user).count("case.escalation") for user in (colleague, here.station_chief, here.township_leader)] == [1, 1, 1]
    township = Notice.objects.get(to=here.township_leader)
    assert (township.link, [word for word in (case.no, here.villages[0].name, STORY) if word in township.text]) == ("", [])

    # The chief sends it to the court, enters the receipt and the answer; her phone says where it went.
    with on(26):
        at_desk = chief()
        at_desk.do(desk(case, "refer"), office="court", to_whom="试镇人民法庭", reason="一方拒绝调解")
    with on(30):
        at_desk = chief()
        overdue = [panel.get("url", "") for panel in at_desk.get("/admin/").context["desk_panels"] if panel["count"]]
        at_desk.do(desk(case, "receipt"), received_on="2026-03-27", received_by="立案庭", receipt_no="2026民初17")
        at_desk.do(desk(case, "answer"), answered_on="2026-03-30", answer="已立案")
        assert "试镇人民法庭" in at_desk.read(desk(case))
        assert not [url for url in overdue if url.endswith("=overdue")]
        assert len(head().get("/m/").context["news"]) >= 1
    assert [step.move for step in case.steps.order_by("no")] == [
        *("open", "accept", "gate", "mediate", "offer", "take_over", "pause", "resume", "refer", "answer", "answer"),
    ]
    assert services.escalate(at=datetime(2026, 6, 1, 8, tzinfo=SHANGHAI)) == 0
