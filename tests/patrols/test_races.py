"""Two telephones at the same moment: a place is given away once, and nobody is in two shifts at once."""

import threading

from django.db import connections

from patrols import services
from patrols.models import Shift, SignUp
from tests.patrols.conftest import make_account, make_shift, make_volunteer
from tests.world import NOW, make_world


def test_the_last_place_is_given_away_once(committed):
    here = make_world().here
    shift = make_shift(here, places=1)
    accounts = [make_account(here, make_volunteer(here, name=f"志愿{no}"), f"1990003000{no}") for no in range(4)]
    gate, answers = threading.Barrier(len(accounts)), []

    def run(by):
        try:
            gate.wait(timeout=10)
            services.take_place(shift=Shift.objects.get(pk=shift.pk), by=by, at=NOW)
            answers.append("taken")
        except services.ShiftFull:
            answers.append("full")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(by,)) for by in accounts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(answers) == ["full", "full", "full", "taken"]
    assert SignUp.objects.in_force().filter(shift=shift).count() == 1


def test_one_volunteer_takes_one_of_two_shifts_in_the_same_hours(committed):
    here = make_world().here
    volunteer = make_volunteer(here, person=here.volunteer.person)
    shifts = [make_shift(here), make_shift(here, leader=here.officer)]
    gate, answers = threading.Barrier(2), []

    def run(shift):
        try:
            gate.wait(timeout=10)
            services.take_place(shift=shift, by=here.volunteer, at=NOW)
            answers.append("taken")
        except services.SignUpRefused:
            answers.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(shift,)) for shift in shifts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(answers) == ["refused", "taken"]
    assert SignUp.objects.in_force().filter(volunteer=volunteer).count() == 1
