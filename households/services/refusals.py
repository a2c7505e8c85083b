"""Why something around the homes is refused, and the checks that several verbs share."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from households.models import Home
from shengkang.errors import RuleViolation
from shengkang.organization.models import User
from shengkang.organization.selectors import day_of


class HomeAlreadyRegistered(RuleViolation):
    """A home stands at this address already."""


class LivesElsewhere(RuleViolation):
    """The person is still registered in another home."""


class DayRefused(RuleViolation):
    """The day lies ahead, or before something it has to follow."""


class HeadRefused(RuleViolation):
    """The account may not be appointed, or is no head any more."""


class HomeHasAHead(RuleViolation):
    """Another head looks after the home on some of these days."""


class NotYourHome(RuleViolation):
    """The home is not among those entrusted to the one who wants to act there."""


class SightingRefused(RuleViolation):
    """The sighting belongs somewhere else."""


class HomesStillEntrusted(RuleViolation):
    """Homes are still the head's; somebody has to take them over first."""


class NominationRefused(RuleViolation):
    """This person cannot be proposed there, or not by this account."""


class NominationDecided(RuleViolation):
    """The nomination was decided or withdrawn before."""


class TrainingRefused(RuleViolation):
    """The training names nobody, or somebody who was no head."""


class CampaignRefused(RuleViolation):
    """The campaign cannot be opened like this, or does not run."""


class CheckIncomplete(RuleViolation):
    """What was found does not fit the result, or names a line the checklist does not have."""


class AnswerRefused(RuleViolation):
    """The answer leads nowhere, or the sighting is answered elsewhere."""


def must_not_lie_ahead(day: date, at: datetime) -> None:
    # Who looks after a home today is read from the open end of an assignment, so nothing is entered ahead of its day.
    if day > day_of(at):
        raise DayRefused(_("This day lies ahead. Enter it on the day itself."))


def must_be_entrusted(home: Home, by: User) -> None:
    if not Home.objects.visible_to(by).filter(pk=home.pk).exists():
        raise NotYourHome(_("This home is not among those you look after. Ask your officer to check the list of your homes."))
