"""The face for programs: periods, what they owe, and deeds."""

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from points import scoring
from points.models import Deed, EvaluationPeriod, ScoreLine
from points.selectors.evaluation import people_one_may_thank, rules_for
from points.services import deeds, evaluation
from shengkang.cases.models import DisputeCase
from shengkang.organization.api import IDEMPOTENCY_KEY, ByMatrix, CreatedThing, answer_once
from shengkang.organization.selectors import day_of


class PeriodSerializer(serializers.ModelSerializer):
    class Meta:
        model = EvaluationPeriod
        fields = ["id", "starts_on", "ends_on", "status", "scored_at", "published_at", "closed_at"]
        read_only_fields = fields


class PeriodViewSet(viewsets.ReadOnlyModelViewSet):
    """Evaluation periods of one's station; their state moves only by the verbs below."""

    serializer_class = PeriodSerializer
    permission_classes = [IsAuthenticated, ByMatrix]
    queryset = EvaluationPeriod.objects.none()
    access_object = "evaluation_period"
    access_actions = {
        "list": "list", "retrieve": "list", "score": "score", "end_today": "review", "review": "review", "publish": "publish",
        "take_back": "publish", "close": "close",
    }  # fmt: skip

    def get_queryset(self):
        return EvaluationPeriod.objects.visible_to(self.request.user)

    def _do(self, service):
        period = self.get_object()
        service(period=period, by=self.request.user, at=timezone.now())
        return Response(self.get_serializer(EvaluationPeriod.objects.get(pk=period.pk)).data)

    @extend_schema(request=None, responses=PeriodSerializer)
    @action(detail=True, methods=["post"])
    def score(self, request, pk=None):
        """Rewrite the lines from the facts as they are now."""
        return self._do(evaluation.score_period)

    @extend_schema(request=None, responses=PeriodSerializer)
    @action(detail=True, methods=["post"], url_path="end-today")
    def end_today(self, request, pk=None):
        """Make today the last day of the open period."""
        return self._do(evaluation.end_today)

    @extend_schema(request=None, responses=PeriodSerializer)
    @action(detail=True, methods=["post"])
    def review(self, request, pk=None):
        """Send the draft to the village's review."""
        return self._do(evaluation.send_to_review)

    @extend_schema(request=None, responses=PeriodSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request, pk=None):
        """Score for the last time and publish."""
        return self._do(evaluation.publish_period)

    @extend_schema(request=None, responses=PeriodSerializer)
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request, pk=None):
        """Return a publication to review."""
        return self._do(evaluation.take_back_publication)

    @extend_schema(request=None, responses=PeriodSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request, pk=None):
        """Post the points and fix the period."""
        return self._do(evaluation.close_period)


class ScoreLineSerializer(serializers.ModelSerializer):
    rule = serializers.SerializerMethodField()
    fact = serializers.SerializerMethodField()

    class Meta:
        model = ScoreLine
        fields = ["id", "period", "person", "rule", "fact", "points", "done_on"]
        read_only_fields = fields

    def get_rule(self, line) -> str:
        return scoring.explain(line).rule

    def get_fact(self, line) -> str:
        return scoring.explain(line).fact


class ScoreLineViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """What the periods owe: one's own lines, the station's for its staff. Confidential matters come without rule and fact."""

    serializer_class = ScoreLineSerializer
    permission_classes = [IsAuthenticated, ByMatrix]
    queryset = ScoreLine.objects.none()
    filterset_fields = ["period", "person"]
    access_object = "points_entry"
    access_actions = {"list": "list"}

    def get_queryset(self):
        return scoring.with_facts(ScoreLine.objects.visible_to(self.request.user))


class DeedSerializer(serializers.ModelSerializer):
    class Meta:
        model = Deed
        fields = ["id", "person", "rule", "case", "text", "done_on", "at", "confirmed_at"]
        read_only_fields = ["id", "at", "confirmed_at"]

    def get_fields(self):
        fields, request = super().get_fields(), self.context.get("request")
        if request is not None and request.user.is_authenticated:
            fields["person"].queryset = people_one_may_thank(request.user)
            fields["rule"].queryset = rules_for(request.user, day_of(timezone.now()))
            fields["case"].queryset = DisputeCase.objects.visible_to(request.user)
        return fields


@extend_schema_view(create=extend_schema(parameters=[IDEMPOTENCY_KEY], responses={201: CreatedThing}))
class DeedViewSet(mixins.CreateModelMixin, viewsets.ReadOnlyModelViewSet):
    """Deeds one recorded, did, or may confirm."""

    serializer_class = DeedSerializer
    permission_classes = [IsAuthenticated, ByMatrix]
    queryset = Deed.objects.none()
    access_object = "deed"
    access_actions = {"list": "list", "retrieve": "list", "create": "create", "confirm": "confirm"}

    def get_queryset(self):
        seen = Deed.objects.visible_to(self.request.user)
        return seen | Deed.objects.waiting_for(self.request.user)

    def create(self, request, *args, **kwargs):
        """Write down what somebody did; never oneself."""
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        return answer_once(
            request,
            verb="record_deed",
            body=request.data,
            do=lambda: {"id": deeds.record_deed(by=request.user, at=timezone.now(), **given.validated_data).pk},
        )

    @extend_schema(request=None, responses=DeedSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request, pk=None):
        """Confirm as the second person; again changes nothing."""
        deed = self.get_object()
        if not Deed.objects.entrusted_to(request.user).filter(pk=deed.pk).exists():
            raise PermissionDenied
        return Response(self.get_serializer(deeds.confirm_deed(deed=deed, by=request.user, at=timezone.now())).data)


router = SimpleRouter()
router.register("evaluation-periods", PeriodViewSet)
router.register("score-lines", ScoreLineViewSet)
router.register("deeds", DeedViewSet)
urlpatterns = router.urls
