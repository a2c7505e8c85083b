"""One quarrel told by a head and by a visitor at the desk: one case, both hear how it ended; when it breaks out again, its history is there."""

from django.urls import reverse
from django.utils import timezone

from shengkang.cases import services
from shengkang.cases.models import DisputeCase
from shengkang.notices.models import Notice
from tests.journeys.town import NEIGHBOUR, STORY
from tests.journeys.visitor import Visitor

ADD = "/admin/cases/disputecase/add/"


def registered(here, **more):
    return {
        "village": here.villages[0].pk, "category": "02", "channel": "visit", "story": f"{STORY}，两家又骂起来",
        "first_home": here.homes[0].address.door, "first_name": here.homes[0].householder, "second_name": NEIGHBOUR,
    } | more  # fmt: skip


def test_told_twice_is_one_case_and_a_relapse_brings_its_history(town):
    here = town.here
    head, officer = Visitor(here.household_head), Visitor(here.officer)
    head.do(reverse("households:quarrel", args=[here.homes[0].pk]), category="02", story=STORY, other=NEIGHBOUR)
    case = DisputeCase.objects.get()

    # A visitor tells it at the desk: the officer is asked before anything is written, and joins it.
    asked = officer.send(ADD, **registered(here))
    assert [card["case"] for card in asked.context["candidates"]] == [case]
    assert officer.do(ADD, **registered(here, answer=case.pk)).endswith(f"/{case.pk}/change/")
    assert (DisputeCase.objects.count(), case.reports.count()) == (1, 2)

    # It is handed on; both hear of it, and whoever tells it afterwards hears at once.
    officer.do(reverse("admin:cases_disputecase_accept", args=[case.pk]), **accepted(officer, case))
    end(case, here)
    assert set(Notice.objects.filter(kind="case.outcome").values_list("to", flat=True)) == {
        here.household_head.pk,
        here.officer.pk,
    }
    chief = Visitor(here.station_chief)
    assert [card["case"] for card in chief.send(ADD, **registered(here)).context["candidates"]] == [case]
    chief.do(ADD, **registered(here, answer=case.pk))
    assert Notice.objects.filter(kind="case.outcome", to=here.station_chief).count() == 1

    # It breaks out again and is registered as a new one: the earlier one stands in its history.
    again = officer.do(ADD, **registered(here, answer="new"))
    relapses = officer.get(again.replace("/change/", "/relapses/")).context["steps"]
    assert [case.no in step["what"] for step in relapses] == [True, False]


def accepted(officer, case):
    return {"risk": "yellow", "grade": "ordinary", "officer": officer.user.pk, "reason": "了解过情况"}


def end(case, here):
    services.terminate_case(case=case, reason="一方拒绝", by=here.officer, at=timezone.now())
