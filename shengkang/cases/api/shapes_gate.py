"""The shapes of the procedure gate."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from shengkang.cases.models import DisputeCase, GateCheck, GateQuestion

MEDIATIONS = [each for each in DisputeCase.Procedure.choices if each[0] != DisputeCase.Procedure.INFORMAL]


class AskedQuestion(serializers.ModelSerializer):
    class Meta:
        model = GateQuestion
        fields = ["code", "text", "hint", "on_the_spot"]
        read_only_fields = fields


class Answers(serializers.DictField):
    """{question code: true or false} for every question that is asked; GET /cases/gate-questions/ lists them."""

    child = serializers.BooleanField()

    def __init__(self, *, on_the_spot=False, **kwargs):
        self.on_the_spot = on_the_spot
        super().__init__(**kwargs)

    def to_internal_value(self, data):
        given = super().to_internal_value(data)
        questions = dict(GateQuestion.objects.values_list("code", "on_the_spot"))
        if unknown := sorted(given.keys() - questions.keys()):
            raise serializers.ValidationError(_("There is no question %(code)s.") % {"code": ", ".join(unknown)})
        asked = {code for code, on_the_spot in questions.items() if on_the_spot or not self.on_the_spot}
        if missing := sorted(asked - given.keys()):
            raise serializers.ValidationError(_("Not answered: %(code)s.") % {"code": ", ".join(missing)})
        return given


class GateAnswers(serializers.Serializer):
    answers = Answers()


class GateReason(serializers.Serializer):
    rule = serializers.CharField()
    procedure = serializers.CharField(help_text="empty: every procedure")
    effect = serializers.CharField()
    reason = serializers.CharField()
    law = serializers.CharField(help_text="law and article, empty where none was in force on that day")
    text = serializers.CharField(help_text="its wording on that day, empty where it is still to be entered")


class GateOutcome(serializers.ModelSerializer):
    by = serializers.CharField(source="by.name", read_only=True)
    answers = serializers.SerializerMethodField()
    reasons = GateReason(many=True, read_only=True)

    class Meta:
        model = GateCheck
        fields = ["id", "at", "by", "must_report", "allows_informal", "allows_people", "allows_police", "answers", "reasons"]
        read_only_fields = fields

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "boolean"}})
    def get_answers(self, check):
        return check.answers
