"""Inquiries, sessions, the agreement and what follows from it, as buttons."""

from django.utils.translation import gettext_lazy as _

from shengkang.cases import agreements, selectors, services
from shengkang.cases.admin.forms import agree as forms
from shengkang.cases.admin.verbs.stepping import in_state, step
from shengkang.cases.models import Confirmation, Obligation
from shengkang.cases.moves import ACTIONS
from shengkang.organization.desk import Verb
from shengkang.organization.desk_parts import ReasonForm, today


def _owed(case):
    return case.follow_ups.filter(done_at=None).exists()


def _unsigned(case):
    agreement = agreements.agreement_in_force(case)
    return agreement is not None and bool(agreements.who_has_not_signed(agreement))


def _signed(case):
    agreement = agreements.agreement_in_force(case)
    return agreement is not None and agreements.is_signed(agreement)


def _may_be_confirmed(case):
    agreement = agreements.agreement_in_force(case)
    return (
        agreement is not None
        and not hasattr(agreement, "confirmation")
        and not agreements.why_not_confirmed(agreement)
        and today() <= agreements.last_day_for_confirmation(agreement)
    )


def _awaits_the_court(case):
    return Confirmation.objects.filter(agreement=agreements.agreement_in_force(case), outcome="").exists()


def _open_obligations(case):
    return Obligation.objects.in_force().open().filter(agreement__case=case).exists()


def _named(name, move, label, call, form, also, **kwargs):
    """A step whose button has a name of its own, because its form names the thing: two buttons may stand for one move."""
    return Verb(
        name=name,
        label=label,
        action=ACTIONS[move],
        call=lambda case, **given: call(**given),
        form=form,
        offered=in_state(move, also),
        **kwargs,
    )


VERBS = (
    step("agree", _("Record the agreement"), services.record_agreement, form=forms.AgreementForm, tone="main"),
    step("session", _("Record a session"), services.hold_session, form=forms.SessionForm),
    step("inquire", _("Record an inquiry"), services.inquire, form=forms.InquireForm),
    _named(
        "sign",
        "sign",
        _("Signed on paper"),
        services.sign_agreement,
        forms.SignForm,
        _unsigned,
        tone="main",
        hint=_("Photograph the paper that was signed. To sign with a finger, open the case on a phone and hand it over."),
    ),
    step(
        "settle",
        _("Settle"),
        services.settle_case,
        form=forms.SettleForm,
        tone="main",
        also=_signed,
        hint=_("Every reporter gets a message, and visits are owed after 7, 30 and 90 days."),
    ),
    _named(
        "follow_up",
        "follow_up",
        _("Record the follow-up visit"),
        services.record_follow_up,
        forms.FollowUpForm,
        _owed,
        tone="main",
    ),
    _named(
        "perform",
        "perform",
        _("Mark an obligation as performed"),
        services.mark_performed,
        forms.PerformanceForm,
        _open_obligations,
    ),
    _named(
        "confirm",
        "confirm",
        _("Court asked to confirm"),
        services.ask_confirmation,
        forms.AskConfirmationForm,
        _may_be_confirmed,
    ),
    _named(
        "confirmed",
        "confirm",
        _("Decision of the court"),
        services.decide_confirmation,
        forms.DecideConfirmationForm,
        _awaits_the_court,
    ),
    Verb(
        name="give_visit",
        label=_("Give the visit to somebody"),
        action="assign",
        call=lambda case, **given: services.give_visit(**given),
        form=forms.GiveVisitForm,
        offered=lambda case, user: selectors.may_take_step(user, case, "assign") and _owed(case),
    ),
    step(
        "break_off",
        _("Break the mediation off"),
        services.break_off_mediation,
        form=ReasonForm,
        tone="danger",
        hint=agreements.OTHER_WAYS,
        done=agreements.OTHER_WAYS,
    ),
)
