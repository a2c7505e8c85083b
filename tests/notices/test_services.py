"""A notice is a row first; it is delivered once, tried again after a failure, and read by the one it is for."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections

from shengkang.notices import services
from shengkang.notices.backends import Backend, Console, DeliveryFailed
from shengkang.notices.models import Notice
from shengkang.notices.tasks import deliver
from tests.world import NOW, make_world

sent = []


class Post(Backend):
    """A real back end of these tests: it notes what it was given."""

    def send(self, notice):
        sent.append(notice.pk)


class Broken(Backend):
    def send(self, notice):
        raise DeliveryFailed("operator busy")


@pytest.fixture(autouse=True)
def backends(settings):
    sent.clear()
    settings.NOTICE_BACKENDS = ["tests.notices.test_services.Post"]
    return settings


def tell(user, key="fact:1", **kwargs):
    return services.notify(**({"to": user, "kind": "test", "text": "化解了", "key": key, "at": NOW} | kwargs))


def test_nobody_reads_the_notices_of_another(world):
    notice = tell(world.here.officer)
    with pytest.raises(services.NotYourNotice):
        services.mark_read(notice=notice, by=world.here.station_chief, at=NOW)
    notice.refresh_from_db()
    assert notice.read_at is None


def test_the_same_fact_tells_the_same_account_once(world):
    first, second = tell(world.here.officer), tell(world.here.officer, text="别的话")
    assert (first.pk, second.text) == (second.pk, "化解了")
    tell(world.here.station_chief)
    assert Notice.objects.count() == 2


def test_the_database_refuses_a_second_telling(world):
    tell(world.here.officer)
    with pytest.raises(IntegrityError):
        Notice.objects.create(to=world.here.officer, key="fact:1", kind="test", text="x", at=NOW)


def test_a_notice_is_delivered_once_however_often_the_clock_runs(world):
    notice = tell(world.here.officer)
    assert [services.deliver_due(at=NOW) for _ in range(2)] == [1, 0]
    notice.refresh_from_db()
    assert (sent, notice.delivered_at, notice.attempts) == ([notice.pk], NOW, 1)


def test_a_notice_of_later_waits(world):
    tell(world.here.officer, at=NOW + timedelta(hours=1))
    assert services.deliver_due(at=NOW) == 0


def test_what_fails_is_tried_again_after_a_longer_and_longer_wait_and_at_last_left(world, backends):
    backends.NOTICE_BACKENDS = ["tests.notices.test_services.Broken"]
    notice, at, waits = tell(world.here.officer), NOW, []
    for _ in range(services.MAX_ATTEMPTS):
        assert services.deliver_due(at=at) == 0
        notice.refresh_from_db()
        waits.append(notice.next_try_at - at)
        assert services.deliver_due(at=notice.next_try_at - timedelta(seconds=1)) == 0
        at = notice.next_try_at
    assert waits == [timedelta(minutes=2**no) for no in range(8)]
    assert (notice.attempts, notice.last_error, notice.delivered_at) == (8, "operator busy", None)
    backends.NOTICE_BACKENDS = ["tests.notices.test_services.Post"]
    assert services.deliver_due(at=at + timedelta(days=1)) == 0


def test_one_that_failed_once_is_delivered_when_the_operator_is_back(world, backends):
    backends.NOTICE_BACKENDS = ["tests.notices.test_services.Broken"]
    notice = tell(world.here.officer)
    services.deliver_due(at=NOW)
    backends.NOTICE_BACKENDS = ["tests.notices.test_services.Post"]
    assert services.deliver_due(at=NOW + timedelta(minutes=1)) == 1
    notice.refresh_from_db()
    assert (notice.last_error, notice.attempts) == ("", 2)


def test_a_failure_of_one_does_not_hold_up_the_others(world, backends, monkeypatch):
    bad, good = tell(world.here.officer, "1"), tell(world.here.officer, "2")

    def send(self, notice):
        if notice.pk == bad.pk:
            raise DeliveryFailed("operator busy")
        sent.append(notice.pk)

    monkeypatch.setattr(Post, "send", send)
    assert (services.deliver_due(at=NOW), sent) == (1, [good.pk])


def test_the_console_names_neither_the_reader_nor_the_text(world, caplog):
    notice = tell(world.here.officer)
    with caplog.at_level("INFO"):
        Console().send(notice)
    assert notice.text not in caplog.text
    assert world.here.officer.name not in caplog.text
    assert world.here.officer.phone not in caplog.text
    assert str(notice.pk) in caplog.text


def test_the_task_bears_the_name_of_the_clock_page_and_may_run_twice(world):
    notice = tell(world.here.officer)
    assert deliver.name == "notices.deliver"
    deliver()
    deliver()
    assert sent == [notice.pk]


def test_all_are_read_at_once_but_only_my_own(world):
    tell(world.here.officer, "1"), tell(world.here.officer, "2"), tell(world.here.station_chief, "1")
    assert services.mark_all_read(by=world.here.officer, at=NOW) == 2
    assert Notice.objects.unread().get().to == world.here.station_chief


def test_four_deliverers_at_once_send_each_notice_once(committed):
    officer = make_world().here.officer
    for no in range(40):
        tell(officer, str(no))

    def run(_no):
        try:
            return services.deliver_due(at=NOW)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(4) as deliverers:
        assert sum(deliverers.map(run, range(4))) == 40
    assert sorted(sent) == sorted(Notice.objects.values_list("pk", flat=True))
