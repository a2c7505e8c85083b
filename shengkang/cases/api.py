"""Disputes for programs: list, read, register, and one POST for each step. A state is never patched."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from shengkang.audit import services as audit
from shengkang.cases import selectors, services
from shengkang.cases import serializers as shapes
from shengkang.cases.models import DisputeCase
from shengkang.organization import access
from shengkang.organization.api import IDEMPOTENCY_KEY, ByMatrix, NoteSerializer, ReasonSerializer, answer_once

# The line of the matrix (object "dispute") each call asks.
ACTIONS = {
    "list": "list",
    "retrieve": "read",
    "create": "create",
    "settle_on_the_spot": "create",
    "join": "create",
    "accept": "assign",
    "assign": "assign",
    "correct": "assign",
    "mediate": "mediate",
    "session": "mediate",
    "agree": "mediate",
    "follow_up": "mediate",
    "perform": "mediate",
    "settle": "close",
    "archive": "close",
    "reopen": "close",
    "refer": "close",
    "take_back": "close",
    "terminate": "close",
}


def _step(name, shape, *, creates=False):
    """The decorators of a step on one case: POST /cases/{id}/<name>/, its body and its answer."""
    parameters = [IDEMPOTENCY_KEY] if creates else []
    answer = shapes.CaseCreated if creates else shapes.Case

    def decorate(method):
        # The description comes last: `action` would throw away what it finds.
        routed = action(detail=True, methods=["post"], url_path=name.replace("_", "-"))(method)
        return extend_schema(
            request=shape, responses={201 if creates else 200: answer}, parameters=parameters, operation_id=f"cases_{name}"
        )(routed)

    return decorate


@extend_schema_view(list=extend_schema(description="Newest first; restricted cases only for those the matrix names."))
class CaseViewSet(mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    permission_classes = [IsAuthenticated, ByMatrix]
    access_object = "dispute"
    access_actions = ACTIONS
    queryset = DisputeCase.objects.none()
    serializer_class = shapes.Case
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
        return self._once("api.open_case", lambda at: _named(services.open_case(**self._own(given, at))))

    @extend_schema(request=shapes.SettledOnTheSpot, responses={201: shapes.CaseCreated}, parameters=[IDEMPOTENCY_KEY])
    @action(detail=False, methods=["post"], url_path="settle-on-the-spot")
    def settle_on_the_spot(self, request):
        """Register a small dispute the caller has just settled (就地化解)."""
        given = self._checked(shapes.SettledOnTheSpot)
        return self._once("api.settle_on_the_spot", lambda at: _named(services.settle_on_the_spot(**self._own(given, at))))

    @_step("join", shapes.Join, creates=True)
    def join(self, request, pk=None):
        """The caller tells of the same dispute; he too hears how it ends."""
        return self._creates("join", services.join_case, shapes.Join)

    @_step("accept", shapes.Accept)
    def accept(self, request, pk=None):
        """Grade and take on; the limit is 1, 7 or 20 working days."""
        return self._moves("accept", services.accept_case, shapes.Accept)

    @_step("assign", shapes.Assign)
    def assign(self, request, pk=None):
        return self._moves("assign", services.assign_case, shapes.Assign)

    @_step("mediate", shapes.Mediate)
    def mediate(self, request, pk=None):
        return self._moves("mediate", services.begin_mediation, shapes.Mediate)

    @_step("session", shapes.Session, creates=True)
    def session(self, request, pk=None):
        return self._creates("session", services.hold_session, shapes.Session)

    @_step("agree", shapes.Agree, creates=True)
    def agree(self, request, pk=None):
        return self._creates("agree", services.record_agreement, shapes.Agree)

    @_step("settle", NoteSerializer)
    def settle(self, request, pk=None):
        """Settled: every reporter is told, a visit is owed in seven days."""
        return self._moves("settle", services.settle_case, NoteSerializer)

    @_step("follow_up", shapes.Visit)
    def follow_up(self, request, pk=None):
        """Record the visit that is owed next; a quarrel that broke out again reopens the case."""
        case, given = self._case("follow_up"), self._checked(shapes.Visit)
        visit = case.follow_ups.filter(done_at=None).first() or case.follow_ups.last()
        if visit is None:
            raise Http404
        services.record_follow_up(follow_up=visit, by=request.user, at=timezone.now(), **given)
        return self._answer(case)

    @_step("perform", shapes.Perform)
    def perform(self, request, pk=None):
        """An obligation of the agreement was performed."""
        case, given = self._case("perform"), self._checked(shapes.Perform)
        if given["obligation"].agreement.case_id != case.pk:
            raise Http404
        services.mark_performed(by=request.user, at=timezone.now(), **given)
        return self._answer(case)

    @_step("archive", None)
    def archive(self, request, pk=None):
        """Refused with the list of what is missing."""
        return self._moves("archive", services.archive_case)

    @_step("reopen", ReasonSerializer)
    def reopen(self, request, pk=None):
        return self._moves("reopen", services.reopen_case, ReasonSerializer)

    @_step("refer", shapes.Refer)
    def refer(self, request, pk=None):
        return self._moves("refer", services.refer_case, shapes.Refer)

    @_step("take_back", ReasonSerializer)
    def take_back(self, request, pk=None):
        return self._moves("take_back", services.take_back_case, ReasonSerializer)

    @_step("terminate", ReasonSerializer)
    def terminate(self, request, pk=None):
        return self._moves("terminate", services.terminate_case, ReasonSerializer)

    @_step("correct", shapes.Correct)
    def correct(self, request, pk=None):
        """Put right what was registered; only the fields that are sent."""
        return self._moves("correct", services.correct_case, shapes.Correct)

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

    def _own(self, given, at) -> dict:
        if given.get("restricted"):
            access.require(self.request.user, "dispute_restricted", "create", sees=True)
        parties = [services.PartyDetails(**party) for party in given.pop("parties", [])]
        return {"station": self.request.user.station, "by": self.request.user, "at": at, "parties": parties, **given}

    def _moves(self, step, verb, shape=None):
        case, given = self._case(step), self._checked(shape) if shape else {}
        verb(case=case, by=self.request.user, at=timezone.now(), **given)
        return self._answer(case)

    def _creates(self, step, verb, shape):
        case, given = self._case(step), self._checked(shape)

        def do(at):
            made = verb(case=case, by=self.request.user, at=at, **given)
            return _named(case) | {"made": made.pk}

        return self._once(f"api.{step}.{case.pk}", do)

    def _once(self, verb, do):
        return answer_once(self.request, verb=verb, body=self.request.data, do=lambda: do(timezone.now()))

    def _answer(self, case):
        case.refresh_from_db()
        return Response(shapes.Case(case).data, status=status.HTTP_200_OK)


def _named(case) -> dict:
    """Ids only: the answer is kept as a receipt."""
    return {"id": case.pk, "no": case.no, "status": case.status}


router = SimpleRouter()
router.register("cases", CaseViewSet, basename="case")
urlpatterns = router.urls
