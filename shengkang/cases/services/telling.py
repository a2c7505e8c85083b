"""Who is told what. No text names a party, a place or a number: it may reach a lock screen."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from shengkang.cases.models import CaseStep, DisputeCase, FollowUp, HandOver, Obligation, Report
from shengkang.cases.moves import MOVES, OPEN, Status
from shengkang.notices import services as notices
from shengkang.notices.models import Notice
from shengkang.organization.access import Role
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of

REMIND_DAYS = 3
# The steps by which a dispute ends for those who told of it.
ENDS = ("settle", "settle_on_the_spot", "refer", "terminate")


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


def tell_outcome_at_once(report: Report, at: datetime) -> None:
    """Whoever joins a case that has ended hears at once how; of one that is being worked on he hears later, with the others."""
    case = report.case
    ended = case.steps.filter(move__in=ENDS, to_status__in=[case.status, Status.SETTLED]).order_by("-no").first()
    if case.status in MOVES["join"].origins and case.status not in OPEN and ended is not None:
        notices.notify(
            to=report.by,
            kind="case.outcome",
            text=_outcome_of("settle" if ended.move == "settle_on_the_spot" else ended.move, day_of(report.at).isoformat()),
            key=f"case:{case.pk}:{case.steps_taken}:joined:{report.pk}",
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


def tell_chiefs(case: DisputeCase, text: str, key: str, by: User, at: datetime) -> None:
    """Tell every chief of the station but `by` of something in a protected case; the text says no more than that there is something."""
    for chief in User.objects.filter(station=case.station_id, is_active=True, memberships__role=Role.STATION_CHIEF).distinct():
        if chief.pk != by.pk:
            notices.notify(
                to=chief, kind="case.protected", text=text, key=f"case:{case.pk}:{key}", link=case.get_absolute_url(), at=at
            )


def tell_of_protected(case: DisputeCase, by: User, at: datetime) -> None:
    """What must be reported at once reaches the chief at once (反家庭暴力法 art. 14, 未成年人保护法 art. 11)."""
    tell_chiefs(case, _("A matter that must be reported at once has come in. Open the message to see it."), "protected", by, at)


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
    """Remind of every visit that is due today or was before: whoever has it on his list; gives how many are due.

    One message per visit, however often it runs.
    """
    due = FollowUp.objects.due(day_of(at)).select_related("assignee", "case__officer", "case__mediator")
    reminders = [
        Notice(
            to=visitor,
            kind="case.follow_up",
            text=_("A follow-up visit is due. Open the message to see where."),
            link=visit.case.get_absolute_url(),
            key=f"follow-up:{visit.pk}",
            at=at,
            next_try_at=at,
        )
        for visit in due.iterator(chunk_size=1000)
        if (visitor := _whoever_is_there(visit.assignee, visit.case.officer, visit.case.mediator))
    ]
    notices.notify_many(notices=reminders)
    return len(reminders)


def _whoever_is_there(*users: User | None) -> User | None:
    """The first of them who still has an open account; else the first named."""
    named = [user for user in users if user is not None]
    return next((user for user in named if user.is_active), named[0] if named else None)


@transaction.atomic
def remind_of_obligations(*, at: datetime) -> int:
    """Remind three days before an obligation is due, and three days after if it was not performed; gives how many reminders stand.

    The mediator, who sees to the performance (人民调解法 art. 31), and the officer in charge. Once each, however often it runs; what was
    found late all at once, e.g. after a night without the clock, is told too.
    """
    today = day_of(at)
    owed = Obligation.objects.in_force().open().select_related("agreement__case__officer", "agreement__case__mediator")
    occasions = {
        "before": (
            owed.filter(due_on__range=(today, today + timedelta(days=REMIND_DAYS))),
            _("Something that was agreed is due in a few days. Open the message to see what."),
        ),
        "after": (
            owed.filter(due_on__lte=today - timedelta(days=REMIND_DAYS)),
            _("Something that was agreed has not been done in time. Open the message to see what."),
        ),
    }
    reminders = [
        Notice(
            to=to,
            kind="case.obligation",
            text=text,
            link=owing.agreement.case.get_absolute_url(),
            key=f"obligation:{owing.pk}:{occasion}",
            at=at,
            next_try_at=at,
        )
        for occasion, (obligations, text) in occasions.items()
        for owing in obligations.iterator(chunk_size=1000)
        for to in {owing.agreement.case.mediator, owing.agreement.case.officer} - {None}
        if to.is_active
    ]
    notices.notify_many(notices=reminders)
    return len(reminders)
