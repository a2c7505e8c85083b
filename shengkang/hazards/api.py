"""Hazards for programs: list, read, report, and one POST for each step. A state is never patched."""

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from shengkang.hazards import selectors, services
from shengkang.hazards.models import Hazard, HazardGroup, HazardStep
from shengkang.organization.api import IDEMPOTENCY_KEY, ByMatrix, Once, Photos, ReasonSerializer, answer_once, comparable
from shengkang.organization.models import Unit, User

# The line of the matrix (object "hazard") each call asks.
ACTIONS = {"list": "list", "retrieve": "read", "create": "create"} | {
    move: line for move, line in selectors.ACTIONS.items() if move != "find"
}


class MyVillage(serializers.PrimaryKeyRelatedField):
    """Villages from which the caller may report; others do not exist for him."""

    def get_queryset(self):
        return selectors.villages_to_report_from(self.context["request"].user)


class Doer(serializers.PrimaryKeyRelatedField):
    """Accounts of the caller's own station; whether they may put hazards right is the service's to say."""

    def get_queryset(self):
        return User.objects.filter(station=self.context["request"].user.station_id)


def _note(**kwargs):
    return serializers.CharField(max_length=500, **kwargs)


class HazardShape(serializers.ModelSerializer):
    class Meta:
        model = Hazard
        fields = [
            "id", "status", "level", "group", "channel", "village", "place", "found_at", "due_at", "assigned_to",
            "put_right_at", "closed_at",
        ]  # fmt: skip
        read_only_fields = fields


class HazardStepShape(serializers.ModelSerializer):
    by = serializers.CharField(source="by.name", read_only=True)
    # The first step comes from nowhere, so its state is empty.
    from_status = serializers.CharField(read_only=True)
    to_status = serializers.CharField(read_only=True)

    class Meta:
        model = HazardStep
        fields = ["no", "move", "from_status", "to_status", "at", "by", "note"]
        read_only_fields = fields


class HazardInFull(HazardShape):
    steps = HazardStepShape(many=True, read_only=True)

    class Meta(HazardShape.Meta):
        fields = [*HazardShape.Meta.fields, "text", "answers_for_it", "latitude", "longitude", "steps"]
        read_only_fields = fields


class NewHazard(serializers.Serializer):
    village = MyVillage(queryset=Unit.objects.none())
    group = serializers.PrimaryKeyRelatedField(queryset=HazardGroup.objects.all())
    level = serializers.ChoiceField(choices=Hazard.Level.choices)
    place = serializers.CharField(max_length=120)
    text = serializers.CharField(max_length=1000)
    answers_for_it = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    latitude = serializers.FloatField(min_value=-90, max_value=90, required=False)
    longitude = serializers.FloatField(min_value=-180, max_value=180, required=False)
    photos = Photos(required=False)

    def validate(self, given):
        if ("latitude" in given) != ("longitude" in given):
            raise serializers.ValidationError({"latitude": _("Send latitude and longitude, or none of them.")})
        return given


class HazardCreated(serializers.Serializer):
    id = serializers.IntegerField()
    status = serializers.CharField()


class Assignment(serializers.Serializer):
    to = Doer(queryset=User.objects.none())
    note = _note(required=False, allow_blank=True, default="")


class PuttingRight(serializers.Serializer):
    photos = Photos(allow_empty=False)
    note = _note(required=False, allow_blank=True, default="")


class Look(serializers.Serializer):
    note = _note(required=False, allow_blank=True, default="")
    photos = Photos(required=False)


class SendingBack(serializers.Serializer):
    note = _note()
    photos = Photos(required=False)


def _step(name, shape):
    """The decorators of a step on one hazard: POST /hazards/{id}/<name>/, its body and its answer."""

    def decorate(method):
        # The description comes last: `action` would throw away what it finds.
        routed = action(detail=True, methods=["post"], url_path=name.replace("_", "-"))(method)
        return extend_schema(request=shape, responses={200: HazardShape}, operation_id=f"hazards_{name}")(routed)

    return decorate


@extend_schema_view(list=extend_schema(description="Newest first; a head sees what he found and what he shall put right."))
class HazardViewSet(Once, mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    permission_classes = [IsAuthenticated, ByMatrix]
    parser_classes = [JSONParser, MultiPartParser, FormParser]
    access_object = "hazard"
    access_actions = ACTIONS
    queryset = Hazard.objects.none()
    filterset_fields = ["status", "level", "group", "village", "channel"]

    def get_queryset(self):
        seen = Hazard.objects.visible_to(self.request.user)
        return seen.prefetch_related("steps__by") if self.action == "retrieve" else seen

    def get_serializer_class(self):
        return HazardInFull if self.action == "retrieve" else HazardShape

    @extend_schema(request=NewHazard, responses={201: HazardCreated}, parameters=[IDEMPOTENCY_KEY])
    def create(self, request):
        """Report a hazard; photos come as multipart/form-data."""
        user, given = request.user, self.checked(NewHazard)

        def do():
            hazard = services.find_hazard(
                station=user.station, channel=selectors.channel_of(user), by=user, at=timezone.now(), **given
            )
            return {"id": hazard.pk, "status": hazard.status}

        return answer_once(request, verb="api.find_hazard", body=comparable(request.data), do=do)

    @_step("assign", Assignment)
    def assign(self, request, pk=None):
        return self._moves("assign", services.assign_hazard, Assignment)

    @_step("put_right", PuttingRight)
    def put_right(self, request, pk=None):
        """With at least one photo from afterwards (multipart/form-data)."""
        return self._moves("put_right", services.put_right, PuttingRight)

    @_step("look_again", Look)
    def look_again(self, request, pk=None):
        """A second person has seen that the danger is gone: closed."""
        return self._moves("look_again", services.look_again, Look, fine=True)

    @_step("send_back", SendingBack)
    def send_back(self, request, pk=None):
        """A second person has seen that it is not gone."""
        return self._moves("send_back", services.look_again, SendingBack, fine=False)

    @_step("dismiss", ReasonSerializer)
    def dismiss(self, request, pk=None):
        return self._moves("dismiss", services.dismiss_hazard, ReasonSerializer)

    @_step("reopen", ReasonSerializer)
    def reopen(self, request, pk=None):
        return self._moves("reopen", services.reopen_hazard, ReasonSerializer)

    def _moves(self, step, verb, shape, **fixed):
        """The hazard, if the caller sees it (404) and the matrix gives him this step on it (403); one call; how it stands."""
        hazard = self.get_object()
        if not selectors.may(self.request.user, hazard, ACTIONS[step]):
            raise PermissionDenied
        verb(hazard=hazard, by=self.request.user, at=timezone.now(), **fixed, **self.checked(shape))
        return Response(HazardShape(hazard).data)


router = SimpleRouter()
router.register("hazards", HazardViewSet, basename="hazard")
urlpatterns = router.urls
