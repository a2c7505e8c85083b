"""The shapes of a registration: its parties in full, what is compared with it, and what was found."""

from django.utils.translation import gettext as _
from rest_framework import serializers

from shengkang.cases.models import DisputeCase, Party, PoliceClass
from shengkang.cases.moves import MOVES
from shengkang.organization.models import Address
from shengkang.organization.services import IdNumberInvalid, check_id_number


class SeenHere(serializers.PrimaryKeyRelatedField):
    """Ids of what the caller sees; others do not exist for him."""

    def get_queryset(self):
        return super().get_queryset().visible_to(self.context["request"].user)


class PartyInFull(serializers.ModelSerializer):
    """One side; the ID number is sealed and never answered, `has_id_number` says whether it is on file."""

    home = SeenHere(queryset=Address.objects.all(), required=False, allow_null=True)
    id_number = serializers.CharField(max_length=18, required=False, allow_blank=True, write_only=True)
    has_id_number = serializers.SerializerMethodField()

    class Meta:
        model = Party
        fields = [
            "id",
            "side",
            "name",
            "phone",
            "home",
            "id_number",
            "has_id_number",
            "is_minor",
            "guardian_name",
            "guardian_phone",
        ]
        read_only_fields = ["id"]

    def get_has_id_number(self, party) -> bool:
        return bool(party.id_number_index)

    def validate_id_number(self, number):
        try:
            return check_id_number(number) if number else ""
        except IdNumberInvalid as wrong:
            raise serializers.ValidationError(str(wrong)) from wrong


class AddedParty(PartyInFull):
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, write_only=True)

    class Meta(PartyInFull.Meta):
        fields = [*PartyInFull.Meta.fields, "reason"]


class OfThisCase(serializers.PrimaryKeyRelatedField):
    def get_queryset(self):
        return super().get_queryset().filter(case=self.context["view"].kwargs["pk"])


class CorrectedParty(AddedParty):
    """Only the fields that are sent; an empty `id_number` leaves the sealed one."""

    party = OfThisCase(queryset=Party.objects.all())
    side = serializers.ChoiceField(Party.Side.choices, required=False)
    name = serializers.CharField(max_length=40, required=False)

    class Meta(AddedParty.Meta):
        fields = [*AddedParty.Meta.fields, "party"]


class RemovedParty(serializers.Serializer):
    party = OfThisCase(queryset=Party.objects.all())
    reason = serializers.CharField(max_length=300)


class Merge(serializers.Serializer):
    into = SeenHere(queryset=DisputeCase.objects.filter(status__in=MOVES["join"].origins))


class MoreFacts(serializers.Serializer):
    """What a registration says beside village, class, channel and story."""

    police_class = serializers.PrimaryKeyRelatedField(queryset=PoliceClass.objects.all(), required=False, allow_null=True)
    scale = serializers.ChoiceField(choices=DisputeCase.Scale.choices, required=False)
    latitude = serializers.FloatField(min_value=-90, max_value=90, required=False, allow_null=True)
    longitude = serializers.FloatField(min_value=-180, max_value=180, required=False, allow_null=True)

    def validate(self, given):
        if (given.get("latitude") is None) != (given.get("longitude") is None):
            raise serializers.ValidationError({"latitude": [_("Send latitude and longitude, or none of them.")]})
        return given


class FoundCase(serializers.ModelSerializer):
    class Meta:
        model = DisputeCase
        fields = ["id", "no", "status", "restricted", "category", "village", "opened_at", "settled_at"]
        read_only_fields = fields


class CandidateShape(serializers.Serializer):
    case = FoundCase(read_only=True)
    weight = serializers.IntegerField(read_only=True)
    reasons = serializers.ListField(child=serializers.CharField(), read_only=True)


class EarlierShape(serializers.Serializer):
    case = FoundCase(read_only=True)
    ties = serializers.ListField(child=serializers.CharField(), read_only=True)
    terms = serializers.CharField(read_only=True)


class SettledShape(serializers.Serializer):
    case = FoundCase(read_only=True)
    alike = serializers.FloatField(read_only=True, help_text="0 to 1")
    terms = serializers.CharField(read_only=True, help_text="without names and telephones")
