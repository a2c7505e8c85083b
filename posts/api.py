"""Alarms with their verbs, and the inventory of posts, points, cameras and member units, for programs."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from posts import services
from posts.models import Alarm, AlarmPoint, AlarmStep, Camera, MemberUnit, SecurityPost
from posts.selectors import responders_of, with_responders
from shengkang.cases.models import Category, DisputeCase
from shengkang.organization import access
from shengkang.organization.api import IDEMPOTENCY_KEY, ByMatrix, CreatedThing, ReasonSerializer, SeenByUser, answer_once
from shengkang.organization.models import Unit


class ResponderSerializer(serializers.Serializer):
    user = serializers.CharField(source="user.name")
    told_at = serializers.DateTimeField(allow_null=True)
    distance = serializers.IntegerField(allow_null=True, help_text="metres")
    stage = serializers.CharField(help_text="empty, acknowledged, on_the_way or arrived")
    at = serializers.DateTimeField(allow_null=True)


class AlarmStepSerializer(serializers.ModelSerializer):
    by = serializers.CharField(source="by.name", allow_null=True, default=None)
    move = serializers.CharField()

    class Meta:
        model = AlarmStep
        fields = ["no", "move", "from_status", "to_status", "at", "by", "note"]


class AlarmSerializer(serializers.ModelSerializer):
    village = serializers.CharField(source="village.name", allow_null=True, default=None)

    class Meta:
        model = Alarm
        fields = [
            "id", "status", "kind", "source", "village", "point", "post", "place", "latitude", "longitude", "text", "pressed_at",
            "received_at", "told_at", "acknowledged_at", "arrived_at", "closed_at", "code", "case",
        ]  # fmt: skip


class AlarmInFullSerializer(AlarmSerializer):
    responders = serializers.SerializerMethodField()
    steps = AlarmStepSerializer(source="taken", many=True)

    class Meta(AlarmSerializer.Meta):
        fields = [*AlarmSerializer.Meta.fields, "responders", "steps"]

    @extend_schema(responses=ResponderSerializer(many=True))
    def get_responders(self, alarm) -> list[dict]:
        return ResponderSerializer(responders_of(alarm), many=True).data


class NewAlarmSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(Alarm.Kind.choices)
    latitude = serializers.FloatField(required=False, allow_null=True, min_value=-90, max_value=90)
    longitude = serializers.FloatField(required=False, allow_null=True, min_value=-180, max_value=180)
    place = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    text = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    pressed_at = serializers.DateTimeField(required=False)
    point = SeenByUser(queryset=AlarmPoint.objects.none(), required=False, allow_null=True)
    post = SeenByUser(queryset=SecurityPost.objects.none(), required=False, allow_null=True)
    from_the_desk = serializers.BooleanField(required=False, default=False, help_text="a call that the desk enters")


class AlarmNoteSerializer(serializers.Serializer):
    note = serializers.CharField(max_length=500)


class ClosingSerializer(serializers.Serializer):
    code = serializers.ChoiceField(Alarm.Code.choices)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    case = SeenByUser(queryset=DisputeCase.objects.none(), required=False, allow_null=True)
    category = serializers.PrimaryKeyRelatedField(queryset=Category.objects.all(), required=False, allow_null=True)
    village = serializers.PrimaryKeyRelatedField(
        queryset=Unit.objects.filter(level=Unit.Level.VILLAGE), required=False, allow_null=True
    )


def _verb(**described):
    """A verb on one alarm: POST, answered with the alarm as it is now."""

    def hang(call):
        path = call.__name__.replace("_", "-")
        routed = action(detail=True, methods=["post"], url_path=path, filter_backends=[], pagination_class=None)(call)
        # The description comes last: `action` would throw away what it finds.
        return extend_schema(responses={200: AlarmSerializer}, **described)(routed)

    return hang


@extend_schema_view(
    create=extend_schema(request=NewAlarmSerializer, responses={201: CreatedThing}, parameters=[IDEMPOTENCY_KEY]),
    retrieve=extend_schema(responses=AlarmInFullSerializer),
)
class AlarmViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Alarm.objects.none()
    serializer_class = AlarmSerializer
    filterset_fields = ["status", "kind", "source", "village", "post", "point", "code"]
    permission_classes = [IsAuthenticated, ByMatrix]
    access_object = "alarm_event"
    access_actions = {
        "list": "list",
        "retrieve": "read",
        "create": "create",
        "acknowledge": "acknowledge",
        "depart": "respond",
        "arrive": "respond",
        "note": "respond",
        "close": "close",
        "reopen": "close",
    }

    def get_queryset(self):
        mine = Alarm.objects.visible_to(self.request.user).order_by("-id")
        return with_responders(mine) if self.action == "retrieve" else mine.select_related("village")

    def get_serializer_class(self):
        return AlarmInFullSerializer if self.action == "retrieve" else AlarmSerializer

    def create(self, request):
        """Call for help. The row is there when this answers; whom to tell is worked out right after."""
        form = NewAlarmSerializer(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        given = dict(form.validated_data)
        if given.pop("from_the_desk"):
            access.require(request.user, "alarm_board", "read", sees=True)
            given["source"] = Alarm.Source.DESK
        else:
            given["source"] = Alarm.Source.PHONE

        def do():
            return {"id": services.raise_alarm(by=request.user, at=timezone.now(), **given).pk}

        return answer_once(request, verb="raise_alarm", body=request.data, do=do)

    def _do(self, verb, form_class=None, **more):
        alarm, given = self.get_object(), {}
        if form_class is not None:
            form = form_class(data=self.request.data, context={"request": self.request})
            form.is_valid(raise_exception=True)
            given = form.validated_data
        verb(alarm=alarm, by=self.request.user, at=timezone.now(), **given)
        return Response(AlarmSerializer(alarm).data)

    @_verb(request=None)
    def acknowledge(self, request, pk=None):
        """Take the alarm, or join who took it."""
        return self._do(services.acknowledge_alarm)

    @_verb(request=None)
    def depart(self, request, pk=None):
        """Be on the way."""
        return self._do(services.depart)

    @_verb(request=None)
    def arrive(self, request, pk=None):
        """Be there."""
        return self._do(services.arrive)

    @_verb(request=AlarmNoteSerializer)
    def note(self, request, pk=None):
        """Write what is known now."""
        return self._do(services.add_note, AlarmNoteSerializer)

    @_verb(request=ClosingSerializer)
    def close(self, request, pk=None):
        """End it with a code; “dispute” takes a case, or opens one of a category with the note as its story."""
        return self._do(services.close_alarm, ClosingSerializer)

    @_verb(request=ReasonSerializer)
    def reopen(self, request, pk=None):
        """Take a closing back."""
        return self._do(services.reopen_alarm, ReasonSerializer)


class PostSerializer(serializers.ModelSerializer):
    village = serializers.CharField(source="village.name")
    liaisons = serializers.SerializerMethodField()

    class Meta:
        model = SecurityPost
        fields = [
            "id", "name", "kind", "village", "place", "latitude", "longitude", "radius", "gear", "phone", "active_from",
            "active_to", "liaisons",
        ]  # fmt: skip

    def get_liaisons(self, post) -> list[str]:
        return [liaison.user.name for liaison in post.liaisons.all() if liaison.active_to is None]


class PointSerializer(serializers.ModelSerializer):
    village = serializers.CharField(source="village.name", allow_null=True, default=None)

    class Meta:
        model = AlarmPoint
        fields = ["id", "kind", "name", "village", "post", "place", "latitude", "longitude", "retired_on"]


class CameraSerializer(serializers.ModelSerializer):
    village = serializers.CharField(source="village.name")

    class Meta:
        model = Camera
        fields = [
            "id",
            "code",
            "village",
            "place",
            "looks_at",
            "latitude",
            "longitude",
            "state",
            "checked_on",
            "installed_on",
            "retired_on",
        ]


class MemberUnitSerializer(serializers.ModelSerializer):
    village = serializers.CharField(source="village.name")

    class Meta:
        model = MemberUnit
        fields = ["id", "name", "kind", "village", "post", "place", "contact", "phone", "left_on"]


class InventoryViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """A list that is only read; things come and go at the desk."""

    permission_classes = [IsAuthenticated, ByMatrix]
    access_actions = {"list": "list"}

    def get_queryset(self):
        return self.queryset.model.objects.visible_to(self.request.user).select_related("village").order_by("-id")


class PostViewSet(InventoryViewSet):
    queryset = SecurityPost.objects.none()
    serializer_class = PostSerializer
    filterset_fields = ["kind", "village"]
    access_object = "security_post"

    def get_queryset(self):
        return super().get_queryset().prefetch_related("liaisons__user")


class PointViewSet(InventoryViewSet):
    queryset = AlarmPoint.objects.none()
    serializer_class = PointSerializer
    filterset_fields = ["kind", "village", "post"]
    access_object = "alarm_point"


class CameraViewSet(InventoryViewSet):
    queryset = Camera.objects.none()
    serializer_class = CameraSerializer
    filterset_fields = ["state", "village"]
    access_object = "camera"


class MemberUnitViewSet(InventoryViewSet):
    queryset = MemberUnit.objects.none()
    serializer_class = MemberUnitSerializer
    filterset_fields = ["kind", "village", "post"]
    access_object = "member_unit"


router = SimpleRouter()
router.register("alarms", AlarmViewSet, basename="alarm")
router.register("posts", PostViewSet, basename="post")
router.register("alarm-points", PointViewSet, basename="alarm-point")
router.register("cameras", CameraViewSet, basename="camera")
router.register("member-units", MemberUnitViewSet, basename="member-unit")
urlpatterns = router.urls
