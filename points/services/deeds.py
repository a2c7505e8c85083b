"""Deeds recorded by hand: written down by one, confirmed by a second, never by or for oneself."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from points.models import Deed, EvaluationPeriod, Rule
from shengkang.audit import services as audit
from shengkang.cases.models import DisputeCase
from shengkang.errors import RuleViolation
from shengkang.organization.models import Person, User
from shengkang.organization.selectors import day_of


class OwnDeed(RuleViolation):
    """Nobody records or confirms his own deed."""


class SecondPersonNeeded(RuleViolation):
    """Who recorded a deed may not confirm it."""


class AlreadyConfirmed(RuleViolation):
    """The deed was confirmed before by somebody else."""


class RuleNotInForce(RuleViolation):
    """The rule is not one for deeds by hand of the tariff in force on the day."""


class DayRefused(RuleViolation):
    """The day lies ahead, or in a period that takes no more deeds."""


class NotTakingPart(RuleViolation):
    """The person did not agree to take part, or belongs to another station."""


class ProtectedCase(RuleViolation):
    """Nothing is written down about a protected case outside of it."""


def _refuse_published_day(day: date, station_id: int) -> None:
    # The lock keeps a publication from passing between the look and the commit: it would leave the deed out for good.
    periods = EvaluationPeriod.objects.select_for_update(of=["self"], no_key=True)
    period = periods.filter(station_id=station_id, starts_on__lte=day, ends_on__gte=day).first()
    if period is not None and period.status in (EvaluationPeriod.Status.PUBLISHED, EvaluationPeriod.Status.CLOSED):
        raise DayRefused(
            _("The evaluation of that day is already published and takes no more deeds. Ask the station what can still be done.")
        )


@transaction.atomic
def record_deed(
    *, person: Person, rule: Rule, text: str, done_on: date, by: User, at: datetime, case: DisputeCase | None = None
) -> Deed:
    """Write down something good a person did; it is scored once a second person has confirmed it.

    `rule` is a by-hand rule of the tariff in force on `done_on`. Raises OwnDeed, NotTakingPart, RuleNotInForce, DayRefused,
    ProtectedCase.
    """
    if by.person_id == person.pk:
        raise OwnDeed(_("You cannot record a deed of your own. Ask somebody who saw it to record it."))
    if by.station_id != person.station_id or not person.consents.in_force().filter(purpose="points").exists():
        raise NotTakingPart(_("This person has not agreed to take part in the reward. Let the person sign the consent first."))
    if done_on > day_of(at):
        raise DayRefused(_("This day has not come yet. Choose the day on which it was done."))
    if not Rule.objects.by_hand().in_force_on(done_on, person.station_id).filter(pk=rule.pk).exists():
        raise RuleNotInForce(_("This rule was not in force on that day. Choose one of the rules offered."))
    if case is not None and (case.restricted or case.station_id != person.station_id):
        raise ProtectedCase(_("This case cannot be named here. Record the deed without it."))
    _refuse_published_day(done_on, person.station_id)
    return Deed.objects.create(
        station_id=person.station_id, person=person, rule=rule, case=case, text=text, done_on=done_on, by=by, at=at
    )


@transaction.atomic
def confirm_deed(*, deed: Deed, by: User, at: datetime) -> Deed:
    """Confirm as the second person; the next scoring pays it, within the rule's ceiling. Confirming one's own confirmation again
    changes nothing. Raises OwnDeed, SecondPersonNeeded, AlreadyConfirmed, DayRefused.
    """
    deed = Deed.objects.select_for_update(of=["self"]).get(pk=deed.pk)
    if by.person_id == deed.person_id:
        raise OwnDeed(_("You cannot confirm a deed of your own. Somebody else must do it."))
    if by.pk == deed.by_id:
        raise SecondPersonNeeded(_("You recorded this deed. A second person must confirm it."))
    if deed.confirmed_by_id == by.pk:
        return deed
    if deed.confirmed_by_id is not None:
        raise AlreadyConfirmed(_("Somebody else has confirmed this deed already. Nothing is left to do."))
    _refuse_published_day(deed.done_on, deed.station_id)
    deed.confirmed_by, deed.confirmed_at = by, at
    deed.save(update_fields=["confirmed_by", "confirmed_at"])
    audit.note_deed(verb="confirm_deed", about=deed, by=by, at=at)
    return deed
