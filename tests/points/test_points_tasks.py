"""The clock may knock twice: the second time nothing is left to do."""

from datetime import timedelta

import pytest
from django.utils import timezone

from points import tasks
from points.models import Redemption, Seal, Transfer
from shengkang.celery import app
from tests.points.makers import hold, make_goods, make_wallet, state_of


def test_every_task_of_the_clock_page_is_there():
    mine = {entry["task"] for entry in app.conf.beat_schedule.values() if entry["task"].startswith("points.")}
    assert mine == {task.name for task in (tasks.seal, tasks.time_out_holds, tasks.check_balances, tasks.score_open_periods)}


@pytest.mark.parametrize("times", [1, 2])
def test_sealing_seals_once(world, times):
    make_wallet(world.here, points=5)
    for _ in range(times):
        tasks.seal()
    assert list(Seal.objects.values_list("count", "total")) == [(1, 5)]


@pytest.mark.parametrize("times", [1, 2])
def test_a_hold_that_ran_out_is_given_back_once(world, times):
    wallet = make_wallet(world.here, points=100)
    rice = make_goods(world.here)
    late = hold(world.here, wallet, {rice: 1}, at=timezone.now() - timedelta(hours=1))
    fresh = hold(world.here, wallet, {rice: 1}, at=timezone.now())
    for _ in range(times):
        tasks.time_out_holds()
    states = dict(Redemption.objects.values_list("pk", "status"))
    assert states == {late.pk: "timed_out", fresh.pk: "held"}
    assert (state_of(wallet), Transfer.objects.filter(kind="reversal").count()) == ((70, 0), 1)
