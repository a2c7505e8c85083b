"""Who is told what. No text names a party, a place or a number: it may reach a lock screen."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shengkang.cases.models import CaseStep, DisputeCase, FollowUp, HandOver
from shengkang.notices import services as notices
from shengkang.notices.models import Notice
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of


def _outcome_of(move: str, told_on: str) -> str:
    return {
        "settle": _("The dispute you told us of on %(day)s has been settled. Thank you for telling us."),
        "refer": _("The dispute you told us of on %(day)s was handed to the office in charge of such matters."),
        "terminate": _("The dispute you told us of on %(day)s was ended without a settlement. Open the message to read more."),
    }[move] % {"day": told_on}


def tell_reporters(case: DisputeCase, step: CaseStep, at: datetime) -> None:
    """Tell each reporter how it ended; once per step, however often it is asked for."""
    for report in case.reports.select_related("by"):
        notices.notify(
            to=report.by,
            kind="case.outcome",
            text=_outcome_of(step.move, day_of(report.at).isoformat()),
            key=f"case:{case.pk}:{step.no}",
            link=case.get_absolute_url(),
            at=at,
        )


def tell_of_task(user: User, case: DisputeCase, step: CaseStep, at: datetime) -> None:
    """Tell an officer or a mediator that a case is now his; nobody is told what he did himself."""
    if user.pk == step.by_id:
        return
    text = {
        "mediate": _("You were asked to mediate a dispute. Open the message to see it."),
        "assign": _("A dispute was put in your charge. Open the message to see it."),
        "accept": _("A dispute was put in your charge. Open the message to see it."),
        "offer": _("A colleague asks you to take a dispute over. Open the message to answer."),
    }[step.move]
    notices.notify(
        to=user, kind="case.task", text=text, key=f"case:{case.pk}:{step.no}:task", link=case.get_absolute_url(), at=at
    )


def tell_of_answer(offer: HandOver, step: CaseStep, at: datetime) -> None:
    """Tell the one who offered a case whether his colleague took it over."""
    text = {
        "take_over": _("Your colleague has taken the dispute over."),
        "decline": _("Your colleague declined to take the dispute over. Open the message to read why."),
    }[step.move]
    notices.notify(
        to=offer.by,
        kind="case.task",
        text=text,
        key=f"case:{offer.case_id}:{step.no}:answer",
        link=offer.case.get_absolute_url(),
        at=at,
    )


@transaction.atomic
def remind_of_follow_ups(*, at: datetime) -> int:
    """Remind of every visit that is due today or was before: the officer in charge, else the mediator; gives how many are due.

    One message per visit, however often it runs.
    """
    due = FollowUp.objects.due(day_of(at)).select_related("case__officer", "case__mediator")
    reminders = [
        Notice(
            to=visit.case.officer or visit.case.mediator,
            kind="case.follow_up",
            text=_("A follow-up visit is due. Open the message to see where."),
            link=visit.case.get_absolute_url(),
            key=f"follow-up:{visit.pk}",
            at=at,
            next_try_at=at,
        )
        for visit in due.iterator(chunk_size=1000)
    ]
    notices.notify_many(notices=reminders)
    return len(reminders)
