"""Two desks at once: numbers are given once, a case is settled once."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from shengkang.cases import services
from shengkang.cases.models import DisputeCase
from tests.cases.conftest import told
from tests.world import NOW, make_world


def at_once(calls):
    def run(call):
        try:
            return call()
        except services.MoveRefused:
            return None
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(len(calls)) as desks:
        return list(desks.map(run, calls))


def test_eight_desks_registering_at_once_draw_eight_numbers(committed):
    world = make_world()
    at_once([lambda: services.open_case(**told(world.here, world.category))] * 8)
    assert sorted(DisputeCase.objects.values_list("no", flat=True)) == [f"429901101-2026-000{no}" for no in range(1, 9)]


def test_a_case_accepted_by_two_at_once_has_one_step_more(committed):
    world = make_world()
    case = services.open_case(**told(world.here, world.category))

    def accept():
        own = DisputeCase.objects.get(pk=case.pk)
        return services.accept_case(case=own, risk="red", grade="simple", by=world.here.officer, at=NOW)

    assert sum(answer is None for answer in at_once([accept] * 4)) == 3
    case.refresh_from_db()
    assert (case.steps_taken, case.steps.count()) == (2, 2)
