"""Whatever order the verbs are tried in: each leaves the steps it promises, none leads to what the table or the constraints forbid."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shengkang.cases import services
from shengkang.cases.models import CaseStep, DisputeCase, Pause
from shengkang.cases.moves import ACTIONS, ENDED_WELL, MOVES, OPEN, Status
from shengkang.errors import RuleViolation
from tests.cases.conftest import told
from tests.cases.test_services import CALLS
from tests.world import NOW, no_at_the_gate

TODAY = NOW.date()


class NothingThere(Exception):
    """The verb needs a row (an offer, a visit, an obligation) that this case does not have."""


def _there(rows):
    row = rows.last()
    if row is None:
        raise NothingThere
    return row


def _at_the_gate(case, here, **yes):
    services.check_gate(case=case, answers=no_at_the_gate(**yes), by=here.officer, at=NOW)


def _agreement(case):
    return _there(case.agreements.order_by("pk"))


# What the one-line calls of the service tests leave out: verbs on rows of a case, and answers that change its course.
MORE = {
    "protect": lambda case, here: services.protect_case(case=case, reason="涉家暴", by=here.officer, at=NOW),
    "gate: violence": lambda case, here: _at_the_gate(case, here, family_violence=True),
    "gate: refused": lambda case, here: _at_the_gate(case, here, refused=True),
    "assess": lambda case, here: services.assess_risk(case=case, signals=["knife"], by=here.officer, at=NOW),
    "offer": lambda case, here: services.offer_case(case=case, to=here.colleague, reason="休假", by=here.officer, at=NOW),
    "take_over": lambda case, here: services.take_over(case=case, by=here.colleague, at=NOW),
    "decline": lambda case, here: services.decline_case(case=case, reason="忙", by=here.colleague, at=NOW),
    "pause": lambda case, here: services.pause_case(
        case=case, kind="party", reason="外出", look_again_on=TODAY + timedelta(days=9), by=here.officer, at=NOW
    ),
    "resume": lambda case, here: services.resume_case(case=case, by=here.officer, at=NOW),
    "session: refused": lambda case, here: services.hold_session(
        case=case, held_at=NOW, place="村委会", mediators=[case.mediator or here.officer], record="拒绝", outcome="refused",
        by=here.officer, at=NOW,
    ),
    "agree: by word": lambda case, here: services.record_agreement(
        case=case, facts="滴水", terms="各退一步", effective_on=TODAY, oral=True, obligations=[("装檐沟", TODAY)],
        by=here.officer, at=NOW,
    ),
    "perform": lambda case, here: services.mark_performed(
        obligation=_there(_agreement(case).obligations.filter(performed_on=None)), performed_on=TODAY, by=here.officer, at=NOW
    ),
    "confirm": lambda case, here: services.ask_confirmation(
        agreement=_agreement(case), court="县法院", asked_on=TODAY, by=here.officer, at=NOW
    ),
    "admonish": lambda case, here: services.admonish_case(
        case=case, party=_there(case.parties), served_at=NOW, facts="推搡", by=here.officer, at=NOW
    ),
    "follow_up: broken": lambda case, here: services.record_follow_up(
        follow_up=_there(case.follow_ups.filter(done_at=None)), outcome="broken", by=here.officer, at=NOW
    ),
    "answer": lambda case, here: services.answer_referral(
        referral=_there(case.referrals), answered_on=TODAY, answer="已立案", by=here.officer, at=NOW
    ),
    "merge": lambda case, here: services.merge_case(case=case, into=here.another, by=here.officer, at=NOW),
}  # fmt: skip
VERBS = CALLS | MORE
EARLY = ("accept", "gate", "inquire", "mediate", "session", "agree", "sign", "settle", "follow_up", "archive")


def test_every_state_can_be_reached_and_left():
    reached = {Status.REPORTED}
    for _round in Status.values:
        reached |= {move.target for move in MOVES.values() if move.target and reached & set(move.origins)}
    assert reached == set(Status)
    left = {origin for move in MOVES.values() if move.target for origin in move.origins}
    assert left == set(Status)


def test_every_move_of_the_table_is_asked_of_somebody_and_tried_here():
    assert set(ACTIONS) == set(MOVES)
    assert set(MOVES) - {name.partition(":")[0] for name in VERBS} == {"open", "settle_on_the_spot"}


def _whatever_happened_it_is_lawful(case):
    steps = list(case.steps.order_by("no"))
    assert [step.no for step in steps] == list(range(1, case.steps_taken + 1))
    for before, step in pairwise(steps):
        assert step.from_status == before.to_status
        assert step.from_status in MOVES[step.move].origins
        assert step.to_status == (MOVES[step.move].target or step.from_status)
    assert case.status == steps[-1].to_status
    assert (case.status in ENDED_WELL) == (case.settled_at is not None)
    assert case.status not in ENDED_WELL or case.mediator is not None
    assert not (case.restricted and case.status in (Status.MEDIATING, Status.AGREED, *ENDED_WELL))
    assert (case.paused_at is not None) == Pause.objects.filter(case=case, ended_at=None).exists()
    assert case.paused_at is None or case.status in OPEN
    assert case.hand_overs.filter(taken=None).count() <= 1
    assert (case.status == Status.MERGED) == (case.merged_into_id is not None)


def _mostly_on_the_way():
    """Verbs in any order, with the long way through the mediation often enough that its late states are met."""
    return st.tuples(st.integers(0, len(EARLY)), st.lists(st.sampled_from(sorted(VERBS)), max_size=12)).map(
        lambda drawn: [*EARLY[: drawn[0]], *drawn[1]]
    )


def test_no_sequence_of_verbs_breaks_the_life_of_a_case(here, world):
    """Five hundred steps at the least, and every state of the table among them."""
    seen = Counter()
    _walk(here, world, seen)
    assert seen.keys() == set(Status)
    assert seen.total() > 500


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(tried=_mostly_on_the_way())
def _walk(here, world, seen, tried):
    here.another = services.open_case(**told(here, world.category))
    case = services.open_case(**told(here, world.category))
    seen[case.status] += 1
    for name in tried:
        before, status = case.steps_taken, case.status
        try:
            with transaction.atomic():
                VERBS[name](case, here)
        except (RuleViolation, NothingThere, *NOTHING_OWED):
            case = DisputeCase.objects.get(pk=case.pk)
            assert (case.steps_taken, case.status) == (before, status)
            continue
        case = DisputeCase.objects.get(pk=case.pk)
        made = [step.move for step in case.steps.filter(no__gt=before).order_by("no")]
        # A stopped clock starts again by itself when the case ends.
        if made[0] == "resume" and name != "resume":
            del made[0]
        # The first step bears the verb's name, but for the violence that ends a mediation before it protects the case.
        assert made
        assert made[0] == name.partition(":")[0] or (name, made) == ("protect", ["break_off", "protect"])
        assert len(made) == 1 or tuple(made) in IN_ONE_BREATH
        _whatever_happened_it_is_lawful(case)
        seen[case.status] += 1


# What two steps at once may be: an ending that follows from what was found.
IN_ONE_BREATH = {
    ("gate", "protect"),
    ("gate", "break_off", "protect"),
    ("break_off", "protect"),
    ("session", "break_off"),
    ("follow_up", "reopen"),
}
NOTHING_OWED = tuple(relation.related_model.DoesNotExist for relation in (DisputeCase.follow_ups.rel, DisputeCase.agreements.rel))


def test_raw_sql_writes_no_step_twice_and_edits_none(life):
    """What the services never do, the database does not let pass either."""
    step = life.settled().steps.last()
    twice = {
        "no": step.no,
        "move": "correct",
        "from_status": step.to_status,
        "to_status": step.to_status,
        "at": NOW,
        "by": step.by,
    }
    with pytest.raises(IntegrityError, match="step_numbered_once"), transaction.atomic():
        CaseStep.objects.create(case=step.case, **twice)
    for sql in ("UPDATE cases_casestep SET note = 'x' WHERE id = %s", "DELETE FROM cases_casestep WHERE id = %s"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [step.pk])
