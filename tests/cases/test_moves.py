"""Whatever order the moves are tried in: each leaves one step, none leads to a state the table or the constraints forbid."""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shengkang.cases import services
from shengkang.cases.models import DisputeCase, FollowUp
from shengkang.cases.moves import ENDED_WELL, MOVES, Status
from shengkang.errors import RuleViolation
from tests.cases.conftest import told
from tests.cases.test_services import CALLS


def test_every_state_can_be_reached_and_left():
    reached = {Status.REPORTED}
    for _round in Status.values:
        reached |= {move.target for move in MOVES.values() if move.target and reached & set(move.origins)}
    assert reached == set(Status)
    left = {origin for move in MOVES.values() if move.target for origin in move.origins}
    assert left == set(Status)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tried=st.lists(st.sampled_from(sorted(CALLS)), max_size=14))
def test_no_sequence_of_moves_breaks_the_life_of_a_case(here, world, tried):
    case = services.open_case(**told(here, world.category))
    done = ["open"]
    for move in tried:
        try:
            CALLS[move](case, here)
        except (RuleViolation, FollowUp.DoesNotExist):  # no visit is owed
            continue
        done.append(move)
    case = DisputeCase.objects.get(pk=case.pk)
    steps = list(case.steps.order_by("no"))
    assert [step.move for step in steps] == done
    assert [step.no for step in steps] == list(range(1, case.steps_taken + 1))
    for before, step in pairwise(steps):
        assert step.from_status == before.to_status
        assert step.from_status in MOVES[step.move].origins
        assert step.to_status == (MOVES[step.move].target or step.from_status)
    assert case.status == steps[-1].to_status
    assert (case.status in ENDED_WELL) == (case.settled_at is not None)
