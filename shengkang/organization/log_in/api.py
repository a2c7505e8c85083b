"""A token for programs: the same password, the same patience and the same second factor as at the door of the pages."""

from django.contrib.auth import authenticate
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, parsers, serializers
from rest_framework.authtoken.models import Token
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from shengkang.errors import RuleViolation
from shengkang.organization.forms import plain_phone
from shengkang.organization.log_in import second_factor
from shengkang.organization.log_in.patience import client_address
from shengkang.organization.log_in.services import password_is_too_old


class SecondFactorMissing(RuleViolation):
    """The account must set up its second factor in the pages first."""


class PasswordTooOld(RuleViolation):
    """The account must choose a new password in the pages first."""


class TokenRequest(serializers.Serializer):
    username = serializers.CharField(max_length=30, help_text=gettext_lazy("telephone number"))
    password = serializers.CharField(max_length=128, trim_whitespace=False, style={"input_type": "password"})
    code = serializers.CharField(
        max_length=20, required=False, allow_blank=True, help_text=gettext_lazy("code of the second factor, for staff")
    )


class TokenAnswer(serializers.Serializer):
    token = serializers.CharField()


class TokenTries(SimpleRateThrottle):
    """Axes counts for one number; this one for all numbers tried from one address (DEFAULT_THROTTLE_RATES)."""

    scope = "token"

    def get_cache_key(self, request, view):
        return self.cache_format % {"scope": self.scope, "ident": client_address(request)}


class ObtainToken(APIView):
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (TokenTries,)
    parser_classes = (parsers.JSONParser, parsers.FormParser)

    @extend_schema(operation_id="obtain_token", request=TokenRequest, responses={200: TokenAnswer}, auth=[])
    def post(self, request):
        sent = TokenRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data
        # Axes counts on Django's own request, and its middleware answers 429 for us once it is too much.
        user = authenticate(request._request, username=plain_phone(given["username"]), password=given["password"])
        if user is None:
            raise exceptions.ValidationError(
                {"non_field_errors": [_("The telephone number and the password do not belong together.")]}
            )
        self._check_second_factor(user, given.get("code", ""))
        if password_is_too_old(user, timezone.now()):
            raise PasswordTooOld(_("Your password is too old. Choose a new one first."))
        token, _created = Token.objects.get_or_create(user=user)
        return Response({"token": token.key})

    def _check_second_factor(self, user, code):
        if not second_factor.has_one(user):
            if second_factor.is_demanded(user):
                raise SecondFactorMissing(_("Log in to the pages once and set up your second factor; then a token can be given."))
            return
        try:
            second_factor.check_code(user=user, code=code, at=timezone.now())
        except second_factor.CodeRefused as refusal:
            raise exceptions.ValidationError({"code": [str(refusal)]}) from refusal
        except second_factor.TooManyCodes as refusal:
            raise exceptions.Throttled(wait=(refusal.until - timezone.now()).total_seconds()) from refusal


urlpatterns = [path("", ObtainToken.as_view(), name="api-token")]
