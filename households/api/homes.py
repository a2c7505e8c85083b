"""Homes, what was seen there and visits, for programs."""

import django_filters
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.permissions import IsAuthenticated

from households import services
from households.models import Home, Sighting, Triage, Visit
from households.selectors import homes_at_a_glance
from shengkang.cases.models import Category
from shengkang.hazards.models import Hazard, HazardGroup
from shengkang.organization import access
from shengkang.organization.api import IDEMPOTENCY_KEY, ByMatrix, CreatedThing, Once, SeenByUser, answer_once, verb
from shengkang.organization.models import Unit


class ResidentSerializer(serializers.Serializer):
    name = serializers.CharField(source="person.name")
    phone = serializers.CharField(source="person.phone")
    need = serializers.CharField()
    works_away = serializers.BooleanField()


class HomeSerializer(serializers.ModelSerializer):
    village = serializers.CharField(source="address.village.name")
    door = serializers.CharField(source="address.door")
    residents = ResidentSerializer(source="living_there", many=True)
    last_visit_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Home
        fields = ["id", "village", "door", "householder", "residents", "last_visit_at"]


class QuarrelSerializer(serializers.Serializer):
    category = serializers.PrimaryKeyRelatedField(queryset=Category.objects.all())
    story = serializers.CharField(max_length=2000)
    other = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    protected = serializers.BooleanField(required=False, default=False)


class QuarrelAnswer(serializers.Serializer):
    sighting = serializers.IntegerField()
    case = serializers.IntegerField()
    case_no = serializers.CharField()


class SightingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Sighting
        fields = ["id", "kind", "village", "home", "text", "case", "at"]


class NewSightingSerializer(serializers.Serializer):
    kind = serializers.ChoiceField([c for c in Sighting.Kind.choices if c[0] != Sighting.Kind.QUARREL])
    text = serializers.CharField(max_length=2000)
    village = serializers.PrimaryKeyRelatedField(queryset=Unit.objects.filter(level=Unit.Level.VILLAGE))


class VisitSerializer(serializers.ModelSerializer):
    class Meta:
        model = Visit
        fields = ["id", "home", "kind", "note", "at"]


class NewVisitSerializer(serializers.Serializer):
    home = SeenByUser(queryset=Home.objects.none())
    kind = serializers.ChoiceField(Visit.Kind.choices)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class HomeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="matching", label="door, householder, resident's name or pinyin")

    class Meta:
        model = Home
        fields = []

    def matching(self, queryset, _name, value):
        return queryset.matching(value)


class HomeViewSet(Once, viewsets.ReadOnlyModelViewSet):
    queryset = Home.objects.none()
    serializer_class = HomeSerializer
    filterset_class = HomeFilter
    permission_classes = [IsAuthenticated, ByMatrix]
    access_object = "household"
    access_actions = {"list": "list", "retrieve": "read", "report_quarrel": "read"}

    def get_queryset(self):
        return homes_at_a_glance(self.request.user)

    @verb(QuarrelSerializer, QuarrelAnswer, url_path="report-quarrel")
    def report_quarrel(self, request, pk=None):
        """Report a quarrel at a home one looks after: a case is opened at the station."""
        home = self.get_object()
        given = self.checked(QuarrelSerializer)
        access.require(request.user, "dispute_restricted" if given["protected"] else "dispute", "create", sees=True)

        def do():
            sighting = services.report_quarrel(
                home=home,
                category=given["category"],
                story=given["story"],
                parties=services.parties_at(home, given["other"]),
                protected=given["protected"],
                by=request.user,
                at=timezone.now(),
            )
            return {"sighting": sighting.pk, "case": sighting.case_id, "case_no": sighting.case.no}

        return answer_once(request, verb="report_quarrel", body={"home": home.pk} | request.data, do=do)


class AnswerSerializer(serializers.Serializer):
    outcome = serializers.ChoiceField(Triage.Outcome.choices)
    answer = serializers.CharField(max_length=300)
    hazard_group = serializers.PrimaryKeyRelatedField(queryset=HazardGroup.objects.all(), required=False, allow_null=True)
    hazard_level = serializers.ChoiceField(Hazard.Level.choices, required=False, default=Hazard.Level.ORDINARY)
    hazard_place = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    dispute_category = serializers.PrimaryKeyRelatedField(queryset=Category.objects.all(), required=False, allow_null=True)
    protected = serializers.BooleanField(required=False, default=False)


@extend_schema_view(
    create=extend_schema(request=NewSightingSerializer, responses={201: CreatedThing}, parameters=[IDEMPOTENCY_KEY])
)
class SightingViewSet(Once, viewsets.ReadOnlyModelViewSet):
    queryset = Sighting.objects.none()
    serializer_class = SightingSerializer
    filterset_fields = ["kind", "village"]
    permission_classes = [IsAuthenticated, ByMatrix]
    access_object = "sighting"
    access_actions = {"list": "read", "retrieve": "read", "create": "create", "answer": "triage"}

    def get_queryset(self):
        return Sighting.objects.visible_to(self.request.user).order_by("-id")

    def create(self, request):
        """Tell of a stranger or something else. A quarrel goes through its home."""
        return self.once(NewSightingSerializer, "report_sighting", services.report_sighting)

    @verb(AnswerSerializer)
    def answer(self, request, pk=None):
        """Say what became of a sighting, and answer the one who told. Nothing of a protected case shows in the answer."""
        sighting = self.get_object()
        given = self.checked(AnswerSerializer)
        group, category = given.get("hazard_group"), given.get("dispute_category")
        if group:
            access.require(request.user, "hazard", "create", sees=True)
        if category:
            access.require(request.user, "dispute_restricted" if given["protected"] else "dispute", "create", sees=True)

        def do():
            triage = services.answer_sighting(
                sighting=sighting,
                outcome=given["outcome"],
                answer=given["answer"],
                hazard=services.AsHazard(group, given["hazard_level"], given["hazard_place"]) if group else None,
                dispute=services.AsDispute(category, given["protected"]) if category else None,
                by=request.user,
                at=timezone.now(),
            )
            return {"id": triage.pk}

        return answer_once(request, verb="answer_sighting", body={"sighting": sighting.pk} | request.data, do=do)


@extend_schema_view(create=extend_schema(request=NewVisitSerializer, responses={201: CreatedThing}, parameters=[IDEMPOTENCY_KEY]))
class VisitViewSet(Once, viewsets.ReadOnlyModelViewSet):
    queryset = Visit.objects.none()
    serializer_class = VisitSerializer
    filterset_fields = ["home", "kind"]
    permission_classes = [IsAuthenticated, ByMatrix]
    access_object = "visit"
    access_actions = {"list": "list", "retrieve": "list", "create": "create"}

    def get_queryset(self):
        return Visit.objects.visible_to(self.request.user).order_by("-id")

    def create(self, request):
        """Write down a visit at a home one looks after."""
        return self.once(NewVisitSerializer, "log_visit", services.log_visit)
