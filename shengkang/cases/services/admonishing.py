"""Violence at home that is no offence yet: the letter of admonition, and the visits that follow it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from shengkang.cases.models import Admonition, DisputeCase, FollowUp, Party
from shengkang.cases.services.moving import LEADS_POLICE, _move, lock, must_be_fit, plan_visit
from shengkang.cases.services.refusals import AdmonitionRefused
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of

# Days after the letter was served. The law asks for visits (反家庭暴力法 art. 17) and names no days; these are the practice of stations.
VISITS_AFTER = (7, 30, 90)


@transaction.atomic
def admonish_case(*, case: DisputeCase, party: Party, served_at: datetime, facts: str, by: User, at: datetime) -> Admonition:
    """Record a letter of admonition (告诫书) served on `party`, with the facts it states (反家庭暴力法 art. 16).

    Only in a protected case that is accepted, and by an officer or the chief. Visits are owed after 7, 30 and 90 days, whatever
    becomes of the case (art. 17). Raises AdmonitionRefused, UnfitPerson, MoveRefused, WrongStation.
    """
    lock(case, "admonish", by)
    if not case.restricted:
        raise AdmonitionRefused(_("A letter of admonition belongs to a protected case. Make this case a protected one first."))
    must_be_fit(by, case, LEADS_POLICE)
    if party.case_id != case.pk:
        raise AdmonitionRefused(_("The letter is served on somebody of this case. Add him to its parties first."))
    if served_at > at:
        raise AdmonitionRefused(_("This time lies in the future. Come back when the letter has been served."))
    if not facts.strip():
        raise AdmonitionRefused(_("A letter of admonition states the facts. Write down what was established."))
    letter = Admonition.objects.create(case=case, served_on=party, served_at=served_at, facts=facts.strip(), by=by, at=at)
    _move(case, "admonish", by=by, at=at)
    for days in VISITS_AFTER:
        due_on = day_of(served_at) + timedelta(days=days)
        plan_visit(case, due_on, assignee=case.officer or by, kind=FollowUp.Kind.ADMONITION)
    return letter
