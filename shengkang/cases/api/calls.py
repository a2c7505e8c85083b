"""Calls of the 110 feed for programs: list, read, and what becomes of one. They come in as Excel, at the desk."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from shengkang.audit import services as audit
from shengkang.cases import services
from shengkang.cases.api import shapes
from shengkang.cases.api.shapes_register import PartyInFull
from shengkang.cases.api.steps import named
from shengkang.cases.models import Call, DisputeCase
from shengkang.cases.moves import ACTIONS, MOVES
from shengkang.organization import access
from shengkang.organization.api import IDEMPOTENCY_KEY, ByMatrix, answer_once
from shengkang.organization.models import Unit


class CallShape(serializers.ModelSerializer):
    class Meta:
        model = Call
        fields = ["id", "no", "received_at", "police_class", "village", "place", "text", "phone"]
        read_only_fields = fields


class CallBecomes(serializers.ModelSerializer):
    """What the call does not know. A call about domestic violence becomes a protected case, whatever is sent."""

    village = shapes.OfStation(queryset=Unit.objects.all())
    parties = PartyInFull(many=True, required=False)

    class Meta:
        model = DisputeCase
        fields = ["village", "category", "story", "place", "restricted", "parties"]


class SeenCase(serializers.PrimaryKeyRelatedField):
    def get_queryset(self):
        seen = super().get_queryset().visible_to(self.context["request"].user)
        return seen.filter(status__in=MOVES["join"].origins)


class CallBelongs(serializers.Serializer):
    case = SeenCase(queryset=DisputeCase.objects.all())


@extend_schema_view(list=extend_schema(description="Newest first; those of protected matters only for those the matrix names."))
class CallViewSet(viewsets.ReadOnlyModelViewSet):
    permission_classes = [IsAuthenticated, ByMatrix]
    access_object = "call"
    access_actions = {"list": "list", "retrieve": "list", "open_case": "list", "tie": "list"}
    queryset = Call.objects.none()
    serializer_class = CallShape
    filterset_fields = ["police_class", "village"]

    def get_queryset(self):
        return Call.objects.visible_to(self.request.user)

    def retrieve(self, request, *args, **kwargs):
        call = self.get_object()
        audit.note_look(what="call", about=call, by=request.user, at=timezone.now())
        return Response(self.get_serializer(call).data)

    @extend_schema(request=CallBecomes, responses={201: shapes.CaseCreated}, parameters=[IDEMPOTENCY_KEY])
    @action(detail=True, methods=["post"], url_path="open-case")
    def open_case(self, request, pk=None):
        """The call becomes a dispute; the caller of this verb is its first reporter."""
        call, given = self._free_for("open", CallBecomes)
        parties = [services.PartyDetails(**party) for party in given.pop("parties", [])]
        return answer_once(
            request,
            verb=f"api.call_open_case.{call.pk}",
            body=request.data,
            do=lambda: named(services.dispute_from_call(call=call, parties=parties, by=request.user, at=timezone.now(), **given)),
        )

    @extend_schema(request=CallBelongs, responses={200: CallShape})
    @action(detail=True, methods=["post"])
    def tie(self, request, pk=None):
        """The call is about a dispute that is known."""
        call, given = self._free_for("join", CallBelongs)
        services.tie_call(call=call, by=request.user, at=timezone.now(), **given)
        return Response(CallShape(call).data)

    def _free_for(self, step, shape):
        call = self.get_object()
        access.require(self.request.user, "dispute", ACTIONS[step], sees=True)
        given = shape(data=self.request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        return call, dict(given.validated_data)
