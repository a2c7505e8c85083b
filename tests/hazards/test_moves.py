"""Whatever order the moves are tried in: each leaves one step, none leads where the table or the constraints forbid."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shengkang.errors import RuleViolation
from shengkang.hazards import services
from shengkang.hazards.models import Hazard
from shengkang.hazards.moves import MOVES, Status
from tests.hazards.conftest import photo, seen
from tests.world import NOW

CALLS = {
    "assign": lambda hazard, here: services.assign_hazard(hazard=hazard, to=here.aux_police, by=here.officer, at=NOW),
    "put_right": lambda hazard, here: services.put_right(
        hazard=hazard, note="好了", photos=[photo(f"#{hazard.steps_taken:06x}")], by=here.aux_police, at=NOW
    ),
    "look_again": lambda hazard, here: services.look_again(hazard=hazard, fine=True, by=here.officer, at=NOW),
    "send_back": lambda hazard, here: services.look_again(hazard=hazard, fine=False, note="没好", by=here.officer, at=NOW),
    "dismiss": lambda hazard, here: services.dismiss_hazard(hazard=hazard, reason="没有", by=here.officer, at=NOW),
    "reopen": lambda hazard, here: services.reopen_hazard(hazard=hazard, reason="又坏了", by=here.officer, at=NOW),
}


def test_every_state_can_be_reached_and_left():
    reached = {Status.FOUND}
    for _round in Status.values:
        reached |= {move.target for move in MOVES.values() if reached & set(move.origins)}
    assert reached == set(Status)
    assert {origin for move in MOVES.values() for origin in move.origins} == set(Status)


@pytest.mark.parametrize("state", Status.values)
@pytest.mark.parametrize("move", CALLS)
def test_a_move_is_made_where_the_table_lists_it_and_refused_everywhere_else(here, life, state, move):
    hazard = getattr(life, state)()
    steps = hazard.steps_taken
    if state in MOVES[move].origins:
        CALLS[move](hazard, here)
        assert (hazard.status, hazard.steps_taken) == (MOVES[move].target, steps + 1)
    else:
        with pytest.raises(services.MoveRefused):
            CALLS[move](hazard, here)
        hazard.refresh_from_db()
        assert (hazard.status, hazard.steps_taken) == (state, steps)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tried=st.lists(st.sampled_from(sorted(CALLS)), max_size=14))
def test_no_sequence_of_moves_breaks_the_life_of_a_hazard(here, tried):
    hazard = services.find_hazard(**seen(here))
    done = ["find"]
    for move in tried:
        try:
            CALLS[move](hazard, here)
        except RuleViolation:
            continue
        done.append(move)
    hazard = Hazard.objects.get(pk=hazard.pk)
    steps = list(hazard.steps.order_by("no"))
    assert [step.move for step in steps] == done
    assert [step.no for step in steps] == list(range(1, hazard.steps_taken + 1))
    for before, step in pairwise(steps):
        assert step.from_status == before.to_status
        assert (step.from_status in MOVES[step.move].origins, step.to_status) == (True, MOVES[step.move].target)
    assert hazard.status == steps[-1].to_status
    assert (hazard.status in (Status.PUT_RIGHT, Status.CLOSED)) == (hazard.put_right_by_id is not None)
    assert (hazard.status == Status.CLOSED) == (hazard.closed_by_id is not None)
