"""What all API faces share: one shape of errors, keyset paging, and creating verbs that may be repeated."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import defaults
from rest_framework import exceptions, pagination, permissions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization import access
from shengkang.organization.log_in.patience import in_api


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

    409 for a rule of the field, 400 for a wrong shape, 401/403/404 as HTTP has them.
    """
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
