"""The one place that keeps half-known people out: whoever owes a code or a new password reaches nothing else, in pages and API alike."""

from urllib.parse import quote

from django.contrib.auth.views import LogoutView
from django.http import HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shengkang.organization.log_in import second_factor
from shengkang.organization.log_in.patience import in_api
from shengkang.organization.log_in.services import password_is_too_old
from shengkang.organization.log_in.sessions import OWES_CODE, PASSED, note_seen

# Doors that ask nothing of a session, or lead out of it.
ALWAYS_OPEN = {"login", "logout", "healthz", "readyz", "api-token", "card", "card-open"}
CODE_PAGES = {"login-code", "second-factor"}


class Door:
    """Between a log-in and the rooms: first the second factor, then a password that is not too old."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            note_seen(request.session, timezone.now())
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        name = request.resolver_match.view_name
        if not request.user.is_authenticated or name in ALWAYS_OPEN or getattr(view, "view_class", None) is LogoutView:
            return None
        if page := code_page(request):
            return None if name in CODE_PAGES else _send(request, page, _("Type in the code of your second factor first."))
        if name not in {*CODE_PAGES, "password-change"} and password_is_too_old(request.user, timezone.now()):
            return _send(request, "password-change", _("Your password is too old. Choose a new one first."))
        return None


def code_page(request) -> str:
    """The page where a logged-in user still owes something to the second factor; empty when he owes nothing."""
    if request.session.get(PASSED):
        return ""
    if request.session.get(OWES_CODE):
        return "login-code"
    if second_factor.is_demanded(request.user):
        return "login-code" if second_factor.has_one(request.user) else "second-factor"
    return ""


def _send(request, page, words):
    if in_api(request):
        return JsonResponse({"error": {"code": page.replace("-", "_"), "message": words}}, status=403)
    back = f"?next={quote(request.get_full_path())}" if request.method == "GET" else ""
    return HttpResponseRedirect(reverse(page) + back)
