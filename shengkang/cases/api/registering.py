"""For programs: was it told before, what was before, what settled others; one dispute registered twice; parties put right."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from shengkang.audit import services as audit
from shengkang.cases import duplicates, relapse, selectors, services
from shengkang.cases.api import shapes, shapes_register
from shengkang.cases.api.steps import Steps, step
from shengkang.organization.api import ReasonSerializer

# Which line of the matrix the calls of this file ask, where it is no step of the table of moves.
REGISTER_ACTIONS = {
    "candidates": "create",
    "look_alikes": "read",
    "relapses": "read",
    "similar": "mediate",
    "add_party": "assign",
    "correct_party": "assign",
    "remove_party": "assign",
}


class RegisterSteps(Steps):
    @extend_schema(request=shapes.Registration, responses={200: shapes_register.CandidateShape(many=True)}, filters=False)
    @action(detail=False, methods=["post"], pagination_class=None)
    def candidates(self, request):
        """What looks like the dispute that is about to be registered; nothing is written. Join it, or register a new one."""
        given = self._own(self._checked(shapes.Registration), timezone.now())
        told = duplicates.told_of(**{name: value for name, value in given.items() if name not in ("by", "station", "channel")})
        return self._found(shapes_register.CandidateShape, duplicates.candidates(request.user, told))

    @extend_schema(responses={200: shapes_register.CandidateShape(many=True)}, filters=False)
    @action(detail=True, methods=["get"], url_path="look-alikes", pagination_class=None)
    def look_alikes(self, request, pk=None):
        """What may be the same dispute as this case."""
        return self._found(shapes_register.CandidateShape, duplicates.of_case(request.user, self.get_object()))

    @extend_schema(responses={200: shapes_register.EarlierShape(many=True)}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def relapses(self, request, pk=None):
        """Disputes of the same homes, people or place from 12 months before this one until now, oldest first."""
        case, at = self.get_object(), timezone.now()
        audit.note_look(what="relapses", about=case, by=request.user, at=at)
        return self._found(shapes_register.EarlierShape, relapse.history_of(request.user, case, at))

    @extend_schema(responses={200: shapes_register.SettledShape(many=True)}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def similar(self, request, pk=None):
        """Settled disputes like this one and what settled them, without names."""
        case = self.get_object()
        if not selectors.may_take_step(request.user, case, "mediate"):
            raise PermissionDenied
        found = [
            relapse.Settled(each.case, each.alike, relapse.without_names(each.terms, each.case))
            for each in relapse.settled_like(request.user, case, timezone.now())
        ]
        return self._found(shapes_register.SettledShape, found)

    @step("merge", shapes_register.Merge)
    def merge(self, request, pk=None):
        """This case ends as merged; its reporters join the other one and hear how that one ends."""
        return self._moves("merge", services.merge_case, shapes_register.Merge)

    @step("split", ReasonSerializer)
    def split(self, request, pk=None):
        """They were two disputes after all."""
        return self._moves("split", services.split_case, ReasonSerializer)

    @step("add_party", shapes_register.AddedParty, creates=True)
    def add_party(self, request, pk=None):
        def add(case, by, at, reason="", **told):
            return services.add_party(case=case, party=services.PartyDetails(**told), reason=reason, by=by, at=at)

        return self._creates("correct", add, shapes_register.AddedParty)

    @step("correct_party", shapes_register.CorrectedParty)
    def correct_party(self, request, pk=None):
        """Put right what is known of a party; only the fields that are sent."""
        return self._moves("correct", _of_its_case(services.correct_party), shapes_register.CorrectedParty)

    @step("remove_party", shapes_register.RemovedParty)
    def remove_party(self, request, pk=None):
        """Somebody named by mistake; only before the case is accepted."""
        return self._moves("correct", _of_its_case(services.remove_party), shapes_register.RemovedParty)

    def _found(self, shape, found):
        return Response(shape(found, many=True, context=self.get_serializer_context()).data)


def _of_its_case(verb):
    return lambda case, **given: verb(**given)
