"""The admin as a desk: rows by `visible_to`, permissions by the access matrix, verbs as buttons that make one call."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization import access
from shengkang.organization.models import Approval


@dataclass(frozen=True)
class Verb:
    """One button on a thing's page.

    `call(thing, by=, at=, **form.cleaned_data)` makes the one service call. `offered(thing, user)` says whether the button is shown;
    the service decides anyway. `form` may take `thing=` and `user=` (see VerbForm).
    """

    name: str
    label: Any
    action: str  # the action in the access matrix
    call: Callable
    access_object: str = ""  # the object in the matrix, where it is another than the page's
    form: type["VerbForm"] | None = None
    offered: Callable[[Any, Any], bool] = field(default=lambda thing, user: True)
    # Whether the thing is within the scope of the user's cell (A, O), not only seen; otherwise 403.
    entrusted: Callable[[Any, Any], bool] = field(default=lambda thing, user: True)
    tone: str = ""  # "primary", "danger" or plain
    hint: Any = ""
    done: Any = ""


class VerbForm(forms.Form):
    """The few fields of a verb; knows the thing and the user so that choices are theirs."""

    # Fields of which not even a hash is kept, beside passwords: an ID number is guessed from its hash in no time.
    secrets: tuple[str, ...] = ()

    def __init__(self, *args, thing, user, **kwargs):
        self.thing, self.user = thing, user
        super().__init__(*args, **kwargs)


class StationAdmin(admin.ModelAdmin):
    """Base of every admin page: what one may not see does not exist (404), what one sees but may not do is refused (403)."""

    access_object: str
    # Which line of the matrix each kind of admin permission asks; None: nobody, facts and states are read-only.
    view_action: str | None = "list"
    add_action: str | None = None
    change_action: str | None = None
    delete_action: str | None = None
    verbs: tuple[Verb, ...] = ()
    # How a new thing comes about, where a service does it: `call(by=, at=, **fields)` returns the thing. Asks `add_action`.
    opening: Verb | None = None
    list_per_page = 50
    show_full_result_count = False
    # The redirect behind this button knows no stations.
    view_on_site = False

    def _may(self, request, action):
        return action is not None and request.user.is_active and access.may(request.user, self.access_object, action)

    def get_queryset(self, request):
        queryset = self.model._default_manager.visible_to(request.user)
        ordering = self.get_ordering(request)
        return queryset.order_by(*ordering) if ordering else queryset

    def get_object(self, request, object_id, from_field=None):
        """None for whoever may not look at such things at all, even if one of them is his own."""
        return super().get_object(request, object_id, from_field) if self.has_view_permission(request) else None

    def has_module_permission(self, request):
        return self._may(request, self.view_action)

    def has_view_permission(self, request, obj=None):
        return self._may(request, self.view_action)

    def has_add_permission(self, request):
        return self._may(request, self.add_action)

    def has_change_permission(self, request, obj=None):
        return self._may(request, self.change_action)

    def has_delete_permission(self, request, obj=None):
        return self._may(request, self.delete_action)

    def get_urls(self):
        own = [
            path(
                f"<path:object_id>/{verb.name.replace('_', '-')}/",
                self.admin_site.admin_view(self._view_of(verb)),
                name=self._url_name(verb),
            )
            for verb in self.verbs
        ]
        return own + super().get_urls()

    def _url_name(self, verb):
        return f"{self.opts.app_label}_{self.opts.model_name}_{verb.name}"

    def verbs_for(self, thing, user):
        """The buttons a user gets on a thing, as the template wants them."""
        return [
            {
                "url": reverse(f"admin:{self._url_name(verb)}", args=[thing.pk]),
                "label": verb.label,
                "tone": verb.tone,
                "hint": verb.hint,
                "name": verb.name,
            }
            for verb in self.verbs
            if self._may_do(user, verb, thing) and verb.offered(thing, user)
        ]

    def _may_do(self, user, verb, thing):
        """The cell of the verb gives it, or is P and an approval in force opens it for this thing."""
        cell = verb.access_object or self.access_object, verb.action
        if access.may(user, *cell):
            return verb.entrusted(thing, user)
        opened = Approval.objects.in_force(timezone.now()).filter(
            asked_by=user, obj=cell[0], action=cell[1], target_ref=audit.ref(thing)
        )
        return "P" in access.scopes(user, *cell) and opened.exists()

    def _view_of(self, verb):
        def view(request, object_id):
            thing = self.get_object(request, object_id)
            if thing is None:
                raise Http404
            if not self._may_do(request.user, verb, thing):
                raise PermissionDenied
            return self.answer_verb(request, verb, thing)

        return view

    def answer_verb(self, request, verb, thing):
        """Show the verb's form, or make its one call; a refusal is shown on the form, and nothing typed is lost."""
        form_class = verb.form or VerbForm
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = form_class(*sent, thing=thing, user=request.user)
        if request.method == "POST" and form.is_valid():
            try:
                made = self._act_once(request, verb, thing, form)
            except RuleViolation as refusal:
                form.add_error(None, str(refusal))
            else:
                self.say_done(request, verb, made if thing is None else thing)
                return redirect(self.after_verb(request, made if thing is None else thing))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": thing,
            "title": verb.label,
            "explain": verb.hint,
            "tone": verb.tone,
            "form": form,
            "idempotency_key": request.POST.get("idempotency_key") or str(uuid.uuid4()),
            "cancel_url": self.list_url() if thing is None else self.after_verb(request, thing),
        }
        return TemplateResponse(
            request, "admin/verb_form.html", context, status=409 if form.is_bound and form.non_field_errors() else 200
        )

    def say_done(self, request, verb, thing):
        """The message over the next page; a room whose verb may end in two ways overrides this."""
        messages.success(request, verb.done or verb.label)

    def _act_once(self, request, verb, thing, form):
        """The one call; the same form sent again (a second click, a page reloaded) finds the first answer. Returns what an opening made."""
        at, given = timezone.now(), () if thing is None else (thing,)

        def act():
            made = verb.call(*given, by=request.user, at=at, **form.cleaned_data)
            return {"made": made.pk} if thing is None else {}

        key = request.POST.get("idempotency_key")
        if not key:
            answer = act()
        else:
            # A password is not kept, not even inside a hash.
            secret = {name for name, field in form.fields.items() if isinstance(field.widget, forms.PasswordInput)}
            secret.update(getattr(form, "secrets", ()))
            typed = {name: sent for name, sent in request.POST.lists() if name not in {"csrfmiddlewaretoken", *secret}}
            files = [(name, file.name, file.size) for name in request.FILES for file in request.FILES.getlist(name)]
            body = {"path": request.path, "typed": typed, "files": files}
            answer = audit.once(by=request.user, verb=f"desk {self._url_name(verb)}", key=key, body=body, at=at, do=act)
        return self.model._default_manager.get(pk=answer["made"]) if thing is None else None

    def _or_404(self, seen):
        if not seen:
            raise Http404

    def changelist_view(self, request, extra_context=None):
        self._or_404(self.has_view_permission(request))
        return super().changelist_view(request, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        self._or_404(self.get_object(request, object_id))
        return super().delete_view(request, object_id, extra_context)

    def history_view(self, request, object_id, extra_context=None):
        self._or_404(self.get_object(request, object_id))
        return super().history_view(request, object_id, extra_context)

    def add_view(self, request, form_url="", extra_context=None):
        self._or_404(self.has_view_permission(request) or self.has_add_permission(request))
        if self.opening is None:
            return super().add_view(request, form_url, extra_context)
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self.answer_verb(request, self.opening, None)

    def list_url(self):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def after_verb(self, request, thing):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[thing.pk])

    def change_view(self, request, object_id, form_url="", extra_context=None):
        thing = self.get_object(request, object_id)
        if thing is None:
            raise Http404
        self.note_look(request, thing)
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "verbs": self.verbs_for(thing, request.user)}
        )

    def note_look(self, request, thing):
        """A room whose things are logged when looked at overrides this."""


class ReadOnlyAdmin(StationAdmin):
    """Facts: everyone who may see them sees them, nobody edits them, not even a superuser."""

    def get_fields(self, request, obj=None):
        """All but what says nothing to a reader: the row's key, and the station, which is his own."""
        return self.fields or [field.name for field in self.opts.fields if field.name not in ("id", "station")]

    def get_readonly_fields(self, request, obj=None):
        return [field.name for field in self.opts.fields]

    @admin.display(description=pgettext_lazy("row", "number"), ordering="pk")
    def number(self, thing):
        """The key as a number to be called by (a transfer, a redemption): without separators of thousands."""
        return str(thing.pk)
