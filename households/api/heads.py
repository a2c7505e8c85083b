"""Choosing and teaching heads, for programs."""

from django.db.models import Q
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated

from households import services
from households.models import Nomination, Training
from households.models.heads import villages_of_cadre
from shengkang.organization.api import IDEMPOTENCY_KEY, ByMatrix, CreatedThing, Once, Photos, verb
from shengkang.organization.models import Person


class NominationSerializer(serializers.ModelSerializer):
    person_name = serializers.CharField(source="person.name")

    class Meta:
        model = Nomination
        fields = ["id", "village", "person", "person_name", "reason", "at", "decision", "decided_at", "answer", "head"]


class SomebodyOfMyVillage(serializers.PrimaryKeyRelatedField):
    """People of the cadre's villages; for the station, its people."""

    def get_queryset(self):
        request = self.context.get("request")
        if request is None:
            return Person.objects.none()
        mine = Q(station=request.user.station_id, village__in=villages_of_cadre(request.user))
        return Person.objects.filter(mine | Q(pk__in=Person.objects.visible_to(request.user).values("pk")))


class NewNominationSerializer(serializers.Serializer):
    person = SomebodyOfMyVillage(queryset=Person.objects.none())
    reason = serializers.CharField(max_length=300)


class NominationOnPaperSerializer(NewNominationSerializer):
    spoken_by = serializers.CharField(max_length=40, help_text="who signed for the village, with the office held")
    photos = Photos(allow_empty=False, help_text="of the signed paper")


class AppointSerializer(serializers.Serializer):
    from_day = serializers.DateField()
    term_years = serializers.IntegerField(min_value=1, max_value=5, default=services.TERM_YEARS)
    answer = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class DeclineSerializer(serializers.Serializer):
    answer = serializers.CharField(max_length=200)


def _nominate(*, person, **given):
    return services.nominate_head(village=person.village, person=person, **given)


@extend_schema_view(
    create=extend_schema(request=NewNominationSerializer, responses={201: CreatedThing}, parameters=[IDEMPOTENCY_KEY])
)
class NominationViewSet(Once, viewsets.ReadOnlyModelViewSet):
    queryset = Nomination.objects.none()
    serializer_class = NominationSerializer
    filterset_fields = ["decision", "village"]
    permission_classes = [IsAuthenticated, ByMatrix]
    access_object = "head_nomination"
    access_actions = {
        "list": "list",
        "retrieve": "list",
        "create": "create",
        "from_paper": "create",
        "appoint": "decide",
        "decline": "decide",
        "withdraw": "create",
    }

    def get_queryset(self):
        return Nomination.objects.visible_to(self.request.user).select_related("person").order_by("-id")

    def create(self, request):
        """Propose somebody of one's own village."""
        return self.once(NewNominationSerializer, "nominate_head", _nominate)

    @extend_schema(request=NominationOnPaperSerializer, responses={201: CreatedThing}, parameters=[IDEMPOTENCY_KEY])
    @action(detail=False, methods=["post"], url_path="from-paper", filter_backends=[], parser_classes=[MultiPartParser])
    def from_paper(self, request):
        """Enter what a village signed on paper, as multipart/form-data with a photo of the paper."""
        return self.once(NominationOnPaperSerializer, "nominate_head_from_paper", _nominate)

    @verb(AppointSerializer)
    def appoint(self, request, pk=None):
        """Appoint the person proposed; gives the id of the head. Without an account yet, one is opened that logs in by a first-login card."""
        nomination = self.get_object()
        return self.once(
            AppointSerializer, "appoint_nominated", lambda **given: services.appoint_nominated(nomination=nomination, **given)
        )

    @verb(DeclineSerializer)
    def decline(self, request, pk=None):
        """Say no, and why."""
        nomination = self.get_object()
        return self.once(
            DeclineSerializer, "decline_nomination", lambda **given: services.decline_nomination(nomination=nomination, **given)
        )

    @verb()
    def withdraw(self, request, pk=None):
        """The village takes its proposal back."""
        nomination = self.get_object()
        return self.once(
            None, "withdraw_nomination", lambda **given: services.withdraw_nomination(nomination=nomination, **given)
        )


class TrainingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Training
        fields = ["id", "title", "held_on", "hours", "place", "teacher"]


class TrainingViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Training.objects.none()
    serializer_class = TrainingSerializer
    permission_classes = [IsAuthenticated, ByMatrix]
    access_object = "training"
    access_actions = {"list": "list", "retrieve": "list"}

    def get_queryset(self):
        return Training.objects.visible_to(self.request.user).order_by("-id")
