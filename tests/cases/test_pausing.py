"""A stopped clock truly stands: what was left is left when it runs again."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from shengkang.cases import services
from shengkang.cases.models import DisputeCase, Pause
from tests.cases.test_limits import accepted_on, days, on
from tests.world import NOW

SOON = NOW.date() + timedelta(days=10)


def pause(case, here, at=NOW, **given):
    told = {"kind": "party", "reason": "一方外出务工", "look_again_on": at.date() + timedelta(days=10)} | given
    return services.pause_case(case=case, by=here.officer, at=at, **told)


@pytest.mark.parametrize("state", ["reported", "settled", "archived", "referred", "terminated", "merged"])
def test_only_a_case_in_work_is_paused(life, here, state):
    with pytest.raises(services.MoveRefused):
        pause(getattr(life, state)(), here)


@pytest.mark.parametrize(
    "fault",
    [
        {"look_again_on": NOW.date()},
        {"look_again_on": NOW.date() - timedelta(days=1)},
        {"look_again_on": NOW.date() + timedelta(days=31)},
        {"reason": " "},
    ],
)
def test_a_clock_is_stopped_for_a_reason_and_until_a_day_not_far_off(life, here, fault):
    with pytest.raises(services.PauseRefused):
        pause(life.accepted(), here, **fault)


def test_a_clock_that_stands_is_not_stopped_again_and_one_that_runs_is_not_started(life, here):
    case = life.accepted()
    with pytest.raises(services.PauseRefused):
        services.resume_case(case=case, by=here.officer, at=NOW)
    pause(case, here)
    with pytest.raises(services.PauseRefused):
        pause(case, here, kind="appraisal")


def test_the_database_keeps_one_open_pause_and_none_on_a_case_that_ended(life, here):
    case = life.accepted()
    first = pause(case, here)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pause.objects.create(case=case, kind="party", reason="又", look_again_on=SOON, began_at=NOW, by=here.officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        DisputeCase.objects.filter(pk=case.pk).update(status="terminated")
    assert first.ended_at is None


def test_a_stopped_clock_runs_against_nobody(life, here):
    case = life.accepted()
    much_later = case.due_at + timedelta(days=5)
    assert list(DisputeCase.objects.overdue(much_later)) == [case]
    pause(case, here)
    assert not DisputeCase.objects.overdue(much_later).exists()
    assert case.next_due_at is None


def test_the_working_days_that_were_left_are_left_when_it_runs_again(here, world):
    """Over 国庆 2025: stopped on Mon 29.9., started on Thu 9.10.: two working days (30.9., 9.10.) are given back, not ten days."""
    case = accepted_on(here, world, "2025-09-26", "ordinary")
    assert days(case) == ("2025-10-13", "2025-09-29")
    stopped = pause(case, here, at=on("2025-09-29"), look_again_on=date(2025, 10, 9))
    assert (stopped.days_left, stopped.state_days_left) == (5, 0)  # 30.9., 9., 10., 11. and 13.10.; none of the step
    services.resume_case(case=case, by=here.officer, at=on("2025-10-09"))
    assert days(case) == ("2025-10-15", "2025-10-09")
    assert [step.move for step in case.steps.all()] == ["open", "accept", "pause", "resume"]


def test_one_that_was_late_stays_as_late_as_it_was(here, world):
    case = accepted_on(here, world, "2026-03-11", "simple")  # due on Thursday 12
    stopped = pause(case, here, at=on("2026-03-16"))
    assert stopped.days_left == -2
    services.resume_case(case=case, by=here.officer, at=on("2026-03-18"))
    assert days(case)[0] == "2026-03-16"
    assert DisputeCase.objects.overdue(on("2026-03-18")).exists()


def test_stopping_and_starting_over_a_weekend_wins_no_day(here, world):
    case = accepted_on(here, world, "2026-03-11", "ordinary")
    before = days(case)
    pause(case, here, at=on("2026-03-14"))
    services.resume_case(case=case, by=here.officer, at=on("2026-03-15"))
    assert days(case) == before


def test_a_case_that_moves_on_starts_its_clock_with_a_step_of_its_own(here, world):
    case = accepted_on(here, world, "2026-03-11", "ordinary")
    pause(case, here)
    services.refer_case(case=case, office="court", reason="产权", by=here.officer, at=on("2026-03-13"))
    assert [step.move for step in case.steps.all()][-3:] == ["pause", "resume", "refer"]
    assert (case.paused_at, case.pauses.get().ended_by) == (None, here.officer)


def test_a_grade_corrected_later_keeps_what_a_pause_gave_back(here, world):
    case = accepted_on(here, world, "2026-03-11", "ordinary")
    pause(case, here, at=on("2026-03-12"))
    services.resume_case(case=case, by=here.officer, at=on("2026-03-16"))  # Friday and Monday: two days
    services.correct_case(case=case, grade="simple", reason="小事", by=here.officer, at=on("2026-03-16"))
    assert days(case) == ("2026-03-16", "2026-03-16")


def test_a_pause_whose_day_has_come_is_on_the_desks_list(life, here):
    case = life.accepted()
    pause(case, here)
    assert not DisputeCase.objects.paused_too_long(SOON - timedelta(days=1)).exists()
    assert list(DisputeCase.objects.paused_too_long(SOON)) == [case]
    services.resume_case(case=case, by=here.officer, at=NOW)
    assert not DisputeCase.objects.paused_too_long(SOON).exists()
