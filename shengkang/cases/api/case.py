"""Disputes for programs: list, read, register, and one POST for each step. A state is never patched."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from shengkang.audit import services as audit
from shengkang.cases import services
from shengkang.cases.api import shapes
from shengkang.cases.api.agree import AGREEMENT_ACTIONS, AgreementSteps
from shengkang.cases.api.clocks import ClockSteps
from shengkang.cases.api.finding import Found
from shengkang.cases.api.gate import GateSteps
from shengkang.cases.api.papers import PAPER_ACTIONS, PaperSteps
from shengkang.cases.api.protected import ProtectedSteps
from shengkang.cases.api.registering import REGISTER_ACTIONS, RegisterSteps
from shengkang.cases.api.steps import Steps, named, step
from shengkang.cases.models import DisputeCase
from shengkang.cases.moves import ACTIONS
from shengkang.organization import access
from shengkang.organization.api import IDEMPOTENCY_KEY, ByMatrix, ReasonSerializer


@extend_schema_view(list=extend_schema(description="Newest first; restricted cases only for those the matrix names."))
class CaseViewSet(
    AgreementSteps,
    ClockSteps,
    GateSteps,
    PaperSteps,
    ProtectedSteps,
    RegisterSteps,
    Steps,
    mixins.RetrieveModelMixin,
    mixins.ListModelMixin,
    viewsets.GenericViewSet,
):
    permission_classes = [IsAuthenticated, ByMatrix]
    access_object = "dispute"
    access_actions = {
        "list": "list",
        "retrieve": "read",
        **ACTIONS,
        "create": "create",
        "gate_questions": "create",
        **AGREEMENT_ACTIONS,
        **PAPER_ACTIONS,
        **REGISTER_ACTIONS,
        "receipt": ACTIONS["answer"],
    }
    queryset = DisputeCase.objects.none()
    serializer_class = shapes.Case
    filter_backends = [*viewsets.GenericViewSet.filter_backends, Found]
    filterset_fields = ["status", "risk", "grade", "village", "category"]

    def get_queryset(self):
        seen = DisputeCase.objects.visible_to(self.request.user)
        return (
            seen if self.action == "list" else seen.select_related("officer", "mediator").prefetch_related("parties", "steps__by")
        )

    def get_serializer_class(self):
        return shapes.CaseInFull if self.action == "retrieve" else shapes.Case

    def retrieve(self, request, *args, **kwargs):
        case = self.get_object()
        audit.note_look(what="case", about=case, by=request.user, at=timezone.now())
        return Response(self.get_serializer(case).data)

    @extend_schema(request=shapes.Registration, responses={201: shapes.CaseCreated}, parameters=[IDEMPOTENCY_KEY])
    def create(self, request):
        """Register a dispute; the caller is its first reporter."""
        given = self._checked(shapes.Registration)
        return self._once("api.open_case", lambda at: named(services.open_case(**self._own(given, at))))

    @extend_schema(request=shapes.SettledOnTheSpot, responses={201: shapes.CaseCreated}, parameters=[IDEMPOTENCY_KEY])
    @action(detail=False, methods=["post"], url_path="settle-on-the-spot")
    def settle_on_the_spot(self, request):
        """Register a small dispute the caller has just settled (就地化解)."""
        given = self._checked(shapes.SettledOnTheSpot)
        return self._once("api.settle_on_the_spot", lambda at: named(services.settle_on_the_spot(**self._own(given, at))))

    @step("join", shapes.Join, creates=True)
    def join(self, request, pk=None):
        """The caller tells of the same dispute; he too hears how it ends."""
        return self._creates("join", services.join_case, shapes.Join)

    @step("assign", shapes.Assign)
    def assign(self, request, pk=None):
        return self._moves("assign", services.assign_case, shapes.Assign)

    @step("archive", None)
    def archive(self, request, pk=None):
        """Refused with the list of what is missing."""
        return self._moves("archive", services.archive_case)

    @step("reopen", ReasonSerializer)
    def reopen(self, request, pk=None):
        return self._moves("reopen", services.reopen_case, ReasonSerializer)

    @step("take_back", ReasonSerializer)
    def take_back(self, request, pk=None):
        return self._moves("take_back", services.take_back_case, ReasonSerializer)

    @step("terminate", ReasonSerializer)
    def terminate(self, request, pk=None):
        return self._moves("terminate", services.terminate_case, ReasonSerializer)

    @step("correct", shapes.Correct)
    def correct(self, request, pk=None):
        """Put right what was registered; only the fields that are sent."""
        return self._moves("correct", services.correct_case, shapes.Correct)

    def _own(self, given, at) -> dict:
        if given.get("restricted"):
            access.require(self.request.user, "dispute_restricted", "create", sees=True)
        parties = [services.PartyDetails(**party) for party in given.pop("parties", [])]
        return {"station": self.request.user.station, "by": self.request.user, "at": at, "parties": parties, **given}
