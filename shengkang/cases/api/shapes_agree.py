"""The shapes of sessions, agreements, signatures, performance, confirmation and visits."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from shengkang.cases.api.shapes import OfCase, OfStation
from shengkang.cases.models import Agreement, Confirmation, FollowUp, MediationSession, Obligation, Party, Signature
from shengkang.cases.services import ObligationDetails, instalments
from shengkang.cases.services.agreeing import MOST_INSTALMENTS
from shengkang.errors import RuleViolation
from shengkang.organization.api import NoteSerializer
from shengkang.organization.models import User


class OfAgreement(serializers.PrimaryKeyRelatedField):
    """Ids of what hangs on an agreement of the case the step is taken on."""

    def get_queryset(self):
        return super().get_queryset().filter(agreement__case_id=self.context["view"].kwargs["pk"])


class Inquire(serializers.Serializer):
    held_at = serializers.DateTimeField()
    place = serializers.CharField(max_length=120)
    whom = serializers.CharField(max_length=80)
    record = serializers.CharField(max_length=4000)


class Session(serializers.Serializer):
    held_at = serializers.DateTimeField()
    place = serializers.CharField(max_length=120)
    mediators = OfStation(queryset=User.objects.all(), many=True)
    parties = OfCase(queryset=Party.objects.all(), many=True, help_text=_("who of the case's parties was there"))
    present = serializers.CharField(max_length=200, required=False, allow_blank=True)
    impartial = serializers.BooleanField(help_text=_("the mediators declared that nothing ties them to one side"))
    record = serializers.CharField(max_length=4000)
    outcome = serializers.ChoiceField(choices=MediationSession.Outcome.choices)


class Money(serializers.DecimalField):
    def __init__(self, **kwargs):
        super().__init__(max_digits=12, decimal_places=2, min_value=Decimal("0.01"), **kwargs)


class ObligationShape(serializers.Serializer):
    what = serializers.CharField(max_length=200)
    due_on = serializers.DateField()
    party = OfCase(queryset=Party.objects.all(), required=False, allow_null=True)
    amount = Money(required=False, allow_null=True)


class Instalments(serializers.Serializer):
    what = serializers.CharField(max_length=160)
    total = Money()
    count = serializers.IntegerField(min_value=2, max_value=MOST_INSTALMENTS)
    first_due_on = serializers.DateField()
    every = serializers.ChoiceField(choices=[("month", _("every month")), ("week", _("every week"))], default="month")
    party = OfCase(queryset=Party.objects.all(), required=False, allow_null=True)


class Agree(serializers.Serializer):
    facts = serializers.CharField(max_length=4000)
    terms = serializers.CharField(max_length=4000)
    effective_on = serializers.DateField()
    oral = serializers.BooleanField(required=False)
    about_status = serializers.BooleanField(required=False)
    obligations = ObligationShape(many=True, required=False)
    instalments = Instalments(required=False)

    def validate(self, given):
        owed = [ObligationDetails(**each) for each in given.pop("obligations", [])]
        if several := given.pop("instalments", None):
            try:
                owed += instalments(**several)
            except RuleViolation as refusal:
                raise serializers.ValidationError({"instalments": str(refusal)}) from refusal
        return given | {"obligations": owed}


class Sign(serializers.Serializer):
    """One signature with a finger, or everybody who signed the paper that was photographed; sent as a form with a file."""

    how = serializers.ChoiceField(choices=Signature.How.choices)
    parties = OfCase(queryset=Party.objects.all(), many=True, required=False)
    mediator = OfStation(queryset=User.objects.all(), required=False, allow_null=True)
    picture = serializers.FileField()


class Settle(NoteSerializer):
    visitor = OfStation(queryset=User.objects.all(), required=False, allow_null=True)


class Visit(NoteSerializer):
    outcome = serializers.ChoiceField(choices=FollowUp.Outcome.choices)
    follow_up = OfCase(queryset=FollowUp.objects.all(), required=False, help_text=_("the visit; without it the one owed next"))


class GiveVisit(serializers.Serializer):
    follow_up = OfCase(queryset=FollowUp.objects.all())
    to = OfStation(queryset=User.objects.all())


class Perform(serializers.Serializer):
    obligation = OfAgreement(queryset=Obligation.objects.all())
    performed_on = serializers.DateField()


class AskConfirmation(serializers.Serializer):
    court = serializers.CharField(max_length=60)
    asked_on = serializers.DateField()


class DecideConfirmation(serializers.Serializer):
    outcome = serializers.ChoiceField(choices=Confirmation.Outcome.choices)
    decided_on = serializers.DateField()
    number = serializers.CharField(max_length=40, required=False, allow_blank=True)


class ObligationRow(serializers.ModelSerializer):
    class Meta:
        model = Obligation
        fields = ["id", "what", "party", "amount", "due_on", "performed_on"]
        read_only_fields = fields


class AgreementRow(serializers.ModelSerializer):
    """The agreement as a thing: who has to sign still, what is owed, until when the court may be asked."""

    obligations = ObligationRow(many=True, read_only=True)
    not_signed_by = serializers.ListField(child=serializers.CharField(), read_only=True)
    confirmation_until = serializers.DateField(read_only=True, allow_null=True, help_text=_("empty: not possible"))

    class Meta:
        model = Agreement
        fields = [
            "id",
            "facts",
            "terms",
            "oral",
            "about_status",
            "effective_on",
            "obligations",
            "not_signed_by",
            "confirmation_until",
        ]
        read_only_fields = fields


class VisitRow(serializers.ModelSerializer):
    class Meta:
        model = FollowUp
        fields = ["id", "kind", "assignee", "due_on", "done_at", "outcome", "note"]
        read_only_fields = fields
