"""What must be reported at once, for programs: the protection, and the letter of admonition."""

from rest_framework import serializers

from shengkang.cases import services
from shengkang.cases.api import shapes
from shengkang.cases.api.steps import Steps, step
from shengkang.cases.models import Party
from shengkang.organization.api import ReasonSerializer


class Admonish(serializers.Serializer):
    party = shapes.OfCase(queryset=Party.objects.all())
    served_at = serializers.DateTimeField()
    facts = serializers.CharField(max_length=2000)


class ProtectedSteps(Steps):
    @step("protect", ReasonSerializer)
    def protect(self, request, pk=None):
        """Seen by the chief and those involved only from now on, never mediated; a mediation under way ends."""
        return self._moves("protect", services.protect_case, ReasonSerializer)

    @step("admonish", Admonish, creates=True)
    def admonish(self, request, pk=None):
        """A letter of admonition was served on a party of a protected case; visits are owed after 7, 30 and 90 days."""
        return self._creates("admonish", services.admonish_case, Admonish)
