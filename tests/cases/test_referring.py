"""What is handed to another office is asked after until its receipt and its answer are there."""

from datetime import timedelta

import pytest

from shengkang.cases import services
from shengkang.cases.models import DisputeCase
from tests.world import NOW

TODAY = NOW.date()
LATER = NOW + timedelta(days=5)


@pytest.fixture
def referral(life, here):
    case = services.refer_case(case=life.accepted(), office="court", reason="产权", by=here.officer, at=NOW)
    return case.referrals.get()


def receipt(referral, here, **given):
    told = {"received_on": TODAY, "received_by": "立案庭", "receipt_no": "2026-17", "by": here.officer, "at": LATER}
    return services.receive_referral(referral=referral, **told | given)


def answer(referral, here, **given):
    told = {"answered_on": LATER.date(), "answer": "已立案", "by": here.officer, "at": LATER}
    return services.answer_referral(referral=referral, **told | given)


def test_another_office_has_a_name(life, here):
    with pytest.raises(services.ReferralRefused):
        services.refer_case(case=life.accepted(), office="other", reason="不归我们管", by=here.officer, at=NOW)


def test_a_referral_names_the_office_and_the_step_too(referral):
    assert (referral.office, referral.reason, referral.case.status) == ("court", "产权", "referred")
    assert referral.case.steps.last().note == f"{referral.get_office_display()} · 产权"


@pytest.mark.parametrize("day", [TODAY - timedelta(days=1), LATER.date() + timedelta(days=1)])
def test_neither_receipt_nor_answer_comes_before_the_referral_or_tomorrow(referral, here, day):
    with pytest.raises(services.ReferralRefused):
        receipt(referral, here, received_on=day)
    with pytest.raises(services.ReferralRefused):
        answer(referral, here, answered_on=day)


def test_a_receipt_says_who_signed_and_an_answer_says_something(referral, here):
    with pytest.raises(services.ReferralRefused):
        receipt(referral, here, received_by=" ")
    with pytest.raises(services.ReferralRefused):
        answer(referral, here, answer=" ")


def test_receipt_and_answer_are_entered_once_and_each_leaves_a_step(referral, here):
    receipt(referral, here)
    answer(referral, here)
    for again in (receipt, answer):
        with pytest.raises(services.ReferralRefused):
            again(referral, here)
    referral.refresh_from_db()
    assert (referral.received_by, referral.receipt_no, referral.answer) == ("立案庭", "2026-17", "已立案")
    assert [step.move for step in referral.case.steps.all()][-3:] == ["refer", "answer", "answer"]


def test_after_the_case_came_back_nothing_more_is_entered(referral, here):
    services.take_back_case(case=referral.case, reason="退回", by=here.officer, at=LATER)
    with pytest.raises(services.MoveRefused):
        answer(referral, here)


def test_another_station_enters_nothing(referral, here, world):
    with pytest.raises(services.WrongStation):
        receipt(referral, here, by=world.there.officer)


def test_the_desk_asks_after_days_for_the_receipt_and_after_weeks_for_the_answer(referral, here):
    cases = DisputeCase.objects
    assert not cases.without_receipt(NOW + timedelta(days=2)).exists()
    assert cases.without_receipt(NOW + timedelta(days=4)).exists()
    receipt(referral, here)
    assert not cases.without_receipt(NOW + timedelta(days=40)).exists()
    assert not cases.without_answer(NOW + timedelta(days=29)).exists()
    assert cases.without_answer(NOW + timedelta(days=31)).exists()
    answer(referral, here)
    assert not cases.without_answer(NOW + timedelta(days=40)).exists()
