"""The steps of a dispute as buttons: when each is offered, by which line of the matrix, and the one call it makes."""

from django.utils.translation import gettext_lazy as _

from shengkang.attachments import services as attachments
from shengkang.cases import selectors, services
from shengkang.cases.admin import forms
from shengkang.cases.admin.verbs import gate
from shengkang.cases.admin.verbs.stepping import step
from shengkang.cases.models import Obligation
from shengkang.organization.desk import Verb
from shengkang.organization.desk_parts import NoteForm, ReasonForm


def _owed(case):
    return case.follow_ups.filter(done_at=None).exists()


def _follow_up(case, **given):
    visit = case.follow_ups.filter(done_at=None).first() or case.follow_ups.last()
    return services.record_follow_up(follow_up=visit, **given)


def _open_obligations(case):
    return Obligation.objects.open().filter(agreement__case=case)


VERBS = (
    step("accept", _("Grade and accept"), services.accept_case, form=forms.AcceptForm, tone="main"),
    *gate.VERBS,
    step("agree", _("Record the agreement"), services.record_agreement, form=forms.AgreementForm, tone="main"),
    step("session", _("Record a session"), services.hold_session, form=forms.SessionForm),
    step(
        "settle",
        _("Settle"),
        services.settle_case,
        form=NoteForm,
        tone="main",
        hint=_("Every reporter gets a message, and a visit is owed in seven days."),
    ),
    step("follow_up", _("Record the follow-up visit"), _follow_up, form=forms.FollowUpForm, tone="main", also=_owed),
    Verb(
        name="perform",
        label=_("Mark an obligation as performed"),
        action="mediate",
        call=lambda case, **given: services.mark_performed(**given),
        form=forms.PerformanceForm,
        offered=lambda case, user: selectors.may_take_step(user, case, "mediate") and _open_obligations(case).exists(),
    ),
    step("archive", _("Archive"), services.archive_case, also=lambda case: not _owed(case), tone="main"),
    step("take_back", _("Take the case back"), services.take_back_case, form=ReasonForm, tone="main"),
    step("assign", _("Assign"), services.assign_case, form=forms.AssignForm),
    Verb(
        name="attach",
        label=_("Add a photo or file"),
        action="upload",
        access_object="attachment",
        call=lambda case, **given: attachments.attach(owner=case, station=case.station, **given),
        form=forms.AttachForm,
        offered=lambda case, user: selectors.may_take_step(user, case, "upload", "attachment"),
    ),
    step("correct", _("Correct the registration"), services.correct_case, form=forms.CorrectForm),
    step("refer", _("Refer"), services.refer_case, form=forms.ReferForm),
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
