"""How the dispute desk says no."""

from shengkang.errors import RuleViolation
from shengkang.organization.life import MoveRefused, WrongStation

__all__ = ["MoveRefused", "WrongStation"]


class CaseProtected(RuleViolation):
    """The case is protected (domestic violence, harm to a minor): nobody mediates it (反家庭暴力法 art. 14, 未成年人保护法 art. 11)."""


class AdmonitionRefused(RuleViolation):
    """A letter of admonition is served in a protected case, on somebody of it, and states the facts (反家庭暴力法 art. 16)."""


class GateIncomplete(RuleViolation):
    """The questions of the procedure gate are not answered."""


class GateRefused(RuleViolation):
    """The answers at the procedure gate do not allow this way of settling (the rules and their law: GateRule, LawText)."""


class UnfitPerson(RuleViolation):
    """The account holds no role that may do this, or is a party himself."""


class ConflictOfInterest(UnfitPerson):
    """The mediator is a party, or shares a home or a telephone with one, or did not declare to be impartial."""


class CallTaken(RuleViolation):
    """The call to 110 belongs to a case already."""


class AlreadyReported(RuleViolation):
    """The same reporter told of the same dispute before."""


class SessionIncomplete(RuleViolation):
    """A mediation session lacks a mediator or a guardian, or lies in the future."""


class SessionNotAllowed(RuleViolation):
    """Public-security mediation has one session, a second within seven working days, no third (办理行政案件程序规定 art. 183)."""


class AgreementIncomplete(RuleViolation):
    """An agreement lacks what the parties agreed, or an obligation is due before it takes effect (人民调解法 art. 29)."""


class AgreementUnsigned(RuleViolation):
    """A written agreement binds when both sides and the mediator have signed (人民调解法 art. 29)."""


class SignatureRefused(RuleViolation):
    """Signed before, or by somebody who is no side of the agreement, or without a picture of it."""


class ConfirmationRefused(RuleViolation):
    """The court confirms no such agreement, or not any more (人民调解法 art. 33, 法释〔2011〕5号 art. 4)."""


class FollowUpDone(RuleViolation):
    """The follow-up visit was recorded before."""


class ArchiveIncomplete(RuleViolation):
    """Something is still owed before the file may be closed."""


class NotAllowedHere(RuleViolation):
    """The rule of the field leaves this to somebody else, or to another time."""


class NothingChanged(RuleViolation):
    """A correction that corrects nothing."""


class LimitMissing(RuleViolation):
    """The table of time limits lacks a row."""


class OverrideUnexplained(RuleViolation):
    """Another risk than the points suggest was chosen, and nobody said why."""


class PauseRefused(RuleViolation):
    """The clock stands or runs already, or would be stopped without a reason or a day to look again."""


class HandOverRefused(RuleViolation):
    """A case is offered, taken over or declined by somebody who may not, or without a reason."""


class ReferralRefused(RuleViolation):
    """A referral lacks the office, or its receipt or answer was entered before or on an impossible day."""


class PointIncomplete(RuleViolation):
    """A point on the map has only one of its two coordinates."""


class ListRefused(RuleViolation):
    """A list of cases cannot be kept: it has no name, filters nothing, is too long, or is one too many."""


class TooMany(RuleViolation):
    """More cases at once than one form takes."""


class PaperNotReady(RuleViolation):
    """A paper of the file has nothing to say yet, or nothing was chosen to be filed."""


class TemplateRefused(RuleViolation):
    """A station's Word template that could not be filled, or that holds more than a form should."""
