"""The clock and the hands of a case as buttons: judged, stopped and started, offered and taken over, asked after elsewhere."""

from django.utils.translation import gettext_lazy as _

from shengkang.cases import services
from shengkang.cases.admin.forms import clocks
from shengkang.cases.admin.verbs.stepping import in_state, step
from shengkang.cases.moves import ACTIONS
from shengkang.organization.access import Role
from shengkang.organization.desk import Verb
from shengkang.organization.desk_parts import NoteForm


def _asked(move):
    """Offered to the colleague who is asked, and to nobody else."""
    allowed = in_state(move)
    return lambda case, user: allowed(case, user) and case.hand_overs.filter(to=user, taken=None).exists()


def _may_offer(case, user):
    fit = user.pk == case.officer_id or Role.STATION_CHIEF in user.roles
    return fit and not case.restricted and in_state("offer")(case, user)


def _referral(case):
    return case.referrals.last()


def _waits_for(field):
    def waits(case):
        referral = _referral(case)
        return referral is not None and getattr(referral, field) is None

    return waits


# Whoever is asked answers before anything else.
FIRST = (
    step("take_over", _("Take over"), services.take_over, form=clocks.TakeOverForm, offered=_asked("take_over"), tone="main"),
    step("decline", _("Decline"), services.decline_case, form=clocks.WhyForm, offered=_asked("decline")),
)
VERBS = (
    step("assess", _("Judge the risk"), services.assess_risk, form=clocks.JudgeForm, also=lambda case: case.grade != ""),
    step(
        "resume",
        _("Start the clock"),
        services.resume_case,
        form=NoteForm,
        tone="main",
        also=lambda case: case.paused_at is not None,
        hint=_("The limits move on by the working days the clock stood still."),
    ),
    step(
        "pause",
        _("Stop the clock"),
        services.pause_case,
        form=clocks.PauseForm,
        also=lambda case: case.paused_at is None,
        hint=_("The working days that are left now will be left when the clock starts again."),
    ),
    step(
        "offer",
        _("Offer to a colleague"),
        services.offer_case,
        form=clocks.OfferForm,
        offered=_may_offer,
        hint=_("The case stays where it is until your colleague takes it over."),
    ),
    Verb(
        name="receipt",
        label=_("Enter the receipt"),
        action=ACTIONS["answer"],
        call=lambda case, **given: services.receive_referral(referral=_referral(case), **given),
        form=clocks.ReceiptForm,
        offered=in_state("answer", _waits_for("received_on")),
    ),
    Verb(
        name="answer",
        label=_("Enter the answer"),
        action=ACTIONS["answer"],
        call=lambda case, **given: services.answer_referral(referral=_referral(case), **given),
        form=clocks.AnswerForm,
        offered=in_state("answer", _waits_for("answered_on")),
    ),
)
