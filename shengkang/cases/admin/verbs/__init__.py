"""The steps of a dispute as buttons: when each is offered, by which line of the matrix, and the one call it makes."""

from django.utils.translation import gettext_lazy as _

from shengkang.attachments import services as attachments
from shengkang.cases import selectors, services
from shengkang.cases.admin import forms
from shengkang.cases.admin.forms import clocks as clock_forms
from shengkang.cases.admin.verbs import agree, clocks, gate, papers, protected, register
from shengkang.cases.admin.verbs.stepping import step
from shengkang.organization.desk import Verb
from shengkang.organization.desk_parts import ReasonForm, today


def _owed_by_now(case):
    return case.follow_ups.due(today()).exists()


VERBS = (
    *clocks.FIRST,
    step("accept", _("Grade and accept"), services.accept_case, form=clock_forms.AcceptForm, tone="main"),
    *gate.VERBS,
    *agree.VERBS,
    step("archive", _("Archive"), services.archive_case, also=lambda case: not _owed_by_now(case), tone="main"),
    step("take_back", _("Take the case back"), services.take_back_case, form=ReasonForm, tone="main"),
    step("assign", _("Assign"), services.assign_case, form=forms.AssignForm),
    *clocks.VERBS,
    Verb(
        name="attach",
        label=_("Add a photo or file"),
        action="upload",
        access_object="attachment",
        call=lambda case, **given: attachments.attach(owner=case, station=case.station, **given),
        form=forms.AttachForm,
        offered=lambda case, user: selectors.may_take_step(user, case, "upload", "attachment"),
    ),
    *papers.VERBS,
    step("correct", _("Correct the registration"), services.correct_case, form=forms.CorrectForm),
    *protected.VERBS,
    *register.VERBS,
    step("refer", _("Refer"), services.refer_case, form=clock_forms.ReferForm),
    step(
        "terminate",
        _("End without settlement"),
        services.terminate_case,
        form=ReasonForm,
        tone="danger",
        hint=_("When a party clearly refuses, or nothing more can be done here. Every reporter gets a message."),
    ),
    step("reopen", _("Reopen"), services.reopen_case, form=ReasonForm, tone="danger"),
)
