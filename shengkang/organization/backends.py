"""Who may come in at all: active accounts, and accounts of a demo station only in demo mode."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from shengkang.organization.log_in import second_factor


def may_come_in(user) -> bool:
    """The passwords of a demo station are printed, so its accounts are closed wherever demo mode is off."""
    return user.is_active and (settings.DEMO or user.station is None or not user.station.is_demo)


class ByPhone(ModelBackend):
    """Log-in by telephone number and password; asked again at every request, so a session ends when the account does."""

    def user_can_authenticate(self, user):
        return may_come_in(user)


class ByToken(TokenAuthentication):
    """The API's token, under the same condition."""

    def authenticate_credentials(self, key):
        user, token = super().authenticate_credentials(key)
        if not may_come_in(user):
            raise AuthenticationFailed(_("This account may not log in."))
        if second_factor.is_demanded(user) and not second_factor.has_one(user):
            raise AuthenticationFailed(_("Log in to the pages once and set up your second factor; then a token can be given."))
        return user, token
