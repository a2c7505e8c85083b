"""The lists of cases somebody keeps for himself, for programs: what a list holds is asked of /cases/ with its filters."""

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from shengkang.cases import services
from shengkang.cases.models import SavedFilter
from shengkang.organization.api import IDEMPOTENCY_KEY, ByMatrix, answer_once


class SavedList(serializers.ModelSerializer):
    class Meta:
        model = SavedFilter
        fields = ["id", "name", "query"]
        # The same name keeps the new filters; no answer tells that there was one.
        validators = []


class SavedListMade(serializers.Serializer):
    id = serializers.IntegerField()


class SavedFilterViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    permission_classes = [IsAuthenticated, ByMatrix]
    access_object = "saved_filter"
    access_actions = {"list": "list", "create": "create", "forget": "create"}
    queryset = SavedFilter.objects.none()
    serializer_class = SavedList

    def get_queryset(self):
        return SavedFilter.objects.visible_to(self.request.user)

    @extend_schema(request=SavedList, responses={201: SavedListMade}, parameters=[IDEMPOTENCY_KEY])
    def create(self, request):
        """Keep filters of the desk's list under a name; the same name again keeps the new ones."""
        given = SavedList(data=request.data)
        given.is_valid(raise_exception=True)

        def do():
            return {"id": services.save_filter(by=request.user, **given.validated_data).pk}

        return answer_once(request, verb="api.save_filter", body=request.data, do=do)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def forget(self, request, pk=None):
        services.forget_filter(saved=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
