"""Two ways to tell people of an alarm, and what happens when they die: nothing is lost, nobody is told twice."""

import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings as of_django
from django.db import connection, connections, transaction
from django.utils import timezone

from posts import services
from posts.management.commands.watch_alarms import watch
from posts.models import Alarm, Response
from posts.services import dispatch
from shengkang.engines.processes import wait_until
from shengkang.notices.models import Notice
from shengkang.organization.models import Presence
from shengkang.organization.services import sign_on
from tests.journeys.tables import run
from tests.points.storm import storm
from tests.posts.conftest import LATITUDE, LONGITUDE, lay_ground
from tests.world import make_world

CHECKOUT = Path(__file__).resolve().parent.parent.parent
LARGE = {"small": (600, 4), "large": (6000, 12)}[os.environ.get("SOAK_SIZE", "small")]


@pytest.fixture
def here(committed):
    """A station that really commits, with three people on duty at the post."""
    world = make_world()
    side = world.here
    side.ground = lay_ground(side, timezone.now())
    for metres, user in ((0, side.officer), (100, side.aux_police), (300, side.volunteer)):
        sign_on(by=user, at=timezone.now(), latitude=LATITUDE + metres / 111_195, longitude=LONGITUDE)
    side.watching = {side.officer.pk, side.aux_police.pk, side.volunteer.pk}
    return side


def press(here, event):
    place = {"latitude": LATITUDE, "longitude": LONGITUDE}
    return services.raise_from_device(
        device=here.ground.terminal, event=str(event), kind="help", pressed_at=timezone.now(), at=timezone.now(), **place
    )


def stay_on_duty():
    Presence.objects.update(seen_at=timezone.now())


def wrongs(alarms, expected):
    """What went wrong with alarms that all of `expected` should have been told of once: {alarm: {account: times told}}."""
    told = Counter(Notice.objects.filter(kind="alarm.call").values_list("link", "to"))
    wrong = {}
    for alarm in alarms:
        times = {user: told[alarm.get_absolute_url(), user] for user in expected}
        if set(times.values()) != {1}:
            wrong[alarm.pk] = times
    return wrong


class Watch:
    """The real loop in a process of its own, and what it has said so far."""

    def __init__(self, database, said):
        self.said = said
        url = urlsplit(os.environ["DATABASE_URL"])
        known = {"SECRET_KEY": of_django.SECRET_KEY, "FIELD_KEYS": ",".join(of_django.FIELD_KEYS), "SHENGKANG_DEMO": "0"}
        place = {"DATABASE_URL": urlunsplit(url._replace(path=f"/{database}")), "DJANGO_SETTINGS_MODULE": "shengkang.settings"}
        with said.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "watch_alarms"],
                cwd=CHECKOUT,
                env=os.environ | known | place,
                stdout=log,
                stderr=log,
            )
        assert wait_until(lambda: "watching" in self.words, 30, 0.05), self.words

    @property
    def words(self):
        return self.said.read_text()

    @property
    def told(self):
        return len(re.findall(r"alarm \d+ told", self.words))


@pytest.fixture
def start_watch(committed, tmp_path):
    started = []

    def start():
        started.append(Watch(committed, tmp_path / f"watch{len(started)}.log"))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()


def test_the_watch_alone_tells_of_an_alarm_and_ends_when_asked(here, start_watch):
    watching = start_watch()
    alarm = press(here, 1)
    assert wait_until(lambda: Response.objects.filter(alarm=alarm).count() == 3, 15, 0.05), watching.words
    watching.process.terminate()
    assert watching.process.wait(20) == 0
    assert f"alarm {alarm.pk} told: 3 told" in watching.words
    assert here.officer.name not in watching.words
    assert wrongs([alarm], here.watching) == {}


def test_the_clock_alone_tells_of_an_alarm(here):
    alarm = press(here, 1)
    run("posts.dispatch")
    run("posts.dispatch")

    assert wrongs([alarm], here.watching) == {}


def test_the_watch_goes_on_after_the_database_threw_it_out(here):
    ending, silent = threading.Event(), threading.Event()

    def clock():
        # In the watch's own thread, before each question: its connection is cut once.
        if not silent.is_set():
            connections["default"].ensure_connection()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                threading.Thread(target=cut, args=cursor.fetchone()).start()
            silent.wait(10)
        return timezone.now()

    def cut(pid):
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        connections.close_all()
        silent.set()

    def watching():
        watch(ending, clock, pause=0.05)
        connections.close_all()

    thread = threading.Thread(target=watching)
    thread.start()
    try:
        alarm = press(here, 1)
        assert wait_until(lambda: Response.objects.filter(alarm=alarm).count() == 3, 20, 0.05)
    finally:
        ending.set()
        thread.join(20)
    assert silent.is_set()
    assert not thread.is_alive()


def test_one_alarm_that_cannot_be_told_of_does_not_silence_the_others(here, monkeypatch):
    first, second = press(here, 1), services.raise_alarm(kind="fire", source="phone", by=here.household_head, at=timezone.now())
    whole = dispatch._call

    def broken(pk, at):
        if pk == first.pk:
            with transaction.atomic():
                Response.objects.create(alarm_id=pk, user=here.officer, told_at=at)
                Response.objects.create(alarm_id=pk, user=here.officer, told_at=at)
        return whole(pk, at)

    monkeypatch.setattr(dispatch, "_call", broken)
    services.dispatch_due(timezone.now())

    assert not Response.objects.filter(alarm=first).exists()
    assert Response.objects.filter(alarm=second).exists()


def raise_at_the_desk(here):
    return services.raise_alarm(kind="help", source="desk", by=here.station_chief, at=timezone.now(), post=here.ground.post)


@pytest.mark.parametrize(("alarms", "kills"), [(200, 2), pytest.param(*LARGE, marks=pytest.mark.soak)])
def test_alarms_raised_in_a_storm_are_told_of_once_each_while_watches_are_killed(here, start_watch, alarms, kills):
    """A watch that stays, others that are killed without mercy in the middle of telling, and the clock's task beside them."""
    raised, failed = [], []

    def raising():
        try:
            for _no in range(alarms // 4):
                raised.append(raise_at_the_desk(here))
                time.sleep(0.02)
        except BaseException as fault:
            failed.append(fault)
            raise
        finally:
            connections.close_all()

    stays, *victims = [start_watch() for _each in range(1 + kills)]
    raisers = [threading.Thread(target=raising) for _no in range(4)]
    for thread in raisers:
        thread.start()
    for victim in victims:
        stay_on_duty()
        assert wait_until(lambda victim=victim: victim.told > 0, 30, 0.01), victim.words
        victim.process.kill()
        run("posts.dispatch")
    for thread in raisers:
        thread.join()
    assert wait_until(lambda: not Alarm.objects.filter(told_at=None).exists(), 60, 0.1)
    assert failed == []
    assert Alarm.objects.count() == len({alarm.pk for alarm in raised}) == alarms
    assert stays.told >= 10
    assert wrongs(raised, here.watching) == {}


def test_dispatchers_side_by_side_tell_once(here):
    alarms = [raise_at_the_desk(here) for _no in range(20)]
    at = timezone.now()
    told = storm([lambda: services.dispatch_due(at)] * 6)

    assert sum(told) == 20
    assert wrongs(alarms, here.watching) == {}


def naive_dispatch(here, at, round_no):
    """How not to do it: look who is to be told of what, tell them, tick it off."""
    for alarm in Alarm.objects.to_be_called(at):
        for user in here.watching:
            key = f"naive:{alarm.pk}:{round_no}:{threading.get_ident()}"
            Notice.objects.create(to_id=user, kind="alarm.call", text="…", link=alarm.get_absolute_url(), key=key, at=at)
        Alarm.objects.filter(pk=alarm.pk).update(told_at=at, call_at=None)


def test_a_naive_dispatch_in_the_same_storm_tells_twice(here):
    """The negative control: if this were green, the tests above would prove nothing."""
    alarms = [raise_at_the_desk(here) for _no in range(20)]
    at = timezone.now()
    storm([lambda no=no: naive_dispatch(here, at, no) for no in range(6)])

    assert any(times >= 2 for wrong in wrongs(alarms, here.watching).values() for times in wrong.values())


def test_an_alarm_ticked_off_before_it_is_told_of_is_missed(here):
    """The other control: who ticks off first and dies then has told nobody, and the check says so."""
    alarm = press(here, 1)
    Alarm.objects.update(told_at=timezone.now(), call_at=None)
    run("posts.dispatch")

    assert wrongs([alarm], here.watching) == {alarm.pk: dict.fromkeys(here.watching, 0)}
