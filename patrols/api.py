"""Volunteers, shifts, patrols and findings, for programs. States are moved by verbs alone, each with an Idempotency-Key."""

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.routers import SimpleRouter

from patrols import selectors, services
from patrols.models import Finding, Patrol, PatrolKind, Shift, Volunteer
from shengkang.cases.models import Category
from shengkang.hazards.models import Hazard, HazardGroup
from shengkang.organization import access
from shengkang.organization.api import IDEMPOTENCY_KEY, ByMatrix, CreatedThing, NoteSerializer, Once, ReasonSerializer, verb
from shengkang.organization.models import Person, Unit, User

VILLAGES = Unit.objects.filter(level=Unit.Level.VILLAGE)


class Own(serializers.PrimaryKeyRelatedField):
    """A thing among those the caller may name; any other does not exist. `among(user)` gives them."""

    def __init__(self, model, among, **kwargs):
        self.among, self.empty = among, model.objects.none()
        super().__init__(queryset=self.empty, **kwargs)

    def get_queryset(self):
        request = self.context.get("request")
        return self.among(request.user) if request else self.empty


class VolunteerSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="person.name")
    village_name = serializers.CharField(source="village.name")

    class Meta:
        model = Volunteer
        fields = ["id", "name", "village", "village_name", "status", "applied_at", "enrolled_on", "left_on"]


class ApplicationSerializer(serializers.Serializer):
    person = Own(Person, selectors.people_to_apply_for)
    village = serializers.PrimaryKeyRelatedField(queryset=VILLAGES)
    motive = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class OpinionSerializer(serializers.Serializer):
    opinion = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class MotiveSerializer(serializers.Serializer):
    motive = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


@extend_schema_view(
    create=extend_schema(request=ApplicationSerializer, responses={201: CreatedThing}, parameters=[IDEMPOTENCY_KEY])
)
class VolunteerViewSet(Once, viewsets.ReadOnlyModelViewSet):
    """Volunteers one may see: oneself, those of one's village as head or cadre, the station's."""

    queryset = Volunteer.objects.none()
    serializer_class = VolunteerSerializer
    filterset_fields = ["status", "village"]
    permission_classes = [IsAuthenticated, ByMatrix]
    access_object = "volunteer_application"
    access_actions = {
        "list": "list",
        "retrieve": "read",
        "create": "create",
        "recommend": "recommend",
        "review": "review",
        "approve": "decide",
        "decline": "read",
        "leave": "read",
        "apply_again": "create",
    }

    def get_queryset(self):
        return Volunteer.objects.visible_to(self.request.user).select_related("person", "village").order_by("-id")

    def create(self, request):
        """Apply: for oneself, or for somebody one looks after."""
        return self.once(ApplicationSerializer, "volunteer", services.apply)

    @verb(OpinionSerializer)
    def recommend(self, request, pk=None):
        """A head of the village recommends."""
        volunteer = self.get_object()
        return self.once(OpinionSerializer, "recommend", lambda **given: services.recommend(volunteer=volunteer, **given))

    @verb(OpinionSerializer)
    def review(self, request, pk=None):
        """A cadre of the village supports."""
        volunteer = self.get_object()
        return self.once(OpinionSerializer, "review", lambda **given: services.review(volunteer=volunteer, **given))

    @verb(NoteSerializer)
    def approve(self, request, pk=None):
        """The chief enrols."""
        volunteer = self.get_object()
        return self.once(NoteSerializer, "approve", lambda **given: services.approve(volunteer=volunteer, **given))

    @verb(ReasonSerializer)
    def decline(self, request, pk=None):
        """Whoever's turn it is says no, with a reason."""
        volunteer = self.get_object()
        return self.once(ReasonSerializer, "decline", lambda **given: services.decline(volunteer=volunteer, **given))

    @verb(NoteSerializer)
    def leave(self, request, pk=None):
        """Leave, or take the application back."""
        volunteer = self.get_object()
        return self.once(NoteSerializer, "leave", lambda note, **given: services.leave(volunteer=volunteer, reason=note, **given))

    @verb(MotiveSerializer, url_path="apply-again")
    def apply_again(self, request, pk=None):
        """After a refusal or after leaving, the same way again."""
        volunteer = self.get_object()
        return self.once(MotiveSerializer, "apply_again", lambda **given: services.apply_again(volunteer=volunteer, **given))


class ShiftSerializer(serializers.ModelSerializer):
    taken = serializers.IntegerField()
    leader_name = serializers.CharField(source="leader.name")

    class Meta:
        model = Shift
        fields = [
            "id", "village", "kind", "starts_at", "ends_at", "meeting_place", "leader_name", "places", "taken", "note",
            "cancelled_at", "cancelled_because",
        ]  # fmt: skip


class NewShiftSerializer(serializers.Serializer):
    village = serializers.PrimaryKeyRelatedField(queryset=VILLAGES)
    kind = serializers.ChoiceField(PatrolKind.choices)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    meeting_place = serializers.CharField(max_length=80)
    leader = Own(User, lambda user: selectors.leaders_of(user.station))
    places = serializers.IntegerField(min_value=1, max_value=200, default=6)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class CancelSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class NoFields(serializers.Serializer):
    """A verb that asks nothing."""


@extend_schema_view(create=extend_schema(request=NewShiftSerializer, responses={201: CreatedThing}, parameters=[IDEMPOTENCY_KEY]))
class ShiftViewSet(Once, viewsets.ReadOnlyModelViewSet):
    """Shifts of the station, or of one's own village."""

    queryset = Shift.objects.none()
    serializer_class = ShiftSerializer
    filterset_fields = ["kind", "village"]
    permission_classes = [IsAuthenticated, ByMatrix]
    access_object = "shift"
    access_actions = {
        "list": "list",
        "retrieve": "read",
        "create": "manage",
        "cancel": "manage",
        "sign_up": "sign_up",
        "give_back": "sign_up",
    }

    def get_queryset(self):
        shifts = Shift.objects.visible_to(self.request.user)
        return selectors.with_places(shifts).select_related("leader").order_by("-id")

    def create(self, request):
        """Plan one shift."""
        return self.once(NewShiftSerializer, "plan_shift", services.plan_shift)

    @verb(CancelSerializer)
    def cancel(self, request, pk=None):
        """Call a shift off; everybody who signed up is told."""
        shift = self.get_object()
        if not selectors.manages(shift, request.user):
            raise PermissionDenied
        return self.once(CancelSerializer, "cancel_shift", lambda **given: services.cancel_shift(shift=shift, **given))

    @verb(NoFields, url_path="sign-up")
    def sign_up(self, request, pk=None):
        """Take a place oneself."""
        shift = self.get_object()

        return self.once(NoFields, "sign_up", lambda **given: services.take_place(shift=shift, **given))

    @verb(NoFields, url_path="give-back")
    def give_back(self, request, pk=None):
        """Give one's place back."""
        shift = self.get_object()

        return self.once(NoFields, "give_back", lambda **given: services.give_place_back(shift=shift, **given))


class PatrolSerializer(serializers.ModelSerializer):
    leader_name = serializers.CharField(source="leader.name")

    class Meta:
        model = Patrol
        fields = ["id", "village", "shift", "kind", "leader_name", "started_at", "ended_at", "kilometres", "note"]


class StartSerializer(serializers.Serializer):
    shift = Own(Shift, Shift.objects.visible_to, required=False)
    village = serializers.PrimaryKeyRelatedField(queryset=VILLAGES, required=False)
    kind = serializers.ChoiceField(PatrolKind.choices, required=False)
    latitude = serializers.FloatField(min_value=-90, max_value=90, required=False)
    longitude = serializers.FloatField(min_value=-180, max_value=180, required=False)


class EndSerializer(serializers.Serializer):
    present = Own(Volunteer, lambda user: Volunteer.objects.of_station_of(user).enrolled(), many=True)
    kilometres = serializers.DecimalField(max_digits=5, decimal_places=1, min_value=0, required=False)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    ended_at = serializers.DateTimeField(required=False)


class NewFindingSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(Finding.Kind.choices)
    text = serializers.CharField(max_length=1000)
    place = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    group = serializers.PrimaryKeyRelatedField(queryset=HazardGroup.objects.all(), required=False)
    level = serializers.ChoiceField(Hazard.Level.choices, required=False, default=Hazard.Level.ORDINARY)
    category = serializers.PrimaryKeyRelatedField(queryset=Category.objects.all(), required=False)
    protected = serializers.BooleanField(required=False, default=False)


@extend_schema_view(create=extend_schema(request=StartSerializer, responses={201: CreatedThing}, parameters=[IDEMPOTENCY_KEY]))
class PatrolViewSet(Once, viewsets.ReadOnlyModelViewSet):
    """Patrols of the station, or those one leads, was at or signed up for."""

    queryset = Patrol.objects.none()
    serializer_class = PatrolSerializer
    filterset_fields = ["kind", "village"]
    permission_classes = [IsAuthenticated, ByMatrix]
    access_object = "patrol"
    access_actions = {"list": "list", "retrieve": "read", "create": "start_end", "end": "start_end", "report_finding": "read"}

    def get_queryset(self):
        return Patrol.objects.visible_to(self.request.user).select_related("leader").order_by("-id")

    def create(self, request):
        """Start: from a shift one leads, or at once in a village."""
        return self.once(StartSerializer, "start_patrol", services.start_patrol)

    @verb(EndSerializer)
    def end(self, request, pk=None):
        """End, and say who was there. A forgotten one that somebody else led is ended at the desk."""
        patrol = self.get_object()
        if not selectors.is_on(patrol, request.user):
            raise PermissionDenied
        return self.once(EndSerializer, "end_patrol", lambda **given: services.end_patrol(patrol=patrol, **given))

    @verb(NewFindingSerializer, url_path="report-finding")
    def report_finding(self, request, pk=None):
        """A hazard, a dispute or something else that the patrol came upon."""
        patrol = self.get_object()
        access.require(request.user, "finding", "create", sees=True)
        if not selectors.is_on(patrol, request.user):
            raise PermissionDenied
        if str(request.data.get("protected", "")).lower() in ("true", "1", "on"):
            access.require(request.user, "dispute_restricted", "create", sees=True)
        return self.once(NewFindingSerializer, "report_finding", lambda **given: services.report_finding(patrol=patrol, **given))


class FindingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Finding
        fields = ["id", "patrol", "kind", "place", "text", "hazard", "case", "at"]


class FindingViewSet(viewsets.ReadOnlyModelViewSet):
    """What patrols came upon."""

    queryset = Finding.objects.none()
    serializer_class = FindingSerializer
    filterset_fields = ["kind", "patrol"]
    permission_classes = [IsAuthenticated, ByMatrix]
    access_object = "finding"
    access_actions = {"list": "list", "retrieve": "list"}

    def get_queryset(self):
        return Finding.objects.visible_to(self.request.user).order_by("-id")


router = SimpleRouter()
router.register("volunteers", VolunteerViewSet, basename="volunteer")
router.register("shifts", ShiftViewSet, basename="shift")
router.register("patrols", PatrolViewSet, basename="patrol")
router.register("findings", FindingViewSet, basename="finding")
urlpatterns = router.urls
