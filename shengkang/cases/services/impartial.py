"""A mediator stands between the parties: who is one of them, or lives or answers the telephone with one, does not mediate."""

from django.utils.translation import gettext as _

from shengkang.cases.models import DisputeCase, Party
from shengkang.cases.services.refusals import ConflictOfInterest
from shengkang.organization.models import User

# A telephone in China has at least seven digits; fewer are a fragment and say nothing.
SHORTEST = 7


def must_be_impartial(user: User, case: DisputeCase) -> None:
    """What the records show of a conflict of interest: the mediator is a party, or shares a telephone or a home with one.

    What no record shows (kinship, debts) the mediators declare themselves. Raises ConflictOfInterest.
    """
    why = interest_of(user, case)
    if why:
        raise ConflictOfInterest(
            _("%(name)s cannot mediate this dispute: %(why)s. Choose another mediator.") % {"name": user.name, "why": why}
        )


def interest_of(user: User, case: DisputeCase) -> str:
    """Why `user` is not impartial in this case, in words; empty if no record speaks against him."""
    numbers = {_digits(user.phone), _digits(user.person.phone) if user.person else ""} - {""}
    homes = set()
    if user.person_id:
        homes = set(Party.objects.filter(person=user.person_id).exclude(home=None).values_list("home", flat=True))
    for party in case.parties.all():
        if user.person_id and party.person_id == user.person_id:
            return _("he is a party himself")
        if numbers & {_digits(party.phone), _digits(party.guardian_phone)}:
            return _("he has the same telephone as a party")
        if party.home_id in homes:
            return _("he lives at the same address as a party")
    return ""


def _digits(phone: str) -> str:
    """The last eleven digits, however the number was typed."""
    digits = "".join(each for each in phone if each.isdigit())
    return digits[-11:] if len(digits) >= SHORTEST else ""
