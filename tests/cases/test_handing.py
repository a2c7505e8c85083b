"""A case changes hands only when the colleague who was asked says yes."""

import pytest
from django.db import IntegrityError, transaction

from shengkang.cases import services
from shengkang.cases.models import DisputeCase, HandOver
from shengkang.notices.models import Notice
from tests.world import NOW


def offer(case, here, **given):
    return services.offer_case(
        **{"case": case, "to": here.colleague, "reason": "下周外出培训", "by": here.officer, "at": NOW} | given
    )


def test_only_the_officer_in_charge_and_the_chief_offer(life, here):
    case = life.accepted()
    with pytest.raises(services.HandOverRefused):
        offer(case, here, by=here.colleague, to=here.aux_police)
    assert offer(case, here, by=here.station_chief).by == here.station_chief


@pytest.mark.parametrize("fault", ["himself", "who has it", "no reason", "a head"])
def test_an_offer_goes_to_a_fit_colleague_with_a_reason(life, here, fault):
    given = {
        "himself": {"to": here.officer},
        "who has it": {"to": here.officer, "by": here.station_chief},
        "no reason": {"reason": " "},
        "a head": {"to": here.household_head},
    }[fault]
    with pytest.raises((services.HandOverRefused, services.UnfitPerson)):
        offer(life.accepted(), here, **given)


def test_a_colleague_of_another_station_is_not_asked(life, here, world):
    with pytest.raises(services.WrongStation):
        offer(life.accepted(), here, to=world.there.officer)


def test_two_colleagues_are_not_asked_at_once(life, here):
    case = life.accepted()
    offer(case, here)
    with pytest.raises(services.HandOverRefused):
        offer(case, here, to=here.aux_police)
    with pytest.raises(IntegrityError), transaction.atomic():
        HandOver.objects.create(case=case, to=here.aux_police, reason="又", by=here.officer, at=NOW)


def test_a_protected_case_is_not_offered_around(life, here):
    case = services.accept_case(
        case=life.protected(), risk="red", grade="simple", officer=here.officer, by=here.station_chief, at=NOW
    )
    with pytest.raises(services.CaseProtected):
        offer(case, here)


def test_an_open_offer_ends_when_the_case_becomes_protected(life, here):
    case = life.accepted()
    offer(case, here)
    services.protect_case(case=case, reason="疑似家暴", by=here.officer, at=NOW)
    assert case.hand_overs.get().taken is False
    assert not DisputeCase.objects.visible_to(here.colleague).filter(pk=case.pk).exists()


def test_nobody_else_answers_for_the_colleague(life, here):
    case = life.accepted()
    offer(case, here)
    for verb, given in ((services.take_over, {}), (services.decline_case, {"reason": "忙"})):
        with pytest.raises(services.HandOverRefused):
            verb(case=case, by=here.station_chief, at=NOW, **given)


def test_it_stays_where_it_is_until_the_colleague_says_yes(life, here):
    case = life.accepted()
    offer(case, here)
    assert (case.officer, Notice.objects.get().to) == (here.officer, here.colleague)
    services.take_over(case=case, by=here.colleague, at=NOW)
    assert (case.officer, case.hand_overs.get().taken) == (here.colleague, True)
    assert [notice.to for notice in Notice.objects.order_by("id")] == [here.colleague, here.officer]
    assert [step.move for step in case.steps.all()][-2:] == ["offer", "take_over"]


def test_who_declines_says_why_and_may_be_asked_again(life, here):
    case = life.accepted()
    offer(case, here)
    with pytest.raises(services.HandOverRefused):
        services.decline_case(case=case, reason="", by=here.colleague, at=NOW)
    services.decline_case(case=case, reason="是我亲戚", by=here.colleague, at=NOW)
    assert (case.officer, case.hand_overs.get().answer) == (here.officer, "是我亲戚")
    offer(case, here)
    assert case.hand_overs.count() == 2


def test_an_auxiliary_who_is_asked_sees_the_case_until_he_declines(life, here):
    case = life.accepted()
    seen = DisputeCase.objects.visible_to(here.aux_police).filter(pk=case.pk)
    assert not seen.exists()
    offer(case, here, to=here.aux_police)
    assert seen.exists()
    services.decline_case(case=case, reason="忙", by=here.aux_police, at=NOW)
    assert not seen.exists()


@pytest.mark.parametrize("ending", ["assign", "terminate"])
def test_an_offer_lapses_when_the_case_goes_another_way(life, here, ending):
    case = life.accepted()
    offer(case, here)
    if ending == "assign":
        services.assign_case(case=case, officer=here.station_chief, by=here.station_chief, at=NOW)
    else:
        services.terminate_case(case=case, reason="拒绝", by=here.officer, at=NOW)
    assert case.hand_overs.get().taken is False
    with pytest.raises((services.HandOverRefused, services.MoveRefused)):
        services.take_over(case=case, by=here.colleague, at=NOW)
