"""Two ways to tell people of an alarm, and what happens when they die: nothing is lost, nobody is told twice."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
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
from tests.world import make_user, make_world

CHECKOUT = Path(__file__).resolve().parent.parent.parent
ALARMS, KILLS = {"small": (200, 2), "large": (5000, 20)}[os.environ.get("SOAK_SIZE", "small")]


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


@contextmanager
def the_watch(database):
    """The real loop in a process of its own."""
    url = urlsplit(os.environ["DATABASE_URL"])
    process = subprocess.Popen(
        [sys.executable, "manage.py", "watch_alarms"],
        cwd=CHECKOUT,
        env=os.environ
        | {"DATABASE_URL": urlunsplit(url._replace(path=f"/{database}")), "DJANGO_SETTINGS_MODULE": "shengkang.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_the_watch_alone_tells_of_an_alarm_and_ends_when_asked(here, committed):
    with the_watch(committed) as process:
        alarm = press(here, 1)
        assert wait_until(lambda: Response.objects.filter(alarm=alarm).count() == 3, 30, 0.05)
        process.send_signal(signal.SIGTERM)
        words, _nothing = process.communicate(timeout=20)
    assert process.returncode == 0
    assert f"alarm {alarm.pk} told: 3 told" in words
    assert here.officer.name not in words
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


def test_alarms_raised_in_a_storm_are_told_of_once_each_while_the_watch_is_killed(here, committed):
    """Two watches and the clock's task side by side; one watch is killed without mercy again and again."""
    people = [make_user(here.station, here.villages[0], "resident", f"群众{no}", f"1740000{no:04}") for no in range(ALARMS)]
    raised, failed = [], []

    def raising(mine):
        try:
            for user in mine:
                place = {"latitude": LATITUDE, "longitude": LONGITUDE}
                raised.append(services.raise_alarm(kind="help", source="phone", by=user, at=timezone.now(), **place))
        except BaseException as fault:
            failed.append(fault)
            raise
        finally:
            connections.close_all()

    raisers = [threading.Thread(target=raising, args=(people[no::4],)) for no in range(4)]
    with the_watch(committed):
        for thread in raisers:
            thread.start()
        for _kill in range(KILLS):
            with the_watch(committed) as victim:
                known = Response.objects.count()
                wait_until(lambda known=known: Response.objects.count() > known + 20, 5, 0.02)
                victim.kill()
            stay_on_duty()
            run("posts.dispatch")
        for thread in raisers:
            thread.join()
        assert wait_until(lambda: not Alarm.objects.filter(told_at=None).exists(), 60, 0.1)
    assert failed == []
    assert len({alarm.pk for alarm in raised}) == Alarm.objects.count() == ALARMS
    assert wrongs(raised, here.watching) == {}


def test_dispatchers_side_by_side_tell_once(here):
    alarms = [
        services.raise_alarm(kind="help", source="desk", by=here.station_chief, at=timezone.now(), post=here.ground.post)
        for _no in range(20)
    ]
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
    alarms = [
        services.raise_alarm(kind="help", source="desk", by=here.station_chief, at=timezone.now(), post=here.ground.post)
        for _no in range(20)
    ]
    at = timezone.now()
    storm([lambda no=no: naive_dispatch(here, at, no) for no in range(6)])

    assert any(times >= 2 for wrong in wrongs(alarms, here.watching).values() for times in wrong.values())


def test_an_alarm_ticked_off_before_it_is_told_of_is_missed(here):
    """The other control: who ticks off first and dies then has told nobody, and the check says so."""
    alarm = press(here, 1)
    Alarm.objects.update(told_at=timezone.now(), call_at=None)
    run("posts.dispatch")

    assert wrongs([alarm], here.watching) == {alarm.pk: dict.fromkeys(here.watching, 0)}
