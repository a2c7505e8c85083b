"""The clock page: every name on it reaches its task through the real broker, and a second run changes nothing."""

import pytest
from celery.contrib.testing.worker import start_worker
from celery.signals import task_failure, task_success

from points.models import Seal
from points.services import open_wallet
from shengkang.celery import app
from shengkang.engines.processes import wait_until
from shengkang.notices.models import Notice
from shengkang.notices.services import notify
from tests.journeys.tables import clock_tasks, counts, run
from tests.points.makers import make_award


@pytest.fixture
def busy(town):
    """A town in which the clock has something to do: points to seal, a message to deliver."""
    here = town.here
    wallet = open_wallet(person=here.household_head.person, by=here.officer, at=town.now)
    make_award(here, wallet, 7)
    notify(to=here.household_head, kind="test", text="有一条消息", key="clock", at=town.now)
    return town


def test_every_name_on_the_page_is_a_task():
    app.loader.import_default_modules()
    assert [name for name in clock_tasks() if name not in app.tasks] == []


def test_the_broker_takes_each_task_from_the_page_to_its_room(busy, worker_database):
    done, failed = [], []

    def note_done(sender, **kwargs):
        done.append(sender.name)

    def note_failed(sender, einfo, **kwargs):
        failed.append((sender.name, str(einfo)))

    app.loader.import_default_modules()
    task_success.connect(note_done)
    task_failure.connect(note_failed)
    # A queue of this process's own: another one may be testing beside it.
    with start_worker(app, pool="solo", queues=[worker_database], perform_ping_check=False, shutdown_timeout=30):
        for name in clock_tasks():
            app.send_task(name, queue=worker_database)
        wait_until(lambda: len(done) + len(failed) == len(clock_tasks()), 60, 0.05)
    assert (failed, sorted(done)) == ([], sorted(clock_tasks()))
    assert Seal.objects.get().total == 7
    assert not Notice.objects.filter(delivered_at=None).exists()


@pytest.mark.parametrize("name", clock_tasks())
def test_a_task_that_runs_twice_has_run_once(busy, name):
    run(name)
    before = counts()
    run(name)
    assert counts() == before
