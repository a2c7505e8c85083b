"""The same step for the cases one ticked in the list: one form, one call, and a plain report of what was refused and why."""

import uuid

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext

from shengkang.audit import services as audit
from shengkang.cases import selectors, services
from shengkang.cases.admin.forms import Officers
from shengkang.cases.moves import ACTIONS
from shengkang.cases.services.many import MOST
from shengkang.errors import RuleViolation
from shengkang.organization import access
from shengkang.organization.desk_parts import lines


class AssignManyForm(forms.Form):
    officer = Officers()

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["officer"].of(user.station)


class OfferManyForm(forms.Form):
    to = Officers()
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=300, widget=lines())

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].of(user.station)
        self.fields["to"].label = gettext_lazy("offered to")


class AtOnce:
    """Steps for many cases, for the admin of cases."""

    actions = ("assign_selected", "offer_selected")

    def has_assign_permission(self, request):
        return access.may(request.user, "dispute", "assign")

    @admin.action(description=gettext_lazy("Assign the chosen cases"), permissions=["assign"])
    def assign_selected(self, request, queryset):
        return self._at_once(request, queryset, "assign", AssignManyForm, services.assign_cases)

    @admin.action(description=gettext_lazy("Offer the chosen cases to a colleague"), permissions=["assign"])
    def offer_selected(self, request, queryset):
        return self._at_once(request, queryset, "offer", OfferManyForm, services.offer_cases)

    def _at_once(self, request, queryset, step, form_class, call):
        """Ask who, then make the one call. What was ticked comes again with the form, and is looked up among what one sees."""
        cases = list(queryset.select_related("category", "village").order_by("pk")[: MOST + 1])
        asked = "apply" in request.POST
        form = form_class(request.POST if asked else None, user=request.user)
        if asked and form.is_valid():
            try:
                self._act(request, cases, step, call, form)
            except RuleViolation as refusal:
                form.add_error(None, str(refusal))
            else:
                return redirect(request.get_full_path())
        label = self.get_action(f"{step}_selected")[2]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": label,
            "form": form,
            "cases": cases,
            "ticked": ACTION_CHECKBOX_NAME,
            "step": f"{step}_selected",
            "idempotency_key": request.POST.get("idempotency_key") or str(uuid.uuid4()),
            "cancel_url": request.get_full_path(),
        }
        refused = form.is_bound and form.non_field_errors()
        return TemplateResponse(request, "admin/cases/disputecase/at_once.html", context, status=409 if refused else 200)

    def _act(self, request, cases, step, call, form):
        at, box = timezone.now(), []
        # The matrix may give the step on some of them only.
        allowed = [case for case in cases if selectors.may_take_step(request.user, case, ACTIONS[step])]

        def do():
            report = call(cases=allowed, by=request.user, at=at, **form.cleaned_data)
            box.append(report)
            return {"done": len(report.done)}

        body = {"cases": [case.pk for case in cases], "form": {name: str(value) for name, value in form.cleaned_data.items()}}
        audit.once(
            by=request.user, verb=f"desk {step}_cases", key=request.POST.get("idempotency_key", ""), body=body, at=at, do=do
        )
        if not box:
            messages.info(request, gettext("This form was sent before; nothing was done twice."))
            return
        self._tell(request, box[0], [case.no for case in cases if case not in allowed])

    def _tell(self, request, report, not_theirs):
        count = len(report.done)
        if count:
            messages.success(request, ngettext("Done for %(count)s case.", "Done for %(count)s cases.", count) % {"count": count})
        refused = dict(report.refused)
        if not_theirs:
            refused[gettext("Only those involved in a case may do this.")] = not_theirs
        for why, numbers in refused.items():
            messages.warning(
                request,
                gettext("Not done for %(numbers)s: %(why)s") % {"numbers": pgettext("list", ", ").join(numbers), "why": why},
            )
