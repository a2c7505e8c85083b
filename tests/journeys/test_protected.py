"""Suspected violence at home: told on a phone, read by the chief and those involved, and met by nobody else in any face."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from shengkang.attachments.models import Attachment
from shengkang.cases.models import DisputeCase
from shengkang.reports.tasks import recount_days
from tests.journeys.town import HOUSEHOLDER, photo
from tests.journeys.visitor import Visitor
from tests.world import make_user

STORY, SUSPECT = "夜里哭喊声，女主人脸上有伤", "谷不言"
LIST = "/admin/cases/disputecase/"


@pytest.fixture
def here(town):
    """The station, with an officer, an auxiliary and a second head who are involved in nothing."""
    here = town.here
    here.colleague = make_user(here.station, here.town, "officer", "同事", "19900019901")
    here.neighbour_head = make_user(here.station, here.villages[0], "household_head", "邻组百户长", "19900019902")
    return here


@pytest.fixture
def case(here) -> DisputeCase:
    """Told by the head with a photo; taken on by the chief, who puts one officer in charge."""
    head, taken = Visitor(here.household_head), photo()
    told = head.do(
        reverse("households:quarrel", args=[here.homes[0].pk]),
        category="01",
        story=STORY,
        other=SUSPECT,
        protected="on",
        photos=SimpleUploadedFile(taken.name, taken.bytes, "image/jpeg"),
    )
    assert STORY not in head.read(told)  # somebody may look over her shoulder
    case = DisputeCase.objects.get()
    Visitor(here.station_chief).do(
        desk(case, "accept"), risk="red", grade="complex", officer=here.officer.pk, reason="有人受伤，需立即处置"
    )
    return case


def desk(case, verb="change"):
    return reverse(f"admin:cases_disputecase_{verb}", args=[case.pk])


def doors_to(case) -> list[str]:
    """Every address at which the case or its photo could be met."""
    return [
        desk(case),
        desk(case, "accept"),
        desk(case, "correct"),
        desk(case, "refer"),
        reverse("cases:detail", args=[case.pk]),
        reverse("attachments:file", args=[Attachment.objects.of(case).get().pk]),
        f"/api/v1/cases/{case.pk}/",
    ]


def test_the_chief_and_the_officer_in_charge_read_all_of_it(here, case):
    for user in (here.station_chief, here.officer):
        visitor = Visitor(user)
        page = visitor.read(desk(case))
        assert STORY in page
        assert SUSPECT in page
        assert visitor.get(reverse("attachments:file", args=[Attachment.objects.of(case).get().pk])).status_code == 200
        assert [each["id"] for each in visitor.get("/api/v1/cases/").json()["results"]] == [case.pk]


@pytest.mark.parametrize(
    "who",
    ["colleague", "aux_police", "neighbour_head", "post_liaison", "shop_keeper", "volunteer", "resident", "township_leader", "administrator"],
)  # fmt: skip
def test_for_everyone_else_it_is_nowhere(here, case, who):
    visitor = Visitor(getattr(here, who))
    for door in doors_to(case):
        answer = visitor.get(door)
        assert answer.status_code in (302, 403, 404), (door, answer.status_code)
        if answer.status_code == 302:  # who has no business at the desk is sent away from all of it
            assert not visitor.user.is_staff, door
    api = visitor.get("/api/v1/cases/")
    assert api.status_code in (403, 404) or api.json()["results"] == []
    for url in ("/", LIST, "/api/v1/cases/", "/api/v1/sightings/"):
        text = visitor.client.get(url, follow=True).content.decode()
        assert [word for word in (STORY, SUSPECT, case.no) if word in text] == [], url
    for word in (case.no, SUSPECT, "哭喊"):
        found = visitor.get(LIST, q=word)
        assert found.status_code != 200 or list(found.context["cl"].result_list) == [], word


def test_another_station_does_not_know_of_it(town, case):
    for who in ("station_chief", "officer"):
        visitor = Visitor(getattr(town.there, who))
        assert {visitor.get(door).status_code for door in doors_to(case)} == {404}


def test_nobody_can_begin_a_mediation(here, case):
    for user in (here.station_chief, here.officer):
        visitor = Visitor(user)
        assert "mediate" not in [verb["name"] for verb in visitor.get(desk(case)).context["verbs"]]
        answer = visitor.send(desk(case, "mediate"), mediator=here.household_head.pk, procedure="people")
        assert answer.context["form"].errors
    case.refresh_from_db()
    assert (case.status, case.mediator) == ("accepted", None)


def test_no_figure_counts_it_but_the_hidden_one_of_the_quarter(town, here, case):
    recount_days()
    context = Visitor(here.township_leader).get(reverse("reports:dashboard")).context
    empty = Visitor(town.there.township_leader).get(reverse("reports:dashboard")).context
    shown, nothing = (
        [[figure["value"] for figure in figures] for _group, figures in each["groups"]] for each in (context, empty)
    )
    # The other station is furnished alike, only the case is not there.
    assert shown == nothing
    assert sum(map(len, shown)) > 20
    for chart in context["charts"]:
        assert HOUSEHOLDER not in str(chart)
    assert [line[2] for line in context["protected"]] == ["<5", "<5"]  # cases and calls; below five is not told


def test_the_list_of_the_head_says_no_word_of_it(here, case):
    head = Visitor(here.household_head)
    for url in (reverse("portal:home"), reverse("households:sightings"), reverse("cases:list"), reverse("notices:list")):
        page = head.read(url)
        assert [word for word in (STORY, SUSPECT, HOUSEHOLDER) if word in page] == [], url
