"""What all API faces share: one shape of errors, keyset paging, verbs that may be repeated, and the shapes every room takes."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import defaults
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, pagination, permissions, serializers, status
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler

from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization import access
from shengkang.organization.log_in.patience import in_api

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, required=True, description="The same key again gets the same answer."
)
PHOTOS_AT_ONCE = 6


class NewestFirst(pagination.CursorPagination):
    """Keyset paging: the last page costs what the first costs."""

    ordering = "-id"
    page_size = 50


class ByMatrix(permissions.BasePermission):
    """Lets a call pass as the access matrix says.

    The view names its line: `access_object = "dispute"` and `access_actions = {view action: matrix action}`.
    """

    def has_permission(self, request, view):
        if view.action is None:  # a method this URL does not know: let it answer 405
            return True
        action = view.access_actions[view.action]
        if access.may(request.user, view.access_object, action):
            return True
        # A refused verb on a thing that is seen is 403; an object whose list one may not see at all is 404.
        sees = any(
            access.may(request.user, view.access_object, look)
            for look in ("list", "read")
            if (view.access_object, look) in access.matrix()
        )
        if sees and view.detail:
            view.get_object()  # 404 for a thing he does not see, before he hears that the verb is not his
        access.require(request.user, view.access_object, action, sees=sees)
        return True


def answer_for(exception, context):
    """Every error of the API in one shape: `{"error": {"code": str, "message": str, "fields"?: {name: [str]}}}`.

    409 for a rule of the field, 400 for a wrong shape, 401/403/404 as HTTP has them. Always JSON, where a file was asked for too.
    """
    context["request"].accepted_renderer, context["request"].accepted_media_type = JSONRenderer(), JSONRenderer.media_type
    if isinstance(exception, RuleViolation):
        return Response({"error": {"code": exception.code, "message": str(exception)}}, status=status.HTTP_409_CONFLICT)
    if isinstance(exception, Http404):
        exception = exceptions.NotFound()
    elif isinstance(exception, PermissionDenied):
        exception = exceptions.PermissionDenied()
    response = exception_handler(exception, context)
    if response is None:
        return None
    body = {"code": getattr(exception, "default_code", "error"), "message": str(getattr(exception, "detail", ""))}
    if isinstance(exception, exceptions.ValidationError):
        body = {"code": "invalid", "message": _("Some fields need a correction."), "fields": response.data}
    response.data = {"error": body}
    return response


def not_found(request, exception):
    """The 404 of the house: our page, or under /api/ the one shape of errors."""
    if not in_api(request):
        return defaults.page_not_found(request, exception)
    return JsonResponse({"error": {"code": "not_found", "message": _("There is nothing at this address.")}}, status=404)


def fell_over(request):
    """The 500 of the house, likewise. What happened is in the log, never in the answer."""
    if not in_api(request):
        return defaults.server_error(request)
    message = _("Something went wrong on our side. Try again; if it stays, tell the station.")
    return JsonResponse({"error": {"code": "server_error", "message": message}}, status=500)


def answer_once(request, *, verb: str, body, do: Callable[[], dict]) -> Response:
    """Answer a creating call: runs `do` once per `Idempotency-Key` header and user; 201 with its dict.

    Raises audit.services.KeyMissing / KeyReused (409), and whatever `do` raises.
    """
    key = request.headers.get("Idempotency-Key", "")
    result = audit.once(by=request.user, verb=verb, key=key, body=body, at=timezone.now(), do=do)
    return Response(result, status=status.HTTP_201_CREATED)


class CreatedThing(serializers.Serializer):
    id = serializers.IntegerField()


class NoteSerializer(serializers.Serializer):
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class ReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


class Photos(serializers.ListField):
    """Several photos in one field of a multipart call; their bytes are judged by the attachments room."""

    def __init__(self, **kwargs):
        super().__init__(child=serializers.FileField(), **{"max_length": PHOTOS_AT_ONCE} | kwargs)


class SeenByUser(serializers.PrimaryKeyRelatedField):
    """A row of those the caller may see; any other does not exist."""

    def get_queryset(self):
        request = self.context.get("request")
        rows = super().get_queryset()
        return rows.model.objects.visible_to(request.user) if request else rows.none()


def verb(shape=None, answer=CreatedThing, **kwargs):
    """A POST on one thing that happens once: what it takes, what it answers (201), and its key. `kwargs` go to the route."""

    def decorate(method):
        # The description comes last: `action` would throw away what it finds.
        routed = action(detail=True, methods=["post"], filter_backends=[], **kwargs)(method)
        return extend_schema(request=shape, responses={201: answer}, parameters=[IDEMPOTENCY_KEY])(routed)

    return decorate


def comparable(data) -> dict:
    """What stays the same when a call is sent once more: of a file, its name and size."""
    lists = data.lists() if hasattr(data, "lists") else ((name, [value]) for name, value in data.items())
    return {name: [[each.name, each.size] if hasattr(each, "size") else each for each in sent] for name, sent in lists}


class Once:
    """A viewset whose calls check the shape, make the one call, and answer `{"id": …}` of what it gave."""

    def checked(self, shape) -> dict:
        form = shape(data=self.request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    def once(self, shape, name: str, do: Callable) -> Response:
        """`do(by=, at=, **fields of the shape)` returns the row that was made or moved. Without a shape it takes no fields."""
        given = (self.checked(shape) if shape else {}) | {"by": self.request.user, "at": timezone.now()}
        body = {"path": self.request.path} | comparable(self.request.data)
        return answer_once(self.request, verb=name, body=body, do=lambda: {"id": do(**given).pk})
