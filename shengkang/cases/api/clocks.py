"""The clock and the hands of a case for programs."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from shengkang.cases import services
from shengkang.cases.api import shapes_clocks as shapes
from shengkang.cases.api.steps import Steps, step
from shengkang.cases.models import Limit, RiskBand, RiskSignal, Rung
from shengkang.organization.api import ByMatrix, NoteSerializer


class ClockSteps(Steps):
    """Judging, pausing, handing over, referring."""

    @step("accept", shapes.Accept)
    def accept(self, request, pk=None):
        """Judge, grade and take on; the table of limits says until when it shall be ended."""
        return self._moves("accept", services.accept_case, shapes.Accept)

    @step("assess", shapes.Judge, creates=True)
    def assess(self, request, pk=None):
        """Judge the risk anew; the suggestion and its points are kept with the judgement."""
        return self._creates("assess", services.assess_risk, shapes.Judge)

    @step("pause", shapes.StopClock, creates=True)
    def pause(self, request, pk=None):
        """Stop the clock until somebody starts it again."""
        return self._creates("pause", services.pause_case, shapes.StopClock)

    @step("resume", NoteSerializer)
    def resume(self, request, pk=None):
        """Start the clock: the limits move on by the working days it stood still."""
        return self._moves("resume", services.resume_case, NoteSerializer)

    @step("offer", shapes.OfferCase, creates=True)
    def offer(self, request, pk=None):
        """Ask a colleague to take the case over."""
        return self._creates("offer", services.offer_case, shapes.OfferCase)

    @step("take_over", shapes.TakeOver)
    def take_over(self, request, pk=None):
        return self._moves("take_over", services.take_over, shapes.TakeOver)

    @step("decline", shapes.DeclineCase)
    def decline(self, request, pk=None):
        """The colleague who was asked says no; he may no longer see the case afterwards."""
        return self._moves("decline", services.decline_case, shapes.DeclineCase)

    @step("refer", shapes.Refer)
    def refer(self, request, pk=None):
        return self._moves("refer", services.refer_case, shapes.Refer)

    @step("receipt", shapes.OfficeReceipt)
    def receipt(self, request, pk=None):
        """The other office's receipt."""
        return self._about_referral(services.receive_referral, shapes.OfficeReceipt)

    @step("answer", shapes.OfficeAnswer)
    def answer(self, request, pk=None):
        """What became of the dispute at the other office."""
        return self._about_referral(services.answer_referral, shapes.OfficeAnswer)

    def _about_referral(self, verb, shape):
        case, given = self._case("answer"), self._checked(shape)
        referral = case.referrals.last()
        if referral is None:
            raise Http404
        verb(referral=referral, by=self.request.user, at=timezone.now(), **given)
        return self._answer(case)


class ClockTablesViewSet(viewsets.ViewSet):
    """The tables the clock runs by."""

    permission_classes = [IsAuthenticated, ByMatrix]
    access_object = "case_rules"
    access_actions = {"list": "list"}
    detail = False

    @extend_schema(responses=forced_singular_serializer(shapes.ClockTables), operation_id="case_clock_tables")
    def list(self, request):
        tables = {"signals": RiskSignal, "bands": RiskBand, "limits": Limit, "rungs": Rung}
        rows = {name: model.objects.visible_to(request.user) for name, model in tables.items()}
        return Response(shapes.ClockTables(rows).data)
