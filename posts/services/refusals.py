"""How the posts and the alarm desk say no. Raising an alarm is hardly ever refused: whoever calls for help is heard first."""

from shengkang.errors import RuleViolation
from shengkang.organization.life import MoveRefused, WrongStation

__all__ = ["MoveRefused", "WrongStation"]


class NotAllowedHere(RuleViolation):
    """The rule of the field leaves this to somebody else."""


class OwnAlarm(RuleViolation):
    """Whoever calls for help does not answer his own call."""


class CodeNeeded(RuleViolation):
    """An alarm is closed with a code that says how it ended."""


class CaseNeeded(RuleViolation):
    """The code “became a dispute case” asks for the case, or for what is needed to open one."""


class ReasonNeeded(RuleViolation):
    """What is taken back is taken back with a reason."""


class DayRefused(RuleViolation):
    """The day lies ahead, or before something it has to follow."""


class OutOfService(RuleViolation):
    """The post, point, device or vehicle has been retired."""


class NameTaken(RuleViolation):
    """Something of this name, serial number or number plate is in the inventory already."""


class PlaceRefused(RuleViolation):
    """The place is incomplete, or the position is not on earth."""


class LiaisonRefused(RuleViolation):
    """The account may not be appointed, or serves at the post already."""


class InstallationRefused(RuleViolation):
    """Nothing to install, or the device or vehicle stands in another point already."""


class NotYourPost(RuleViolation):
    """A small dispute is settled by those who serve at the post, or by the station's desk."""
