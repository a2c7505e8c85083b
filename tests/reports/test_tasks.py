"""The clock in the hall: each task may run twice."""

import pytest
from django.utils import timezone

from shengkang.celery import app
from shengkang.reports import tasks
from shengkang.reports.models import Briefing, ClosedMonth, DayFigure
from tests.reports import facts


@pytest.fixture(autouse=True)
def the_eleventh_of_march(monkeypatch, world):
    monkeypatch.setattr(timezone, "now", lambda: world.now)


def test_the_names_are_those_of_the_clock_page():
    names = {entry["task"] for entry in app.conf.beat_schedule.values() if entry["task"].startswith("reports.")}
    assert names == {tasks.recount_days.name, tasks.freeze_last_month.name}


def test_counting_twice_is_counting_once(world):
    facts.a_busy_month(world.here)
    tasks.recount_days()
    before = list(DayFigure.objects.order_by("pk").values_list("pk", "value"))
    tasks.recount_days()
    assert list(DayFigure.objects.order_by("pk").values_list("pk", "value")) == before != []


def test_closing_twice_is_closing_once(world):
    facts.a_busy_month(world.here)
    for _night in range(2):
        tasks.freeze_last_month()
    assert ClosedMonth.objects.count() == Briefing.objects.count() == 2  # one for each station
