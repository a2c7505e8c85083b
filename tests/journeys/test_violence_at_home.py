"""A quarrel told on a phone that the gate finds to be violence at home: protected, admonished, visited, handed on, and nobody else knows."""

import pytest
from django.urls import reverse
from django.utils import timezone

from shengkang.cases.models import DisputeCase
from shengkang.notices.models import Notice
from shengkang.reports.tasks import recount_days
from tests.journeys.town import HOUSEHOLDER
from tests.journeys.visitor import Visitor
from tests.world import make_user, no_at_the_gate

STORY, SUSPECT, FACTS = "两口子又吵起来，砸了碗", "谷不言", "用板凳殴打其妻，致左臂青紫"
LIST = reverse("admin:cases_disputecase_changelist")


def desk(case, verb="change"):
    return reverse(f"admin:cases_disputecase_{verb}", args=[case.pk])


@pytest.fixture
def here(town):
    here = town.here
    here.colleague = make_user(here.station, here.town, "officer", "同事", "19900019901")
    return here


@pytest.fixture
def case(here) -> DisputeCase:
    """She told it as a quarrel; an officer took it on, and anybody at the desk could read it."""
    Visitor(here.household_head).do(
        reverse("households:quarrel", args=[here.homes[0].pk]), category="01", story=STORY, other=SUSPECT
    )
    case = DisputeCase.objects.get()
    officer = Visitor(here.officer)
    officer.do(desk(case, "accept"), risk="red", grade="ordinary", officer=here.officer.pk, reason="砸东西")
    assert STORY in Visitor(here.colleague).read(desk(case))
    return case


@pytest.fixture
def protected(here, case) -> DisputeCase:
    """Asked before anybody mediates, the officer answers yes to the first question."""
    answers = {code: "yes" if given else "no" for code, given in no_at_the_gate(family_violence=True, police_act=True).items()}
    Visitor(here.officer).do(desk(case, "gate"), **answers)
    case.refresh_from_db()
    return case


@pytest.fixture
def admonished(here, protected) -> DisputeCase:
    party = protected.parties.get(name=SUSPECT)
    now = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    Visitor(here.officer).do(desk(protected, "admonish"), party=party.pk, served_at=now, facts=FACTS)
    return protected


def test_the_gate_takes_it_out_of_everybody_elses_sight_at_once(here, case, protected):
    assert (protected.restricted, protected.status) == (True, "accepted")
    colleague = Visitor(here.colleague)
    assert colleague.get(desk(case)).status_code == 404
    for query in ({}, {"q": SUSPECT}, {"q": "砸了碗"}, {"status": "accepted"}):
        assert list(colleague.get(LIST, **query).context["cl"].result_list) == [], query
    assert {panel["count"] for panel in colleague.get("/admin/").context["desk_panels"]} == {0}


def test_the_chief_hears_of_it_at_once_and_finds_it(here, protected):
    chief = Visitor(here.station_chief)
    notice = Notice.objects.get(kind="case.protected")
    assert notice.to == here.station_chief
    page = chief.read(reverse("notices:list"))
    assert notice.text in page
    assert [word for word in (STORY, SUSPECT, HOUSEHOLDER, protected.no, protected.village.name) if word in notice.text] == []
    assert STORY in chief.read(desk(protected))


def test_nobody_mediates_it_whoever_asks(here, protected):
    officer = Visitor(here.officer)
    buttons = [verb["name"] for verb in officer.get(desk(protected)).context["verbs"]]
    assert not {"mediate", "gate", "protect"} & set(buttons)
    refused = officer.send(desk(protected, "mediate"), procedure="people", mediator=here.household_head.pk)
    assert refused.status_code in (200, 409)
    protected.refresh_from_db()
    assert (protected.status, protected.mediator) == ("accepted", None)


def test_a_letter_is_served_and_three_visits_are_owed(here, admonished):
    assert [visit.assignee for visit in admonished.follow_ups.all()] == [here.officer] * 3
    officer = Visitor(here.officer)
    assert FACTS in officer.read(desk(admonished))
    officer.do(desk(admonished, "follow_up"), outcome="holds", note="女方说没有再打")
    assert admonished.follow_ups.filter(done_at=None).count() == 2
    admonished.refresh_from_db()
    assert admonished.status == "accepted"


def test_handed_on_it_still_owes_its_visits_and_the_head_hears_no_word(here, admonished):
    officer = Visitor(here.officer)
    officer.do(desk(admonished, "refer"), office="court", to_whom="县人民法院", reason="申请人身安全保护令")
    admonished.refresh_from_db()
    assert (admonished.status, admonished.follow_ups.filter(done_at=None).count()) == ("referred", 3)
    officer.do(desk(admonished, "follow_up"), outcome="broken", note="又动手了")
    assert Notice.objects.filter(to=here.station_chief, kind="case.protected").count() == 2
    head = Visitor(here.household_head)
    assert Notice.objects.filter(to=here.household_head, kind="case.outcome").count() == 1
    for url in (
        reverse("portal:home"),
        reverse("cases:list"),
        reverse("notices:list"),
        reverse("cases:detail", args=[admonished.pk]),
    ):
        page = head.client.get(url, follow=True).content.decode()
        assert [word for word in (SUSPECT, FACTS, "法院", "保护令", "告诫") if word in page] == [], url


def test_the_leader_reads_fewer_than_five_a_quarter_and_nothing_more(town, here, admonished):
    recount_days()
    context = Visitor(here.township_leader).get(reverse("reports:dashboard")).context
    empty = Visitor(town.there.township_leader).get(reverse("reports:dashboard")).context
    shown, nothing = (
        [[figure["value"] for figure in figures] for _group, figures in each["groups"]] for each in (context, empty)
    )
    assert shown == nothing
    assert {figure for _part, _quarter, figure in context["protected"]} == {"<5"}
