"""Pages of the door: the code after the password, one's second factor, where one is logged in, and the printed card's way in."""

import hashlib

import segno
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe
from django.views.generic import FormView, TemplateView, View

from shengkang.errors import RuleViolation
from shengkang.organization import access, sealed
from shengkang.organization.log_in import cards, second_factor
from shengkang.organization.log_in.forms import AppCodeForm, CodeForm, DigitsForm, FirstPasswordForm
from shengkang.organization.log_in.middleware import code_page
from shengkang.organization.log_in.services import end_session, end_sessions
from shengkang.organization.log_in.sessions import OWES_CODE, PASSED, device_in_words
from shengkang.organization.models import OpenSession, SecondFactor

BY_PHONE = "shengkang.organization.backends.ByPhone"
# In the session while a second factor is being set up, sealed; and while a card is being used.
NEW_SECRET, CARD, KNOWN = "new_second_factor", "login_card", "login_card_known"


def _goes_on_to(request) -> str:
    """The page one wanted before a door stood in the way."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else reverse("home")


def _let_in(request, factor: SecondFactor) -> None:
    """The session is fully known from here on; its key changes, as after every step up."""
    request.session.cycle_key()
    request.session.pop(OWES_CODE, None)
    request.session[PASSED] = factor.pk


def picture_of(text: str) -> str:
    """A QR code as a data: address, which the content security policy allows for pictures."""
    return segno.make(text, error="m", micro=False).svg_data_uri(scale=6, border=2)


@method_decorator([never_cache, sensitive_post_parameters("code")], name="dispatch")
class Code(LoginRequiredMixin, FormView):
    """The second step of logging in."""

    form_class = CodeForm
    template_name = "organization/log_in/code.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and (page := code_page(request)) != "login-code":
            return redirect(page) if page else redirect(_goes_on_to(request))
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        try:
            factor = second_factor.check_code(user=self.request.user, code=form.cleaned_data["code"], at=timezone.now())
        except RuleViolation as refusal:
            form.add_error("code", str(refusal))
            return self.form_invalid(form)
        _let_in(self.request, factor)
        return redirect(_goes_on_to(self.request))

    def get_context_data(self, **kwargs):
        return super().get_context_data(title=_("One more step"), next=_goes_on_to(self.request), **kwargs)


@method_decorator([never_cache, sensitive_post_parameters("code")], name="dispatch")
class OwnSecondFactor(LoginRequiredMixin, FormView):
    """Setting up one's second factor; once it is there, new backup codes."""

    form_class = AppCodeForm
    template_name = "organization/log_in/second_factor.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            if not second_factor.concerns(request.user):
                raise Http404
            self.factor = SecondFactor.objects.visible_to(request.user).first()
            if self.factor and code_page(request) == "login-code":
                return redirect("login-code")
        return super().dispatch(request, *args, **kwargs)

    def _secret(self) -> bytes:
        """The secret offered in this session; the same one until it is kept, so that a reloaded page fits the app."""
        kept = self.request.session.get(NEW_SECRET)
        if kept:
            return bytes.fromhex(sealed.open_sealed(bytes.fromhex(kept)))
        secret = second_factor.new_secret()
        self.request.session[NEW_SECRET] = sealed.seal(secret.hex()).hex()
        return secret

    def form_valid(self, form):
        user, at, code = self.request.user, timezone.now(), form.cleaned_data["code"]
        try:
            if self.factor:
                codes = second_factor.renew_backup_codes(code=code, by=user, at=at)
            else:
                codes = second_factor.set_up(secret=self._secret(), code=code, by=user, at=at)
        except RuleViolation as refusal:
            form.add_error("code", str(refusal))
            return self.form_invalid(form)
        self.request.session.pop(NEW_SECRET, None)
        _let_in(self.request, SecondFactor.objects.get(user=user))
        context = {"title": _("Your backup codes"), "codes": codes, "go_on": _goes_on_to(self.request), "base": _base(user)}
        return render(self.request, "organization/log_in/backup_codes.html", context)

    def get_context_data(self, **kwargs):
        user = self.request.user
        context = super().get_context_data(title=_("Second factor"), next=_goes_on_to(self.request), base=_base(user), **kwargs)
        if self.factor is None:
            secret = self._secret()
            context |= {
                "picture": picture_of(second_factor.address_of(user, secret)),
                "in_text": second_factor.in_text(secret),
                "demanded": second_factor.is_demanded(user),
            }
        return context | {"factor": self.factor, "codes_left": len(self.factor.backup_codes) if self.factor else 0}


def _base(user) -> str:
    return "base_desk.html" if user.is_staff else "base_phone.html"


def _public_id(row: OpenSession) -> str:
    """A session's key opens the house, so pages name a session by a hash of it."""
    return hashlib.sha256(row.session_key.encode()).hexdigest()[:24]


@method_decorator(never_cache, name="dispatch")
class OwnSessions(LoginRequiredMixin, TemplateView):
    """Where I am logged in, and how to end it elsewhere."""

    template_name = "organization/log_in/sessions.html"

    def dispatch(self, request, *args, **kwargs):
        # Somebody whose last role was taken may still log out everywhere.
        if request.user.is_authenticated and request.user.roles:
            access.require(request.user, "own_sessions", "list_revoke")
        return super().dispatch(request, *args, **kwargs)

    def _mine(self):
        return OpenSession.objects.visible_to(self.request.user).open(timezone.now()).order_by("-seen_at", "session_key")

    def get_context_data(self, **kwargs):
        here = self.request.session.session_key
        rows = [
            {
                "id": _public_id(row),
                "device": device_in_words(row.device),
                "since": row.since,
                "seen_at": row.seen_at,
                "is_this": row.session_key == here,
            }
            for row in self._mine()
        ]
        rows.sort(key=lambda row: not row["is_this"])
        return super().get_context_data(
            title=_("Where I am logged in"),
            sessions=rows,
            others=sum(not row["is_this"] for row in rows),
            base=_base(self.request.user),
            offers_factor=second_factor.concerns(self.request.user),
            **kwargs,
        )

    def post(self, request):
        user, at, here = request.user, timezone.now(), request.session.session_key or ""
        if "others" in request.POST:
            end_sessions(user=user, by=user, at=at, keep=here)
            messages.success(request, _("You are logged in here only."))
        elif ended := next((row for row in self._mine() if _public_id(row) == request.POST.get("end")), None):
            end_session(session=ended, by=user, at=at)
            messages.success(request, _("That log-in has ended."))
        return redirect("sessions")


@never_cache
@require_safe
def open_card(request, token):
    """The address on the card. The token is exchanged for a note in the session at once, so it stays in no address bar or referrer."""
    card = cards.card_of_token(token, timezone.now())
    request.session.pop(KNOWN, None)
    request.session[CARD] = card.pk if card else 0
    return redirect("card")


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class Card(View):
    """Two steps: the last digits of one's number, then a password of one's own. A card that is dead says so and whom to ask."""

    template_name = "organization/log_in/card.html"

    def dispatch(self, request, *args, **kwargs):
        if request.method not in ("GET", "HEAD", "POST"):
            return self.http_method_not_allowed(request)
        try:
            card = cards.live_card(request.session.get(CARD) or 0, timezone.now())
            known = request.session.get(KNOWN) == card.pk
            return self._choose_password(card) if known else self._ask_digits(card)
        except cards.CardDead as dead:
            for name in (CARD, KNOWN):
                request.session.pop(name, None)
            return self._show(dead=str(dead))

    def _sent(self, form_class, *given):
        form = form_class(*given, self.request.POST) if self.request.method == "POST" else form_class(*given)
        return form, form.is_bound and form.is_valid()

    def _ask_digits(self, card):
        form, right = self._sent(DigitsForm)
        if right:
            try:
                cards.check_digits(card=card, digits=form.cleaned_data["digits"].strip(), at=timezone.now())
            except cards.DigitsRefused as refusal:
                form.add_error("digits", str(refusal))
            else:
                self.request.session.cycle_key()
                self.request.session[KNOWN] = card.pk
                return redirect("card")
        return self._show(form=form, step=1, submit_label=_("Go on"))

    def _choose_password(self, card):
        form, right = self._sent(FirstPasswordForm, card.user)
        if right:
            user = cards.use_card(card=card, password=form.cleaned_data["new_password1"], at=timezone.now())
            self.request.session.flush()
            login(self.request, user, backend=BY_PHONE)
            messages.success(self.request, _("Welcome. From now on you log in with your number and this password."))
            return redirect("home")
        return self._show(form=form, step=2, submit_label=_("Keep it and go in"), name=card.user.name, phone=card.user.phone)

    def _show(self, **context):
        return render(self.request, self.template_name, {"title": _("Log in with a card"), **context})
