"""The shapes in which programs send and read disputes. Law is in the services."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from shengkang.cases.api import shapes_gate
from shengkang.cases.api.shapes_register import MoreFacts, PartyInFull
from shengkang.cases.models import CaseStep, Category, DisputeCase, Party
from shengkang.organization.models import Unit, User
from shengkang.organization.selectors import villages_of


class OfStation(serializers.PrimaryKeyRelatedField):
    """Ids of the caller's own station only; others do not exist for him."""

    def get_queryset(self):
        user = self.context["request"].user
        queryset = super().get_queryset()
        return villages_of(user.station) if queryset.model is Unit else queryset.filter(station=user.station)


class StepShape(serializers.ModelSerializer):
    by = serializers.CharField(source="by.name", read_only=True)
    from_status = serializers.CharField(read_only=True)
    to_status = serializers.CharField(read_only=True)

    class Meta:
        model = CaseStep
        fields = ["no", "move", "from_status", "to_status", "at", "by", "note"]


class Case(serializers.ModelSerializer):
    # Empty until a case is accepted.
    risk = serializers.ChoiceField(choices=DisputeCase.Risk.choices, allow_blank=True, read_only=True)
    grade = serializers.ChoiceField(choices=DisputeCase.Grade.choices, allow_blank=True, read_only=True)

    class Meta:
        model = DisputeCase
        fields = [
            "id",
            "no",
            "status",
            "restricted",
            "category",
            "channel",
            "village",
            "opened_at",
            "risk",
            "grade",
            "due_at",
            "state_due_at",
            "paused_at",
            "officer",
            "mediator",
            "settled_at",
            "archived_at",
        ]
        read_only_fields = fields


class CaseInFull(Case):
    parties = PartyInFull(many=True, read_only=True)
    steps = StepShape(many=True, read_only=True)
    gate = serializers.SerializerMethodField(help_text=_("the latest answers at the procedure gate and what they allow"))

    class Meta(Case.Meta):
        fields = [
            *Case.Meta.fields,
            "police_class",
            "scale",
            "place",
            "latitude",
            "longitude",
            "story",
            "parties",
            "steps",
            "gate",
        ]
        read_only_fields = fields

    @extend_schema_field(shapes_gate.GateOutcome(allow_null=True))
    def get_gate(self, case):
        check = case.gate_checks.select_related("by").last()
        return check and shapes_gate.GateOutcome(check).data


class CaseCreated(serializers.Serializer):
    id = serializers.IntegerField()
    no = serializers.CharField()
    status = serializers.CharField()
    made = serializers.IntegerField(required=False, help_text=_("the id of what was written on the case"))


class Registration(MoreFacts):
    village = OfStation(queryset=Unit.objects.all())
    category = serializers.PrimaryKeyRelatedField(queryset=Category.objects.all())
    channel = serializers.ChoiceField(choices=DisputeCase.Channel.choices)
    story = serializers.CharField(max_length=2000)
    place = serializers.CharField(max_length=120, required=False)
    restricted = serializers.BooleanField(required=False)
    parties = PartyInFull(many=True, required=False)


class SettledOnTheSpot(Registration):
    terms = serializers.CharField(max_length=4000)
    answers = shapes_gate.Answers(on_the_spot=True)


class Join(serializers.Serializer):
    text = serializers.CharField(max_length=2000)


class Assign(serializers.Serializer):
    officer = OfStation(queryset=User.objects.all())


class OfCase(serializers.PrimaryKeyRelatedField):
    """Ids of what hangs on the case the step is taken on."""

    def get_queryset(self):
        return super().get_queryset().filter(case_id=self.context["view"].kwargs["pk"])


class Mediate(serializers.Serializer):
    mediator = OfStation(queryset=User.objects.all())
    procedure = serializers.ChoiceField(choices=shapes_gate.MEDIATIONS, default=DisputeCase.Procedure.PEOPLE)
    applicant = OfCase(queryset=Party.objects.all(), required=False, allow_null=True)
    wishes = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class Correct(MoreFacts):
    reason = serializers.CharField(max_length=300)
    village = OfStation(queryset=Unit.objects.all(), required=False)
    category = serializers.PrimaryKeyRelatedField(queryset=Category.objects.all(), required=False)
    channel = serializers.ChoiceField(choices=DisputeCase.Channel.choices, required=False)
    place = serializers.CharField(max_length=120, required=False, allow_blank=True)
    story = serializers.CharField(max_length=2000, required=False)
    risk = serializers.ChoiceField(choices=DisputeCase.Risk.choices, required=False)
    grade = serializers.ChoiceField(choices=DisputeCase.Grade.choices, required=False)
    restricted = serializers.BooleanField(required=False)
