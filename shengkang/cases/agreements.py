"""Questions about agreements: who has not signed, what is owed and late, until when the court may be asked, whose visits are owed."""

from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from shengkang.cases.models import Agreement, DisputeCase, FollowUp, Obligation, Party
from shengkang.cases.moves import Status
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of, is_working_day

# Both sides sign; another person concerned does not have to.
SIGNING_SIDES = (Party.Side.FIRST, Party.Side.SECOND)
CONFIRMATION_DAYS = 30
OTHER_WAYS = gettext_lazy(
    "The mediation ends without agreement. Tell both sides that they may turn to arbitration, to the authority in charge or to the "
    "court (People's Mediation Law art. 26)."
)


def who_has_not_signed(agreement: Agreement) -> list[Party | User]:
    """The parties of both sides, then the mediator, whose signature is not there yet; nobody for an oral agreement."""
    return [each for each in _unsigned(agreement) if not isinstance(each, str)]


def missing_signatures(agreement: Agreement) -> list[str]:
    """The same in words, and the side of which no party is registered at all."""
    return [each if isinstance(each, str) else each.name for each in _unsigned(agreement)]


def _unsigned(agreement) -> list[Party | User | str]:
    if agreement.oral:
        return []
    signed = {(each.party_id, each.mediator_id) for each in agreement.signatures.all()}
    parties = [party for party in agreement.case.parties.all() if party.side in SIGNING_SIDES]
    nameless = [side for side in SIGNING_SIDES if side not in {party.side for party in parties}]
    mediator = agreement.case.mediator
    return [
        *(_("%(side)s (no name registered)") % {"side": Party.Side(side).label} for side in nameless),
        *(party for party in parties if (party.pk, None) not in signed),
        *([mediator] if mediator and (None, mediator.pk) not in signed else []),
    ]


def is_signed(agreement: Agreement) -> bool:
    """Whether it binds: by word of mouth, or signed by everybody."""
    return not missing_signatures(agreement)


def agreement_in_force(case: DisputeCase) -> Agreement | None:
    """The latest agreement of a case that was not broken off or reopened since."""
    return case.agreements.order_by("pk").last() if case.status in (Status.AGREED, Status.SETTLED, Status.ARCHIVED) else None


def broke_off(case: DisputeCase) -> bool:
    """Whether the last thing that happened is a mediation that failed, and the parties are to be told of their other ways."""
    latest = case.steps.order_by("no").last()
    return latest is not None and latest.move == "break_off" and not case.restricted


def last_day_for_confirmation(agreement: Agreement) -> date:
    """The last of the thirty days in which both parties may ask the court (人民调解法 art. 33).

    The day of effect is not counted, and a last day off runs on to the next working day (民法典 art. 201, 203).
    """
    day = agreement.effective_on + timedelta(days=CONFIRMATION_DAYS)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def why_not_confirmed(agreement: Agreement) -> str:
    """Why the court may not be asked to confirm this agreement, whatever the day is; empty if it may."""
    if agreement.about_status:
        return _("it concerns marriage, adoption or parentage")
    if agreement.case.procedure != DisputeCase.Procedure.PEOPLE:
        return _("only what people's mediation brought about is confirmed")
    if agreement.oral:
        return _("an oral agreement cannot be handed in")
    if missing := missing_signatures(agreement):
        return _("signatures are missing: %(who)s") % {"who": pgettext("list", ", ").join(missing)}
    return ""


def days_left_for_confirmation(agreement: Agreement, at: datetime) -> int | None:
    """How many days are left to ask the court, today included as 0; None where it is not offered, was asked, or is too late."""
    if why_not_confirmed(agreement) or hasattr(agreement, "confirmation"):
        return None
    left = (last_day_for_confirmation(agreement) - day_of(at)).days
    return left if left >= 0 else None


def overdue_obligations(user: User, at: datetime) -> QuerySet[Obligation]:
    """What somebody owes past its day, of the cases `user` sees; the longest overdue first."""
    return (
        Obligation.objects.visible_to(user)
        .overdue(day_of(at))
        .select_related("agreement__case__village", "agreement__case__category", "party")
        .order_by("due_on", "id")
    )


def visits_of(user: User, at: datetime, days: int = 7) -> QuerySet[FollowUp]:
    """The visits on somebody's list that are due or will be within `days`; those nobody was given fall to the mediator."""
    return (
        FollowUp.objects.visible_to(user)
        .filter(Q(assignee=user) | Q(assignee=None, case__mediator=user), done_at=None)
        .filter(due_on__lte=day_of(at) + timedelta(days=days))
        .select_related("case__village", "case__category")
        .order_by("due_on", "id")
    )
