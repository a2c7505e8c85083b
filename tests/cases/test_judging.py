"""Signals add up, the points suggest, a person decides and says why."""

import pytest
from django.db import IntegrityError, transaction

from shengkang.cases import services
from shengkang.cases.models import RiskAssessment, RiskBand, RiskSignal
from tests.world import NOW


@pytest.mark.parametrize(
    ("signals", "points", "risk"),
    [
        ([], 0, "green"),
        (["alcohol"], 10, "green"),
        (["threats"], 20, "yellow"),  # exactly on the line
        (["alcohol", "repeat"], 25, "yellow"),
        (["knife", "alcohol"], 40, "red"),
        (["nonsense", "alcohol"], 10, "green"),
    ],
)
def test_the_points_suggest_a_colour(db, world, signals, points, risk):
    seen = services.suggest_risk(signals)
    assert (seen.points, seen.risk) == (points, risk)


def test_a_signal_out_of_use_weighs_nothing_and_the_bands_are_the_stations(world):
    RiskSignal.objects.filter(code="knife").update(in_use=False)
    assert services.suggest_risk(["knife"]).points == 0
    RiskBand.objects.filter(risk="red").update(from_points=10)
    RiskBand.objects.filter(risk="yellow").update(from_points=5)
    assert services.suggest_risk(["alcohol"]).risk == "red"


def test_another_colour_than_the_suggested_one_needs_a_reason(life, here):
    case = life.accepted()
    with pytest.raises(services.OverrideUnexplained) as refusal:
        services.assess_risk(case=case, signals=["knife", "alcohol"], risk="green", by=here.officer, at=NOW)
    assert "40" in str(refusal.value)
    judged = services.assess_risk(
        case=case, signals=["knife", "alcohol"], risk="green", reason="刀已收缴，双方已和解", by=here.officer, at=NOW
    )
    assert (judged.points, judged.suggested, judged.risk, judged.signals) == (40, "red", "green", {"knife": 30, "alcohol": 10})
    assert (case.risk, case.steps.last().move) == ("green", "assess")


def test_the_database_too_asks_why(life, here):
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskAssessment.objects.create(case=life.accepted(), suggested="red", risk="green", by=here.officer, at=NOW)


def test_without_a_word_of_his_own_he_takes_the_suggestion(life, here):
    judged = services.assess_risk(case=life.accepted(), signals=["knife", "threats"], by=here.officer, at=NOW)
    assert (judged.risk, judged.reason) == ("red", "")


def test_a_case_is_judged_while_it_is_taken_on(life, here):
    case = life.reported()
    with pytest.raises(services.OverrideUnexplained):
        services.accept_case(case=case, signals=[], risk="red", grade="simple", by=here.officer, at=NOW)
    assert case.assessments.count() == 0
    services.accept_case(case=case, signals=["group"], grade="simple", by=here.officer, at=NOW)
    assert (case.risk, case.assessments.get().points) == ("yellow", 20)


def test_a_weight_changed_later_leaves_the_old_judgement_as_it_was(life, here):
    judged = services.assess_risk(case=life.accepted(), signals=["knife"], by=here.officer, at=NOW)
    RiskSignal.objects.filter(code="knife").update(points=99)
    judged.refresh_from_db()
    assert (judged.points, judged.signals) == (30, {"knife": 30})


@pytest.mark.parametrize("state", ["settled", "archived", "referred", "terminated", "merged"])
def test_what_has_ended_is_not_judged(life, here, state):
    with pytest.raises(services.MoveRefused):
        services.assess_risk(case=getattr(life, state)(), signals=[], by=here.officer, at=NOW)
