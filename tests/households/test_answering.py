"""The information desk: what waits, what an answer says, and what it must not say."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from households import services
from households.models import Sighting, Triage
from households.selectors.telling import answers_seen_by, needs_a_hand
from shengkang.attachments.models import Attachment
from shengkang.cases.models import DisputeCase
from shengkang.hazards.models import Hazard, HazardGroup, HazardStep
from shengkang.notices.models import Notice
from shengkang.organization.access import Role
from tests.households.test_services import photo, quarrel
from tests.world import NOW, make_user

LATER = NOW + timedelta(hours=3)


def tell(world, **fields):
    given = {"kind": "other", "text": "塘坎护栏断了", "home": world.here.homes[0], "by": world.here.household_head, "at": NOW}
    return services.report_sighting(**given | fields)


def answer(world, sighting, **fields):
    given = {"outcome": "noted", "answer": "收到，谢谢", "by": world.here.officer, "at": LATER}
    return services.answer_sighting(sighting=sighting, **given | fields)


def fire():
    return services.AsHazard(HazardGroup.objects.get(code="03"), "same_day")


# refusals


def test_a_quarrel_is_answered_by_its_case(world):
    with pytest.raises(services.SightingRefused):
        answer(world, quarrel(world))


def test_an_answer_says_something_and_leads_where_it_says(world):
    sighting = tell(world)
    for wrong in (
        {"answer": "  "},
        {"outcome": "hazard"},
        {"outcome": "dispute"},
        {"hazard": fire()},
        {"dispute": services.AsDispute(world.category)},
    ):
        with pytest.raises(services.AnswerRefused):
            answer(world, sighting, **wrong)
    assert not Triage.objects.exists()


def test_who_told_hears_it_in_a_text_that_tells_nothing(world):
    sighting = tell(world)
    answer(world, sighting, answer="护栏已修好")
    told = Notice.objects.get(kind="sighting.answered")
    assert (told.to, told.link) == (world.here.household_head, reverse("households:sighting", args=[sighting.pk]))
    assert "护栏" not in told.text


def test_a_later_answer_is_a_further_row(world):
    sighting = tell(world)
    answer(world, sighting)
    answer(world, sighting, outcome="looked", answer="去看过了", at=LATER + timedelta(days=1))
    assert [each["answer"] for each in answers_seen_by(world.here.household_head, sighting)] == ["收到，谢谢", "去看过了"]
    assert Notice.objects.filter(kind="sighting.answered").count() == 2


def test_a_hazard_is_found_by_the_one_who_told_and_gets_the_photos(world):
    sighting = tell(world, photos=[photo()])
    triage = answer(world, sighting, outcome="hazard", hazard=fire())
    hazard = Hazard.objects.get()
    assert (triage.hazard, hazard.found_by, hazard.channel) == (hazard, world.here.household_head, "head")
    assert hazard.address == world.here.homes[0].address
    assert Attachment.objects.of(HazardStep.objects.get(hazard=hazard)).count() == 1
    assert answers_seen_by(world.here.household_head, sighting)[0]["hazard"] == hazard


def test_a_dispute_is_reported_by_the_one_who_told(world):
    sighting = tell(world, photos=[photo()])
    triage = answer(world, sighting, outcome="dispute", dispute=services.AsDispute(world.category))
    case = DisputeCase.objects.get()
    assert (triage.case, case.story) == (case, sighting.text)
    assert case.reports.get().by == world.here.household_head
    assert Attachment.objects.of(case).count() == 1
    assert answers_seen_by(world.here.household_head, sighting)[0]["case"] == case


def test_of_a_protected_case_the_answer_shows_nothing(world, client):
    sighting = tell(world, text="夜里听见孩子哭")
    answer(
        world,
        sighting,
        outcome="dispute",
        answer="已收到，谢谢您",
        dispute=services.AsDispute(world.category, protected=True),
        by=world.here.station_chief,
    )
    case = DisputeCase.objects.get()
    assert case.restricted
    shown = answers_seen_by(world.here.household_head, sighting)[0]
    assert (shown["case"], shown["outcome"]) == (None, Triage.Outcome.PASSED_ON.label)
    client.force_login(world.here.household_head)
    body = client.get(reverse("households:sighting", args=[sighting.pk])).content.decode()
    assert case.no not in body
    assert str(Triage.Outcome.DISPUTE.label) not in body
    # An officer who is not in charge reads neither the case nor what was told.
    bystander = make_user(world.here.station, world.here.town, Role.OFFICER, "旁观民警", "17700007777")
    assert not Sighting.objects.visible_to(bystander).filter(pk=sighting.pk).exists()
    assert Sighting.objects.visible_to(world.here.station_chief).filter(pk=sighting.pk).exists()
    assert not DisputeCase.objects.visible_to(world.here.household_head).exists()


# who hears of a new one


def test_the_officers_of_the_village_hear_of_it_else_those_of_the_station(world):
    tell(world)
    assert [told.to for told in Notice.objects.filter(kind="sighting.new")] == [world.here.officer]
    posted = make_user(world.here.station, world.here.villages[0], Role.AUX_POLICE, "驻村辅警", "17700006666")
    sighting = tell(world, kind="stranger", text="面包车停在塘边")
    told = Notice.objects.get(kind="sighting.stranger")
    assert (told.to, told.key) == (posted, f"sighting:{sighting.pk}")
    assert "面包车" not in told.text


# the desk


def url(name, *args):
    return reverse(f"admin:households_sighting_{name}", args=args)


@pytest.fixture
def desk(world, client):
    client.force_login(world.here.officer)
    return client


def test_what_waits_stands_first_the_oldest_at_the_top(world, desk):
    done = tell(world, at=NOW - timedelta(hours=9))
    answer(world, done)
    newer, older = tell(world, at=NOW), tell(world, at=NOW - timedelta(hours=5))
    argument = quarrel(world)
    assert [each.pk for each in desk.get(url("changelist")).context["cl"].result_list][:2] == [older.pk, newer.pk]

    def found(value):
        return {each.pk for each in desk.get(url("changelist"), {"desk": value}).context["cl"].result_list}

    assert (found("waiting"), found("answered"), found("quarrels")) == ({older.pk, newer.pk}, {done.pk}, {argument.pk})


def test_the_list_costs_the_same_with_one_row_and_three(world, desk, django_assert_num_queries):
    tell(world, photos=[photo()])
    desk.get(url("changelist"))
    with CaptureQueriesContext(connection) as one:
        desk.get(url("changelist"))
    for _no in range(2):
        answer(world, tell(world, photos=[photo()]))
    with django_assert_num_queries(len(one)):
        assert desk.get(url("changelist")).context["cl"].result_count == 3


def test_the_panel_counts_what_waits_and_says_how_long(world):
    panel = needs_a_hand(world.here.officer, NOW)[0]
    assert (panel["count"], panel["rows"]) == (0, [])
    tell(world, at=NOW - timedelta(hours=30))
    panel = needs_a_hand(world.here.officer, NOW)[0]
    assert (panel["count"], panel["tone"], len(panel["rows"])) == (1, "bad", 1)
    assert needs_a_hand(world.here.household_head, NOW) == []
    assert needs_a_hand(world.there.officer, NOW)[0]["count"] == 0


@pytest.mark.parametrize("sent", [{"outcome": "hazard"}, {"outcome": "dispute"}, {"outcome": "noted", "protected": "on"}, {}])
def test_an_answer_that_is_not_whole_is_sent_back(world, desk, sent):
    sighting = tell(world)
    page = desk.post(url("answer", sighting.pk), {"answer": "好的"} | sent)
    assert page.context["form"].errors
    assert not Triage.objects.exists()


def test_an_officer_answers_in_one_form(world, desk):
    sighting = tell(world)
    sent = {"outcome": "hazard", "answer": "安排人修", "group": "03", "level": "same_day", "place": "塘边"}
    assert desk.post(url("answer", sighting.pk), sent).status_code == 302
    page = desk.get(url("change", sighting.pk)).context
    assert [step["note"] for step in page["steps"]] == ["安排人修"]
    assert page["leads"][0]["url"] == reverse("admin:hazards_hazard_change", args=[Hazard.objects.get().pk])


def test_nobody_answers_a_quarrel_at_the_desk(world, desk):
    sighting = quarrel(world)
    assert "answer" not in [verb["name"] for verb in desk.get(url("change", sighting.pk)).context["verbs"]]


def test_an_answer_by_a_program_is_given_once(world, desk):
    sighting = tell(world)
    sent = {
        "data": {"outcome": "noted", "answer": "收到"},
        "content_type": "application/json",
        "headers": {"Idempotency-Key": "a"},
    }
    where = reverse("sighting-answer", args=[sighting.pk])
    assert [desk.post(where, **sent).status_code for _time in range(2)] == [201, 201]
    assert Triage.objects.count() == 1
