"""The door: logging in and out, where each role goes first, one's own password, and whether the house is well."""

import redis
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shengkang.organization.access import Role
from shengkang.organization.forms import LogInForm, OwnPasswordForm
from shengkang.organization.log_in.services import choose_password, password_is_too_old


def first_page(user) -> str:
    """The name of the page where a user begins: the station's staff at the desk, leaders at the dashboard, all others on the phone."""
    if user.is_staff:
        return "admin:index"
    if Role.TOWNSHIP_LEADER in user.roles:
        return "reports:dashboard"
    return "portal:home"


class LogIn(LoginView):
    """One page for everyone. Wrong tries are counted by axes for the pair of number and address (settings.py)."""

    form_class = LogInForm
    redirect_authenticated_user = True


@never_cache
def admin_log_in(request):
    """The admin's own log-in page does not exist: strangers go to ours, and whoever has no business at the desk finds nothing."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise Http404
    query = request.META.get("QUERY_STRING")
    return HttpResponseRedirect(resolve_url("login") + (f"?{query}" if query else ""))


@login_required
def home(request):
    return redirect(first_page(request.user))


class OwnPassword(PasswordChangeView):
    form_class = OwnPasswordForm
    template_name = "registration/password_change.html"
    extra_context = {"title": _("Change password")}

    def form_valid(self, form):
        """Other log-ins end with the old password; this one goes on, under a new key."""
        key = self.request.session.session_key or ""
        user = choose_password(password=form.cleaned_data["new_password1"], by=self.request.user, at=timezone.now(), keep=key)
        update_session_auth_hash(self.request, user)
        messages.success(self.request, _("Your new password is kept. Use it from now on."))
        return redirect(self.get_success_url())

    def get_success_url(self):
        wanted = self.request.GET.get("next", "")
        return wanted if url_has_allowed_host_and_scheme(wanted, {self.request.get_host()}) else reverse("home")

    def get_context_data(self, **kwargs):
        too_old = password_is_too_old(self.request.user, timezone.now())
        return super().get_context_data(**kwargs) | {"back_to": reverse("home"), "too_old": too_old}


@never_cache
@require_safe
def healthz(request):
    """The process lives. Asks nothing of anyone."""
    return JsonResponse({"status": "ok"})


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except DatabaseError:
        return False


def _migrations_applied() -> bool:
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False


def _redis_answers() -> bool:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2) as client:
            return client.ping()
    except redis.RedisError:
        return False


@never_cache
@require_safe
def readyz(request):
    """Whether work can be taken: 200, or 503 and the names of what does not answer. Tells no address, version or secret."""
    checks = {"database": _database_answers(), "redis": _redis_answers()}
    checks["migrations"] = checks["database"] and _migrations_applied()
    ready = all(checks.values())
    body = {"status": "ok" if ready else "not ready", "checks": {name: "ok" if well else "down" for name, well in checks.items()}}
    return JsonResponse(body, status=200 if ready else 503)
