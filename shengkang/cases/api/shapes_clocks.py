"""The shapes of judging, pausing, handing over and referring."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from shengkang.cases.api.shapes import OfStation
from shengkang.cases.models import DisputeCase, Limit, Pause, Referral, RiskBand, RiskSignal, Rung
from shengkang.organization.models import User


class Judge(serializers.Serializer):
    """Empty `risk`: as the points suggest; another colour than that needs a reason."""

    signals = serializers.SlugRelatedField(
        slug_field="code",
        many=True,
        default=list,
        queryset=RiskSignal.objects.filter(in_use=True),
        help_text=_("codes of risk signals; none sent: none seen"),
    )
    risk = serializers.ChoiceField(choices=DisputeCase.Risk.choices, required=False)
    reason = serializers.CharField(max_length=300, required=False)

    def validate_signals(self, given):
        return [signal.code for signal in given]


class Accept(Judge):
    grade = serializers.ChoiceField(choices=DisputeCase.Grade.choices)
    officer = OfStation(queryset=User.objects.all(), required=False)


class StopClock(serializers.Serializer):
    kind = serializers.ChoiceField(choices=Pause.Kind.choices)
    reason = serializers.CharField(max_length=300)
    look_again_on = serializers.DateField(help_text=_("at most 30 days ahead"))


class OfferCase(serializers.Serializer):
    to = OfStation(queryset=User.objects.all())
    reason = serializers.CharField(max_length=300)


class TakeOver(serializers.Serializer):
    answer = serializers.CharField(max_length=300, required=False)


class DeclineCase(serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class Refer(serializers.Serializer):
    reason = serializers.CharField(max_length=400)
    office = serializers.ChoiceField(choices=Referral.Office.choices, required=False)
    to_whom = serializers.CharField(max_length=60, required=False, help_text=_("name of the office"))


class OfficeReceipt(serializers.Serializer):
    received_on = serializers.DateField()
    received_by = serializers.CharField(max_length=40)
    receipt_no = serializers.CharField(max_length=40, required=False)


class OfficeAnswer(serializers.Serializer):
    answered_on = serializers.DateField()
    answer = serializers.CharField(max_length=500)


class SignalShape(serializers.ModelSerializer):
    class Meta:
        model = RiskSignal
        fields = ["code", "text", "points", "in_use"]


class BandShape(serializers.ModelSerializer):
    class Meta:
        model = RiskBand
        fields = ["risk", "from_points"]


class LimitShape(serializers.ModelSerializer):
    class Meta:
        model = Limit
        fields = ["grade", "status", "working_days"]


class RungShape(serializers.ModelSerializer):
    class Meta:
        model = Rung
        fields = ["cause", "desk", "after_working_days"]


class ClockTables(serializers.Serializer):
    signals = SignalShape(many=True)
    bands = BandShape(many=True)
    limits = LimitShape(many=True)
    rungs = RungShape(many=True)
