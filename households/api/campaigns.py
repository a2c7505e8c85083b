"""Campaigns, for programs: what runs, how far it is, one home after another."""

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from households import services
from households.models import Campaign, CampaignItem, Home, HomeCheck
from households.models.heads import villages_of_cadre
from households.selectors import campaigns as selectors
from shengkang.hazards.models import Hazard
from shengkang.organization import access
from shengkang.organization.api import IDEMPOTENCY_KEY, ByMatrix, CreatedThing, Once, SeenByUser, verb
from shengkang.organization.models import Unit
from shengkang.organization.selectors import villages_of


class LineSerializer(serializers.ModelSerializer):
    class Meta:
        model = CampaignItem
        fields = ["no", "text", "hazard_group", "level"]


class CampaignSerializer(serializers.ModelSerializer):
    lines = LineSerializer(source="items", many=True)

    class Meta:
        model = Campaign
        fields = ["id", "kind", "name", "starts_on", "ends_on", "closed_at", "lines"]


class NewLineSerializer(serializers.ModelSerializer):
    class Meta:
        model = CampaignItem
        fields = ["text", "hazard_group", "level"]
        extra_kwargs = {"level": {"required": False, "default": Hazard.Level.ORDINARY}}

    def validate(self, given):
        return services.Line(given["text"], given.get("hazard_group"), given["level"])


class ServedVillage(serializers.PrimaryKeyRelatedField):
    """Villages of the caller's station; others do not exist for him."""

    def get_queryset(self):
        return villages_of(self.context["request"].user.station)


class NewCampaignSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(Campaign.Kind.choices)
    name = serializers.CharField(max_length=60)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    villages = ServedVillage(queryset=Unit.objects.none(), many=True, allow_empty=False)
    lines = NewLineSerializer(many=True, allow_empty=False, max_length=services.MAX_LINES)


class ProgressSerializer(serializers.Serializer):
    village = serializers.IntegerField(source="village.pk")
    name = serializers.CharField(source="village.name")
    homes = serializers.IntegerField()
    right = serializers.IntegerField()
    problem = serializers.IntegerField()
    nobody = serializers.IntegerField()
    left = serializers.IntegerField()
    percent = serializers.IntegerField()


class CheckSerializer(serializers.Serializer):
    home = SeenByUser(queryset=Home.objects.none())
    result = serializers.ChoiceField(HomeCheck.Result.choices)
    problems = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=99), required=False, default=list)
    hazards = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=99), required=False, allow_null=True, default=None
    )
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


@extend_schema_view(
    create=extend_schema(request=NewCampaignSerializer, responses={201: CreatedThing}, parameters=[IDEMPOTENCY_KEY])
)
class CampaignViewSet(Once, viewsets.ReadOnlyModelViewSet):
    queryset = Campaign.objects.none()
    serializer_class = CampaignSerializer
    filterset_fields = ["kind"]
    permission_classes = [IsAuthenticated, ByMatrix]
    access_object = "campaign"
    access_actions = {
        "create": "manage",
        "list": "list",
        "retrieve": "read",
        "progress": "read",
        "check": "read",
        "close": "manage",
    }

    def get_queryset(self):
        return Campaign.objects.visible_to(self.request.user).prefetch_related("items").order_by("-id")

    def create(self, request):
        """Ask every home of the villages to be looked at; the heads who look after them are told."""

        def open_campaign(**given):
            return services.open_campaign(station=request.user.station, **given)

        return self.once(NewCampaignSerializer, "open_campaign", open_campaign)

    @extend_schema(responses=ProgressSerializer(many=True))
    @action(detail=True, pagination_class=None, filter_backends=[])
    def progress(self, request, pk=None):
        """How far it is, village by village; a cadre reads his own villages."""
        campaign = self.get_object()
        whole = "S" in access.scopes(request.user, "campaign", "read")
        rows = selectors.progress_by_village(campaign, None if whole else villages_of_cadre(request.user))
        return Response(ProgressSerializer(rows, many=True).data)

    @verb(CheckSerializer)
    def check(self, request, pk=None):
        """Write down what a look at a home found; the latest counts. `hazards`: lines the station shall hear of, null: the dangerous ones."""
        campaign = self.get_object()
        access.require(request.user, "home_check", "create", sees=True)
        if not selectors.homes_to_check(request.user, campaign).exists():
            raise PermissionDenied
        return self.once(CheckSerializer, "check_home", lambda **given: services.check_home(campaign=campaign, **given))

    @verb()
    def close(self, request, pk=None):
        """End a campaign; homes not looked at stay so."""
        campaign = self.get_object()
        return self.once(None, "close_campaign", lambda **given: services.close_campaign(campaign=campaign, **given))
