"""A step of a case as a call: POST /cases/{id}/<step>/. The mixins of this folder hold the steps, `case.py` puts them together."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from shengkang.cases import selectors
from shengkang.cases.api import shapes
from shengkang.cases.models import DisputeCase
from shengkang.cases.moves import ACTIONS
from shengkang.organization.api import IDEMPOTENCY_KEY, answer_once


def step(name, shape, *, creates=False):
    """The decorators of a step: its body `shape`, and its answer; one that `creates` a row of its own asks for an idempotency key."""
    parameters = [IDEMPOTENCY_KEY] if creates else []
    answer = shapes.CaseCreated if creates else shapes.Case

    def decorate(method):
        # The description comes last: `action` would throw away what it finds.
        routed = action(detail=True, methods=["post"], url_path=name.replace("_", "-"))(method)
        return extend_schema(
            request=shape, responses={201 if creates else 200: answer}, parameters=parameters, operation_id=f"cases_{name}"
        )(routed)

    return decorate


class Steps:
    """What every step does around its one call; for a view set of cases."""

    def _checked(self, shape) -> dict:
        given = shape(data=self.request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def _case(self, step) -> DisputeCase:
        """The case, if the caller sees it (404) and the matrix gives him this step on it (403)."""
        case = self.get_object()
        if not selectors.may_take_step(self.request.user, case, ACTIONS[step]):
            raise PermissionDenied
        return case

    def _moves(self, step, verb, shape=None):
        case, given = self._case(step), self._checked(shape) if shape else {}
        verb(case=case, by=self.request.user, at=timezone.now(), **given)
        return self._answer(case)

    def _creates(self, step, verb, shape):
        case, given = self._case(step), self._checked(shape)

        def do(at):
            made = verb(case=case, by=self.request.user, at=at, **given)
            return named(case) | {"made": made.pk}

        return self._once(f"api.{step}.{case.pk}", do)

    def _once(self, verb, do, body=None):
        """`body`: what makes a repeat the same call; what was sent, unless a file came along."""
        return answer_once(
            self.request, verb=verb, body=self.request.data if body is None else body, do=lambda: do(timezone.now())
        )

    def _answer(self, case):
        case.refresh_from_db()
        return Response(shapes.Case(case).data, status=status.HTTP_200_OK)


def named(case) -> dict:
    """Ids only: the answer is kept as a receipt."""
    return {"id": case.pk, "no": case.no, "status": case.status}
