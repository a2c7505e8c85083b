"""A step of a dispute as a button: when it is offered, by which line of the matrix."""

from shengkang.cases import selectors
from shengkang.cases.moves import ACTIONS, MOVES
from shengkang.organization.desk import Verb


def in_state(move, also=lambda case: True, also_from=()):
    """Offered when the table lists the move from here (or from `also_from`), the matrix gives it on this case, and `also` agrees."""

    def offered(case, user):
        listed = case.status in (*MOVES[move].origins, *also_from)
        return listed and selectors.may_take_step(user, case, ACTIONS[move]) and also(case)

    return offered


def step(move, label, call, *, form=None, also=lambda case: True, offered=None, **kwargs):
    """`also` narrows when the button is offered; `offered` says it anew where it depends on the user."""
    return Verb(
        name=move,
        label=label,
        action=ACTIONS[move],
        call=lambda case, **given: call(case=case, **given),
        form=form,
        offered=offered or in_state(move, also),
        **kwargs,
    )
