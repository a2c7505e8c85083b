"""The procedure gate for programs: its questions, its answers, and the mediation it opens."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from shengkang.cases import services
from shengkang.cases.api import shapes, shapes_gate
from shengkang.cases.api.steps import Steps, step
from shengkang.cases.models import GateQuestion


class GateSteps(Steps):
    @extend_schema(responses={200: shapes_gate.AskedQuestion(many=True)}, operation_id="cases_gate_questions", filters=False)
    @action(detail=False, methods=["get"], url_path="gate-questions", pagination_class=None)
    def gate_questions(self, request):
        """What is asked before anybody mediates; `on_the_spot`: also of whoever settles a dispute where it stands."""
        return Response(shapes_gate.AskedQuestion(GateQuestion.objects.all(), many=True).data)

    @step("gate", shapes_gate.GateAnswers, creates=True)
    def gate(self, request, pk=None):
        """Answer every question; what must be reported becomes a protected case. The case tells what the answers allow."""
        return self._creates("gate", services.check_gate, shapes_gate.GateAnswers)

    @step("mediate", shapes.Mediate)
    def mediate(self, request, pk=None):
        """Begin a mediation the gate allowed; `applicant`: the party that asked for it, empty: offered by the mediators."""
        return self._moves("mediate", services.begin_mediation, shapes.Mediate)
